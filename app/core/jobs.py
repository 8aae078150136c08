"""Where time acts on the ground floor: counts whose window is over are deleted."""

from app.core import counting
from app.core.db import transaction


def forget_old_counts() -> int:
    """Delete rate counts that no longer limit anything; returns how many."""
    with transaction() as session:
        return counting.forget_old_counts(session)
