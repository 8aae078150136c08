"""Where time forgets visitors: once an hour, the marks older than thirteen months."""

from app.core.db import transaction
from app.links import noting


def forget_old_marks() -> int:
    """Forget them; returns how many."""
    with transaction() as session:
        return noting.forget_old_marks(session)
