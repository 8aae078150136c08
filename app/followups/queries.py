"""Reads of follow-ups: who is still to be asked, whose link it is, what a round brought."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import exists
from sqlmodel import Session, col, func, select

from app.campaigns.models import Campaign
from app.campaigns.rules import State, last_date
from app.challenges.keeping import ASK
from app.challenges.models import Streak
from app.core.ids import token_hash
from app.donations.models import Gift
from app.donations.rules import GiftState
from app.followups import rules
from app.followups.models import FollowUp, FollowUpAsked, FollowUpRefusal
from app.followups.rules import Figures, Lasted
from app.supporters.models import Consent, Subject, Supporter

OVER = (State.REPORTING, State.CLOSED)


class Person(NamedTuple):
    """Somebody to ask, by the mark of the row that leads to them."""

    mark: int
    email: str
    language: str


def due(session: Session, now: datetime) -> list[tuple[Campaign, int]]:
    """Campaigns with a round to begin or to carry on, and how many days after their last day it asks."""
    over = session.exec(
        select(Campaign).where(col(Campaign.state).in_(OVER), col(Campaign.paused_at).is_(None))
    ).all()
    found = [
        (campaign, days)
        for campaign in over
        for days in rules.ROUNDS
        if rules.is_due(last_date(campaign.starts_on, campaign.length), days, campaign.timezone, now)
    ]
    begun = session.exec(
        select(FollowUp.campaign_id, FollowUp.days).where(
            col(FollowUp.asked_at).is_not(None) | col(FollowUp.called_off_at).is_not(None),
            col(FollowUp.campaign_id).in_([campaign.id for campaign, _ in found]),
        )
    ).all()
    return [(campaign, days) for campaign, days in found if (campaign.id, days) not in set(begun)]


def who_took_part(session: Session, campaign_id: int, *, after: int, most: int) -> list[Person]:
    """Those who keep their days, asked to be asked and opened a link mailed to them, from a mark on."""
    agreed = exists().where(
        col(Consent.subject) == Subject.STREAK,
        col(Consent.subject_pid) == col(Streak.pid),
        col(Consent.use) == ASK,
        col(Consent.withdrawn_at).is_(None),
    )
    rows = session.exec(
        select(Streak.id, Supporter.email, Supporter.language)
        .join(Supporter, col(Supporter.id) == Streak.supporter_id)
        .where(Streak.campaign_id == campaign_id, Streak.id > after, agreed)
        .where(Supporter.email != "", col(Supporter.confirmed_at).is_not(None))
        .order_by(col(Streak.id))
        .limit(most)
    )
    return [Person(*row) for row in rows]


def who_gave(session: Session, campaign_id: int, *, after: int, most: int) -> list[Person]:
    """Those whose gift arrived and who left an address, each once, from a mark on."""
    first = func.min(col(Gift.id))
    address = func.lower(col(Gift.donor_email))
    rows = session.exec(
        select(first, address, func.min(col(Gift.language)))
        .where(Gift.campaign_id == campaign_id, Gift.state == GiftState.PAID, Gift.donor_email != "")
        .group_by(address)
        .having(first > after)
        .order_by(first)
        .limit(most)
    )
    return [Person(*row) for row in rows]


def gave(session: Session, campaign_id: int, emails: Sequence[str]) -> set[str]:
    """Which of some addresses gave to a campaign."""
    address = func.lower(col(Gift.donor_email))
    rows = select(address).where(
        Gift.campaign_id == campaign_id, Gift.state == GiftState.PAID, address.in_(emails)
    )
    return set(session.exec(rows).all())


def refused(session: Session, organisation_id: int, hashes: Sequence[str]) -> set[str]:
    """Which of some addresses want no such question."""
    rows = select(FollowUpRefusal.address_hash).where(
        FollowUpRefusal.organisation_id == organisation_id, col(FollowUpRefusal.address_hash).in_(hashes)
    )
    return set(session.exec(rows).all())


def by_token(session: Session, token: str) -> tuple[FollowUpAsked, FollowUp, Campaign] | None:
    """Whose link it is; None once its round is closed."""
    return session.exec(
        select(FollowUpAsked, FollowUp, Campaign)
        .join(FollowUp, col(FollowUp.id) == FollowUpAsked.follow_up_id)
        .join(Campaign, col(Campaign.id) == FollowUp.campaign_id)
        .where(FollowUpAsked.token_hash == token_hash(token))
    ).first()


def rounds(session: Session, campaign_id: int) -> dict[int, FollowUp]:
    """The rounds that were begun or called off, by their days."""
    rows = session.exec(select(FollowUp).where(FollowUp.campaign_id == campaign_id))
    return {one.days: one for one in rows}


def figures(session: Session, campaign_id: int) -> Mapping[int, Figures]:
    """What each round brought, by its days, in one query."""
    rows = session.exec(
        select(
            FollowUp.days,
            FollowUpAsked.lasted,
            func.count(col(FollowUpAsked.id)),
            func.count(col(FollowUpAsked.answered_at)),
        )
        .join(FollowUpAsked, col(FollowUpAsked.follow_up_id) == FollowUp.id)
        .where(FollowUp.campaign_id == campaign_id)
        .group_by(col(FollowUp.days), col(FollowUpAsked.lasted))
    ).all()
    found: dict[int, Figures] = {}
    for days, lasted, asked, answered in sorted(rows, key=lambda row: row[0]):
        before = found.get(days, Figures(0, 0, dict.fromkeys(Lasted, 0)))
        told = dict(before.lasted)
        if lasted is not None:
            told[Lasted(lasted)] = answered
        found[days] = Figures(before.asked + asked, before.answered + answered, told)
    return found


def words(session: Session, campaign_id: int, *, limit: int = 200) -> Sequence[tuple[FollowUpAsked, int]]:
    """What people wrote, the latest first, each with the days of its round."""
    return session.exec(
        select(FollowUpAsked, FollowUp.days)
        .join(FollowUp, col(FollowUp.id) == FollowUpAsked.follow_up_id)
        .where(FollowUp.campaign_id == campaign_id, FollowUpAsked.changed != "")
        .order_by(col(FollowUpAsked.answered_at).desc(), col(FollowUpAsked.id).desc())
        .limit(limit)
    ).all()


def next_act(session: Session, campaign: Campaign) -> Campaign | None:
    """The organisation's campaign that runs now, if another does."""
    return session.exec(
        select(Campaign)
        .where(
            Campaign.organisation_id == campaign.organisation_id,
            Campaign.id != campaign.id,
            col(Campaign.state).in_([State.LIVE, State.DRIVE]),
            col(Campaign.paused_at).is_(None),
        )
        .order_by(col(Campaign.starts_on).desc())
    ).first()
