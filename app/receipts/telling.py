"""Mails about receipts, in the transaction that makes them; nobody without an address, nobody months later."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

import structlog
from sqlmodel import Session

from app.campaigns.models import Campaign
from app.core import clock
from app.core.crypto import keyed_hash, same
from app.core.templating import absolute
from app.donations import beside, tracing
from app.donations.models import Gift
from app.donations.rules import Way
from app.mail import service as mail
from app.people.models import Organisation
from app.receipts import queries
from app.receipts.models import Receipt
from app.receipts.rules import LINK_LIFE, THANKED_WITHIN, Kind, Regime
from app.supporters import service as supporters

log = structlog.get_logger("receipts")

_SIGNED = "receipt address"  # the purpose of its signatures


def address(receipt: Receipt) -> str:
    """A full address that opens a receipt for whoever holds it, until it runs out."""
    ends = str(int((clock.now() + LINK_LIFE).timestamp()))
    query = {"until": ends, "sig": keyed_hash(_SIGNED, receipt.pid, ends)}
    return absolute(f"/gift/receipts/{receipt.pid}.pdf?{urlencode(query)}")


def opens(pid: str, until: str, signature: str) -> bool:
    """Whether an address is one we signed, and has not run out."""
    if not until.isdecimal() or not same(signature, keyed_hash(_SIGNED, pid, until)):
        return False
    return clock.now().timestamp() < int(until)


def tell(session: Session, body: Organisation, gift: Gift, made: Sequence[Receipt]) -> None:
    """Thank the donor once, with the receipts just made. A replacement is told of on its own.

    Money that comes back, after a refund that failed or a dispute that was won, has no second thanks: only the tax
    receipt that stands for it now is sent.
    """
    plain = next((one for one in made if one.kind is Kind.PLAIN and one.replaces_id is None), None)
    if plain is None or not plain.donor_email:
        return
    if gift.paid_at is None or gift.paid_at < clock.now() - THANKED_WITHIN:
        return
    tax = next((one for one in made if one.series.tax), None)
    campaign = session.get_one(Campaign, gift.campaign_id)
    thanked = not _queue(
        session,
        key=f"gift-thanks:{gift.pid}",
        kind="gift-thanks",
        to=plain.donor_email,
        language=gift.language,
        context={
            "organisation": body,
            "campaign": campaign,
            "receipt": plain,
            "url": address(plain),
            "tax": tax,
            "tax_url": address(tax) if tax else "",
            "monthly": gift.plan_id is not None,
            "mine_url": _private(session, gift),
            "impact_url": absolute(f"/c/{campaign.slug}/impact"),
            "report_on": beside.report_on(session, campaign),
            "statement": _statement(session, body, gift),
            "gift_aid": _may_declare(session, gift),
        },
    )
    if thanked and tax is not None:
        ready(session, body, tax)


def _statement(session: Session, body: Organisation, gift: Gift) -> str:
    """Whose name stands on the donor's statement; empty where nothing was charged."""
    if gift.way is not Way.ONLINE:
        return ""
    return tracing.merchant(session, gift.account) or body.legal_name or body.name


def _may_declare(session: Session, gift: Gift) -> bool:
    """Whether a Gift Aid declaration would make this gift worth more, and none is there."""
    declared = queries.profile(session, gift.organisation_id)
    if declared is None or declared.ended_at is not None or declared.regime is not Regime.UK_GIFT_AID:
        return False
    fits = gift.currency == "GBP" and not gift.company and gift.way is not Way.IN_KIND
    return fits and not queries.gift_aid_of(session, gift.organisation_id, gift.donor_email)


def ready(session: Session, body: Organisation, receipt: Receipt) -> None:
    """Send a tax receipt that was asked for, or that sums up a year."""
    if receipt.donor_email:
        context = {"organisation": body, "receipt": receipt, "url": address(receipt)}
        _queue(
            session,
            key=f"receipt-ready:{receipt.pid}",
            kind="receipt-ready",
            to=receipt.donor_email,
            language=receipt.language,
            context=context,
        )


def voided(session: Session, body: Organisation, receipt: Receipt, after: Receipt | None) -> None:
    """Say that a tax receipt no longer stands, and which one does. Nobody is written to about plain ones."""
    if not receipt.series.tax or not receipt.donor_email:
        return
    context = {
        "organisation": body,
        "receipt": receipt,
        "after": after,
        "url": address(after) if after else "",
    }
    _queue(
        session,
        key=f"receipt-voided:{receipt.pid}",
        kind="receipt-voided",
        to=receipt.donor_email,
        language=receipt.language,
        context=context,
    )


def _queue(session: Session, **what: Any) -> bool:
    """Whether the mail is new. A receipt is written all the same when its donor left what is no address."""
    try:
        return mail.queue_once(session, **what)
    except mail.UnsafeAddress:
        log.info("a donor cannot be written to: not an address", mail=what["key"])
        return False


def _private(session: Session, gift: Gift) -> str:
    """A private link to everything given from the address the mail goes to: who holds it reads that mailbox."""
    supporter = supporters.of_mailbox(
        session, organisation_id=gift.organisation_id, email=gift.donor_email, language=gift.language
    )
    return supporters.new_link(session, supporter, mailed=True, page="gift")
