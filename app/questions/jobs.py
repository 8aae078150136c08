"""Where time touches questions: the day before a live session its host and the team are told, once for its hour."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from sqlmodel import Session, col, select

from app.campaigns.models import Campaign
from app.claims import queries as claims
from app.core import clock
from app.core.crypto import sha256_hex
from app.core.db import reading, transaction
from app.core.templating import absolute
from app.influencers.models import Influencer
from app.mail import service as mail
from app.questions import queries
from app.questions.models import QaSession
from app.questions.rules import OPEN_STATES

NOTICE = timedelta(hours=24)
"""How long before its hour a session is told of; one planned later is told of at once."""


def remind() -> int:
    """Queue the reminders of the sessions of the next day; returns how many mails were queued.

    The key of a mail holds the session's instant: nobody is told twice of one hour, and a session that moves is
    told of again. Each session has a transaction of its own.
    """
    now = clock.now()
    with reading() as session:
        soon = session.exec(
            select(QaSession.id)
            .join(Campaign, col(Campaign.id) == QaSession.campaign_id)
            .where(
                col(QaSession.starts_at) > now,
                col(QaSession.starts_at) <= now + NOTICE,
                col(QaSession.opened_at).is_(None),
                col(QaSession.closed_at).is_(None),
                col(QaSession.cancelled_at).is_(None),
                col(Campaign.state).in_(OPEN_STATES),
                col(Campaign.paused_at).is_(None),
            )
        ).all()
    return sum(_remind_of(one) for one in soon)


def _remind_of(session_id: int) -> int:
    with transaction() as session:
        qa = session.get_one(QaSession, session_id)
        campaign = session.get_one(Campaign, qa.campaign_id)
        host = session.get(Influencer, qa.host_id) if qa.host_id else None
        context = {
            "campaign": campaign,
            "qa": qa,
            "host": host.name if host else "",
            "waiting": queries.shown(session, campaign.id, answered=False, limit=1).total,
        }
        return sum(
            _tell(session, qa, address, language, {**context, **own})
            for address, language, own in _readers(session, campaign, qa, host)
        )


def _readers(
    session: Session, campaign: Campaign, qa: QaSession, host: Influencer | None
) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Address and language of each, with what only they are told. The host comes first, and is told as the host."""
    if host is not None and host.email:
        live = absolute(f"/c/{campaign.slug}/voices/live/{qa.pid}")
        yield host.email, host.language, {"holds": True, "url": live}
    desk = absolute(f"/studio/campaigns/{campaign.pid}/sessions/{qa.pid}")
    for address, language in claims.editor_mails(session, campaign):
        yield address, language, {"holds": False, "url": desk}


def _tell(session: Session, qa: QaSession, address: str, language: str, context: dict[str, Any]) -> bool:
    who = sha256_hex(address.strip().lower().encode())[:16]
    try:
        return mail.queue_once(
            session,
            key=f"session-soon:{qa.pid}:{qa.starts_at:%Y%m%d%H%M}:{who}",
            kind="session-soon",
            to=address,
            language=language,
            context=context,
        )
    except mail.UnsafeAddress:
        return False
