"""Copies and erasure of what is kept about a person, and how long anything is kept."""
