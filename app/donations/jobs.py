"""Where time acts on gifts: events that wait, and the regular comparison with Stripe."""

from app.donations.service import inbox, reconciling
from app.payments.door import door


def handle_waiting_events() -> int:
    """Act on the events that could not be acted on when they arrived."""
    return inbox.handle_waiting(door().gateway)


def reconcile() -> int:
    """Compare with Stripe and put right what differs."""
    return reconciling.reconcile(door().gateway)
