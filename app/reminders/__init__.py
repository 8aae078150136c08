"""Reminders: who publishes by hand is told at the hour, by the ways they chose; never twice for the same post."""
