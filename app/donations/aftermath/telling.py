"""Who is written to about a refund, a dispute or a warning. Each mail goes once, however often the news is told."""

from collections.abc import Mapping
from typing import Any

import structlog
from sqlmodel import Session

from app.core.templating import absolute
from app.donations.aftermath import queries, rules
from app.donations.aftermath.models import Dispute, FraudWarning, Refund
from app.donations.models import Gift
from app.donations.queries import campaign_of
from app.mail import service as mail
from app.people.models import Organisation

log = structlog.get_logger("donations")


def refunded(session: Session, row: Refund, gift: Gift) -> None:
    """Tell the donor that money is on its way back, where an address is known."""
    if not gift.donor_email:
        return
    campaign = campaign_of(session, gift)
    context = {
        "organisation": session.get_one(Organisation, gift.organisation_id),
        "campaign": campaign,
        "refund": row,
        "gift": gift,
        "whole": row.amount_minor == gift.amount_minor + gift.cover_minor,
        "impact_url": absolute(f"/c/{campaign.slug}/impact"),
    }
    try:
        mail.queue_once(
            session,
            key=f"refund:{row.pid}",
            kind="gift-refunded",
            to=gift.donor_email,
            language=gift.language,
            context=context,
        )
    except mail.UnsafeAddress:
        log.info("a donor cannot be written to: not an address", gift=gift.pid)


def refund_failed(session: Session, row: Refund, gift: Gift) -> None:
    """Tell the team that a refund came back: the donor has nothing yet."""
    _tell_team(
        session, "refund-failed", row.pid, gift, {"refund": row, "why": rules.failure_words(row.failure)}
    )


def disputed(session: Session, row: Dispute, gift: Gift) -> None:
    """Tell the team that a bank disputes a gift, and until when it may be answered."""
    _tell_team(session, "gift-disputed", row.pid, gift, _of_dispute(row))


def deadline_near(session: Session, row: Dispute, gift: Gift) -> None:
    """Tell the team again, before it is too late to answer."""
    _tell_team(session, "dispute-due", row.pid, gift, _of_dispute(row))


def decided(session: Session, row: Dispute, gift: Gift) -> None:
    """Tell the team how a dispute ended."""
    _tell_team(session, "dispute-over", row.pid, gift, _of_dispute(row))


def warned(session: Session, row: FraudWarning, gift: Gift) -> None:
    """Tell the team that a card's issuer suspects fraud."""
    _tell_team(session, "fraud-warning", row.pid, gift, {"fee": rules.dispute_fee(gift.currency)})


def _of_dispute(row: Dispute) -> dict[str, Any]:
    return {
        "dispute": row,
        "cause": rules.CAUSE_WORDS.get(row.cause, rules.OTHER_CAUSE),
        "link": absolute(f"/studio/disputes/{row.pid}"),
    }


def _tell_team(session: Session, kind: str, pid: str, gift: Gift, more: Mapping[str, Any]) -> None:
    organisation = session.get_one(Organisation, gift.organisation_id)
    campaign = campaign_of(session, gift)
    context = {
        "organisation": organisation,
        "campaign": campaign,
        "gift": gift,
        "link": absolute(f"/studio/campaigns/{campaign.pid}/gifts/{gift.pid}"),
        **more,
    }
    for person in queries.treasurers(session, gift.organisation_id):
        key = f"{kind}:{pid}:{person.pid}"
        mail.queue_once(
            session, key=key, kind=kind, to=person.email, language=person.language, context=context
        )
