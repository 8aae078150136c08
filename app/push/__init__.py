"""Web push: short messages to browsers that allowed them, whoever sends and whoever reads."""
