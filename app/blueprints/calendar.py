"""Change when a campaign runs. Days that hold something are never dropped in silence."""

from datetime import date

from sqlmodel import Session

from app.campaigns import service as campaigns
from app.campaigns.models import Campaign
from app.campaigns.rules import State
from app.challenges import queries as challenges
from app.core.errors import Conflict
from app.core.i18n import Message, join, mark
from app.people import audit
from app.people.rules import Actor
from app.publishing import board
from app.stories import laying
from app.stories import queries as stories
from app.stories.models import Day

_BEGUN = frozenset({State.LIVE, State.DRIVE, State.REPORTING})


class DaysHeld(Conflict):
    """Days beyond the new end still hold stories, a challenge or words."""

    def __init__(self, days: list[Day]) -> None:
        said = mark("Still holding something: day %(days)s. Move or remove it first; nothing was changed.")
        super().__init__(said.with_values(days=_Days([day.number for day in days])))


class _Days:
    """Day numbers in a sentence, joined in the reader's language when the message is shown."""

    def __init__(self, numbers: list[int]) -> None:
        self.numbers = numbers

    def __str__(self) -> str:
        return join(self.numbers)


def change_calendar(
    session: Session,
    actor: Actor,
    campaign: Campaign,
    *,
    version: int,
    starts_on: date,
    length: int,
    timezone: str,
) -> None:
    """Move the campaign, make it longer or shorter; planned posts keep their hour and follow their day.

    The drive stays on the last day when it was there. Raises Stale; DaysHeld; Conflict when the first day
    of a campaign that has begun would move.
    """
    campaigns.check_open(actor, campaign)
    campaigns.check_version(campaign, version)
    if (starts_on, length, timezone) == (campaign.starts_on, campaign.length, campaign.timezone):
        return
    _check_begun(campaign, starts_on, timezone)
    _fit_days(session, campaign, length)
    before = {"starts_on": campaign.starts_on.isoformat(), "length": campaign.length}
    moved_by = starts_on - campaign.starts_on
    at_the_end = campaign.drive_day == campaign.length
    campaign.starts_on, campaign.length, campaign.timezone = starts_on, length, timezone
    if campaign.drive_opened_at is None:
        campaign.drive_day = length if at_the_end else min(campaign.drive_day, length)
    campaigns.touch(session, campaign)
    moved = board.realign(session, campaign, moved_by=moved_by)
    audit.record(
        session,
        actor,
        "campaign.dates_changed",
        subject=campaign.title,
        subject_pid=campaign.pid,
        before=before,
        after={"starts_on": starts_on.isoformat(), "length": length},
        posts_moved=moved,
    )


def _check_begun(campaign: Campaign, starts_on: date, timezone: str) -> None:
    said: Message | None = None
    if campaign.state in _BEGUN and (starts_on, timezone) != (campaign.starts_on, campaign.timezone):
        said = mark("The campaign has begun: its first day and its time zone stay.")
    if campaign.state is State.REPORTING:
        said = mark("The days are over: they stay as they were.")
    if said is not None:
        raise Conflict(said)


def _fit_days(session: Session, campaign: Campaign, length: int) -> None:
    days = {day.number: day for day in stories.days(session, campaign.id)}
    beyond = [day for number, day in days.items() if number > length]
    held = [day for day in beyond if _holds(session, campaign, day)]
    if held:
        raise DaysHeld(held)
    for day in beyond:
        laying.drop_day(session, day)
    for number in range(1, length + 1):
        if number not in days:
            laying.lay_day(session, campaign, number)


def _holds(session: Session, campaign: Campaign, day: Day) -> bool:
    if day.headline or day.lead or stories.frames_of_day(session, day.id):
        return True
    return challenges.of_day(session, campaign_id=campaign.id, day_id=day.id) is not None
