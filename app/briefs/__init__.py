"""The influencer's face: today's brief on a phone; it only reads and arranges what the rooms offer."""
