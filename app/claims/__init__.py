"""Claims of fact with their sources, their checks and their corrections."""
