"""Where time acts on gifts: events that wait, the regular comparison with Stripe, seals that grow old."""

from sqlalchemy import update
from sqlmodel import col

from app.core import vault
from app.core.db import reading, transaction
from app.donations import sealing, tracing
from app.donations.aftermath import disputing, refunding
from app.donations.models import StripeAccount
from app.donations.service import closing, inbox, reconciling


def handle_waiting_events() -> int:
    """Act on the events that could not be acted on when they arrived."""
    return inbox.handle_all()


def reconcile() -> int:
    """Compare with Stripe and put right what differs."""
    return reconciling.reconcile_all()


def find_lost_refunds() -> int:
    """Take up the refunds whose answer from Stripe never came."""
    return refunding.find_lost()


def warn_of_deadlines() -> int:
    """Tell teams of disputes that are soon too late to answer."""
    return disputing.warn_of_deadlines()


def close_worn_pages() -> int:
    """Close the payment pages on which card after card was declined."""
    return closing.close_worn()


def seal_again() -> int:
    """Seal with the newest key what an older one sealed, so that the older may be dropped; returns how many."""
    with reading() as session:
        rows = tracing.stripe_accounts(session)
    return sum(_seal_again(row) for row in rows if not vault.is_current(row.sealed))


def _seal_again(row: StripeAccount) -> bool:
    """Only if nobody has sealed something else there since it was read."""
    try:
        sealed = sealing.sealed_again(row)
    except vault.CannotOpen:
        return False  # no key of this instance opens it: its owners are told on its page
    same = (col(StripeAccount.id) == row.id, col(StripeAccount.sealed) == row.sealed)
    with transaction() as session:
        done = session.exec(
            update(StripeAccount).where(*same).values(sealed=sealed).returning(col(StripeAccount.id))
        )
        return done.first() is not None
