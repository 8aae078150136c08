"""Lay down and edit the challenge of a day: a verb, a unit, three levels, how to. Refuses a stale form."""

from typing import Any

from sqlmodel import Session, select

from app.campaigns.models import Campaign
from app.campaigns.service import Stale, check_open
from app.challenges.models import Challenge
from app.core.errors import NotFound
from app.people import audit
from app.people.rules import Actor
from app.stories.models import Day


def lay_challenge(session: Session, campaign: Campaign, day: Day, **values: Any) -> Challenge:
    """Add the challenge of a day that has none."""
    challenge = Challenge(campaign_id=campaign.id, day_id=day.id, **values)
    session.add(challenge)
    session.flush()
    return challenge


def get_challenge(session: Session, campaign: Campaign, pid: str) -> Challenge:
    """A challenge of the campaign. Raises NotFound."""
    found = session.exec(
        select(Challenge).where(Challenge.pid == pid, Challenge.campaign_id == campaign.id)
    ).first()
    if found is None:
        raise NotFound
    return found


def add_challenge(session: Session, actor: Actor, campaign: Campaign, day: Day) -> Challenge:
    """The challenge of a day, made empty when there is none yet."""
    check_open(actor, campaign)
    found = session.exec(select(Challenge).where(Challenge.day_id == day.id)).first()
    if found is not None:
        return found
    levels = [{"title": "", "detail": ""} for _ in range(3)]
    return lay_challenge(session, campaign, day, levels=levels)


def edit_challenge(
    session: Session, actor: Actor, campaign: Campaign, challenge: Challenge, *, version: int, **values: Any
) -> Challenge:
    """Change what a challenge asks; `values` are the columns that ChallengeForm gives.

    Acts already counted stay counted. Raises Stale; Conflict once the campaign is closed.
    """
    check_open(actor, campaign)
    if challenge.version != version:
        raise Stale(challenge.version)
    if all(getattr(challenge, name) == value for name, value in values.items()):
        return challenge
    for name, value in values.items():
        setattr(challenge, name, value)
    challenge.version += 1
    session.add(challenge)
    session.flush()
    audit.record(session, actor, "challenge.edited", subject=challenge.title, subject_pid=challenge.pid)
    return challenge
