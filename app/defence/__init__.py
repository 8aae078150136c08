"""What stands between a donation page and those who try stolen cards on it."""
