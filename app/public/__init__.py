"""The public face: what followers and donors see; it only reads and arranges what the rooms offer."""
