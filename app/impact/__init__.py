"""Impact: the promise before the drive, and afterwards what the money did, with its evidence."""
