"""Where time acts on what the public sends: proofs of work that lapsed are forgotten."""

from app.core.db import transaction
from app.intake import proof


def forget_proofs() -> int:
    """Forget proofs of work that could not be given again anyway; returns how many."""
    with transaction() as session:
        return proof.forget_spent(session)
