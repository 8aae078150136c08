"""Channels: one module per platform behind one protocol; they know dataclasses, never a room."""
