"""People: organisations, members and roles, sign-in, sessions and the audit log."""
