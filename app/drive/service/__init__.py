"""Use cases of the drive."""
