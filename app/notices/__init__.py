"""Notices of illegal content: received, decided with reasons, appealed, counted."""
