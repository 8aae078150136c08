"""The mail room: a queue row in the same transaction as its cause, sent by a job, never twice knowingly."""
