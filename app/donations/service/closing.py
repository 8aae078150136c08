"""Closing payment pages on which card after card is declined: one page is no bench for a hundred cards."""

import structlog
from sqlmodel import Session, select

from app.core import clock
from app.core.db import reading, transaction
from app.defence import queries as defence
from app.defence import service as guarding
from app.donations.models import Gift, GivingPlan
from app.donations.service import doors
from app.payments.base import PaymentError

log = structlog.get_logger("donations")


def close_worn() -> int:
    """Close them at Stripe; returns how many. What was paid meanwhile stays paid."""
    with reading() as session:
        pages = [
            (row.gift_ref, *_page(session, row.gift_ref)) for row in defence.worn_pages(session, clock.now())
        ]
    return sum(_close(*page) for page in pages)


def _page(session: Session, ref: str) -> tuple[str, str | None]:
    """Whose account a gift's or plan's page is of, and the page."""
    for table in (Gift, GivingPlan):
        found = session.exec(select(table.account, table.checkout_id).where(table.pid == ref)).first()
        if found is not None:
            return found
    return "", None


def _close(ref: str, account: str, checkout_id: str | None) -> bool:
    try:
        if checkout_id is not None:
            doors.gateway_for(account).expire_checkout(checkout_id)
    except PaymentError as error:
        if error.retryable:
            return False
        log.info("a payment page could not be closed: it is paid or closed", gift=ref, reason=str(error))
    except doors.NoDoor:
        log.info("a payment page of an account that is gone", gift=ref)
    with transaction() as session:
        guarding.closed(session, ref)
    return True
