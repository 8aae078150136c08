"""Where time acts on what the public sends: proofs that lapsed and old traces of sources are forgotten."""

from app.core.db import transaction
from app.intake import proof, service


def forget_traces() -> int:
    """Forget lapsed proofs of work, and where items came from after a month; returns how many."""
    with transaction() as session:
        return proof.forget_spent(session) + service.forget_sources(session)
