"""Lay down days and frames as a document gives them, without steps to undo: the campaign begins there."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlmodel import Session

from app.campaigns.models import Campaign
from app.stories.models import Day, Frame


def lay_day(session: Session, campaign: Campaign, number: int, **values: Any) -> Day:
    """Add day `number` (1 is the first) with its words."""
    day = Day(campaign_id=campaign.id, number=number, **values)
    session.add(day)
    session.flush()
    return day


def lay_frames(
    session: Session, campaign: Campaign, day: Day, frames: Sequence[Mapping[str, Any]]
) -> list[Frame]:
    """Add the frames of a day that has none yet, in order."""
    made = [
        Frame(campaign_id=campaign.id, day_id=day.id, position=position, **values)
        for position, values in enumerate(frames)
    ]
    session.add_all(made)
    session.flush()
    return made


def drop_day(session: Session, day: Day) -> None:
    """Remove a day that holds nothing; the caller has looked."""
    session.delete(day)
    session.flush()
