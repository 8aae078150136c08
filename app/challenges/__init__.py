"""Challenges: one act a day, in three levels, taken without an account and counted once a person."""
