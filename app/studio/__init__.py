"""The organisers' face: it only reads and arranges what the rooms offer."""
