"""Transparency: the log that shows any later change, the report on paper, the figures for other programs."""
