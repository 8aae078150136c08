"""Blueprints: a whole campaign as one readable document – templates, clones, exports and imports."""
