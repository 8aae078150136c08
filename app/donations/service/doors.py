"""Which account at Stripe an organisation's gifts go through: its own where it connected one, else the instance's.

A gift stays with the account it was begun with: what came through one is never asked of another.
"""

from collections.abc import Callable

import structlog
from sqlmodel import Session

from app.core import vault
from app.core.db import reading
from app.core.errors import DomainError
from app.core.i18n import mark
from app.donations import sealing, tracing
from app.donations.models import StripeAccount
from app.donations.sealing import Secrets
from app.payments.base import PaymentError, PaymentGateway
from app.payments.door import Door, door, door_with

log = structlog.get_logger("donations")


class NoDoor(DomainError):
    """The account is not connected any more, or its secrets do not open."""

    status = 409

    def __init__(self, account: str) -> None:
        super().__init__(
            mark("The organisation’s Stripe account is not connected, or its key no longer opens.")
        )
        self.account = account


def door_of(session: Session, organisation_id: int) -> Door:
    """Where new gifts to an organisation go. Raises NoDoor when its own account is there and does not open."""
    row = tracing.stripe_account(session, organisation_id)
    return door() if row is None else _open(row)


def gateway_of(organisation_id: int) -> PaymentGateway:
    """The gateway of an organisation's new gifts, with a short read of its own. Raises NoDoor."""
    with reading() as session:
        return door_of(session, organisation_id).gateway


def door_for(session: Session, account: str) -> Door:
    """Where a gift, a plan or an event that exists belongs to. Raises NoDoor."""
    if not account:
        return door()
    row = tracing.stripe_account_by_pid(session, account)
    if row is None:
        raise NoDoor(account)
    return _open(row)


def gateway_for(account: str) -> PaymentGateway:
    """The gateway a gift, a plan or an event belongs to, with a short read of its own. Raises NoDoor."""
    with reading() as session:
        return door_for(session, account).gateway


def every_gateway() -> list[PaymentGateway]:
    """The instance's gateway, then each connected organisation's."""
    with reading() as session:
        rows = tracing.stripe_accounts(session)
    found = [door().gateway]
    for row in rows:
        try:
            found.append(_open(row).gateway)
        except NoDoor:
            log.warning("a Stripe key does not open: was a secret key dropped too early?", account=row.pid)
    return found


def with_every(work: Callable[[PaymentGateway], int]) -> int:
    """Do some work with each gateway; one that Stripe does not answer does not keep the others waiting.

    Returns the sum. Raises the last PaymentError once all have had their turn.
    """
    done, failure = 0, None
    for gateway in every_gateway():
        try:
            done += work(gateway)
        except PaymentError as error:
            log.warning("Stripe does not answer", account=gateway.account, reason=str(error))
            failure = error
    if failure is not None:
        raise failure
    return done


def secrets_of(row: StripeAccount) -> Secrets:
    """An account's key and webhook secrets. Raises NoDoor when they do not open."""
    try:
        return sealing.unseal(row)
    except vault.CannotOpen as error:
        raise NoDoor(row.pid) from error


def _open(row: StripeAccount) -> Door:
    secrets = secrets_of(row)
    return door_with(row.pid, secrets.key, secrets.webhook)
