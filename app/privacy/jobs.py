"""Where time forgets: once an hour, what is due by the schedule."""

from app.privacy import retention


def keep_to_schedule() -> int:
    """Forget what is due; returns how many rows."""
    return retention.forget_due()
