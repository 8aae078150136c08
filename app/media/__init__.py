"""Media: pictures and short videos, re-encoded, stripped of their metadata, behind one storage interface."""
