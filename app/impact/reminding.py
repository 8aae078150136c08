"""Who is reminded that an account is due, and of what. One mail a person, a promise and a distance, whoever asks."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import structlog
from sqlalchemy import exists
from sqlmodel import Session, col, select

from app.campaigns import queries as campaigns
from app.campaigns.models import Campaign
from app.campaigns.rules import State
from app.core import clock
from app.core.ids import token_hash
from app.core.templating import absolute
from app.impact import plan_queries, rules
from app.impact.models import Figure, Promise, Update
from app.impact.plan_models import Commitment
from app.mail import service as mail

log = structlog.get_logger("impact")
_ZONES = timedelta(days=1)  # in some campaign's zone it may be tomorrow already
RUNNING = (State.LIVE, State.DRIVE, State.REPORTING)


@dataclass(frozen=True)
class Due:
    """Something the public was told to expect on a day; `key` names it for ever."""

    campaign_id: int
    key: str
    what: str
    on: date


def due(session: Session) -> list[Due]:
    """What is due within the longest distance and not accounted for yet."""
    today = clock.now().date()
    last = today + timedelta(days=max(rules.REMIND_BEFORE)) + _ZONES
    told = (
        exists()
        .where(col(Figure.promise_id) == col(Promise.id), col(Update.published_at).is_not(None))
        .where(col(Update.id) == col(Figure.update_id), col(Update.withdrawn_at).is_(None))
    )
    rows = session.exec(
        select(Promise)
        .join(Campaign, col(Campaign.id) == col(Promise.campaign_id))
        .where(
            col(Promise.locked_at).is_not(None),
            col(Promise.due_on).between(today - _ZONES, last),
            col(Campaign.state).in_(RUNNING),
            ~told,
        )
        .order_by(col(Promise.due_on), col(Promise.id))
    )
    promised = [Due(one.campaign_id, one.pid, one.indicator, one.due_on) for one in rows]
    return [*promised, *_accounts(session, today, last)]


def _accounts(session: Session, today: date, last: date) -> list[Due]:
    """The days on which an account was promised and none has answered yet."""
    campaign_ids = session.exec(
        select(Commitment.campaign_id)
        .join(Campaign, col(Campaign.id) == col(Commitment.campaign_id))
        .where(col(Commitment.due_on).between(today - _ZONES, last), col(Campaign.state).in_(RUNNING))
        .distinct()
    ).all()
    return [
        Due(one.commitment.campaign_id, one.commitment.pid, one.commitment.title, one.commitment.due_on)
        for campaign_id in campaign_ids
        for one in plan_queries.commitments(session, session.get_one(Campaign, campaign_id))
        if one.answer.told_on is None and today - _ZONES <= one.commitment.due_on <= last
    ]


def tell(session: Session, campaign_id: int, waiting: Sequence[Due]) -> int:
    """Queue the reminders of one campaign whose hour has come; returns how many mails are new."""
    campaign = session.get_one(Campaign, campaign_id)
    today = clock.today(campaign.timezone)
    queued = 0
    for one in waiting:
        before = rules.reminder_due(one.on, today)
        if before is None:
            continue
        for address, language in campaigns.organiser_mails(session, campaign):
            queued += _queue(session, campaign, one, before, address, language)
    return queued


def _queue(session: Session, campaign: Campaign, one: Due, before: int, address: str, language: str) -> bool:
    context = {
        "campaign": campaign,
        "due": one,
        "days": (one.on - clock.today(campaign.timezone)).days,
        "url": absolute(f"/studio/campaigns/{campaign.pid}/impact#updates"),
    }
    try:
        return mail.queue_once(
            session,
            key=f"account-due:{one.key}:{before}:{token_hash(address)[:24]}",
            kind="account-due",
            to=address,
            language=language,
            context=context,
        )
    except mail.UnsafeAddress:
        log.info("a member cannot be written to: not an address", campaign=campaign.pid)
        return False
