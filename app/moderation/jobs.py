"""Where time acts on moderation: the early warning, and telling authors once a decision stands."""

from app.core.db import transaction
from app.moderation import telling, warning


def warn() -> int:
    """Compare each running campaign's last hour with its custom; returns how many alerts began or ended."""
    with transaction() as session:
        return warning.watch(session)


def tell_authors() -> int:
    """Mail the reasons of decisions that can no longer be taken back; returns how many."""
    with transaction() as session:
        return telling.tell_authors(session)
