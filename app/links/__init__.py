"""Short links that say where someone came from, and honest counts of who came."""
