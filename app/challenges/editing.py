"""Lay down and edit the challenge of a day: a verb, a unit, three levels, how to. Refuses a stale form."""

from typing import Any

from sqlmodel import Session, select

from app.campaigns.models import Campaign
from app.campaigns.rules import State
from app.challenges.models import Challenge
from app.core.errors import Conflict, NotFound
from app.core.i18n import mark
from app.people import audit
from app.people.rules import Actor, Permission
from app.stories.models import Day


class Stale(Conflict):
    """Someone saved since the form was opened; `version` is the present one."""

    def __init__(self, version: int) -> None:
        super().__init__(
            mark("Someone changed this meanwhile. What you typed is kept: save again to put it in its place.")
        )
        self.version = version


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
    _check(actor, campaign)
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
    _check(actor, campaign)
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


def _check(actor: Actor, campaign: Campaign) -> None:
    actor.require(Permission.EDIT)
    if campaign.state is State.CLOSED:
        raise Conflict(mark("This campaign is closed: it can be read, no longer changed."))
