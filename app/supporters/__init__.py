"""People without an account: the private link by which they change, withdraw or erase what they sent."""
