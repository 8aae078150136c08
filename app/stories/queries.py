"""Reads of the storyboard: days, frames in order, and the last step that can be undone."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func
from sqlmodel import Session, col, select

from app.core.i18n import Message, mark
from app.people.models import Person
from app.stories import rules
from app.stories.models import Day, Edit, Frame
from app.stories.rules import FrameFacts

# What the last step was, in words; `title` is that of the frame or the beat of the day.
STEPS: dict[str, Message] = {
    "day.edited": mark("Day “%(title)s” edited"),
    "frame.added": mark("Story added"),
    "frame.edited": mark("Story “%(title)s” edited"),
    "frame.media": mark("Picture of “%(title)s” changed"),
    "frame.moved": mark("Story “%(title)s” moved"),
    "frame.removed": mark("Story “%(title)s” removed"),
    "post.added": mark("Post of “%(title)s” added"),
    "post.changed": mark("Post of “%(title)s” changed"),
    "post.moved": mark("Post of “%(title)s” given another hour"),
    "post.removed": mark("Post of “%(title)s” removed"),
}
_UNTITLED = mark("untitled")


@dataclass(frozen=True)
class Step:
    """The last step of the storyboard: what it did, who took it and when."""

    pid: str
    said: Message
    person_id: int | None
    who: str
    at: datetime


def days(session: Session, campaign_id: int) -> Sequence[Day]:
    """The days of a campaign, the first first."""
    return session.exec(select(Day).where(Day.campaign_id == campaign_id).order_by(col(Day.number))).all()


def day(session: Session, campaign_id: int, number: int) -> Day | None:
    """A day by its number, 1 being the first."""
    return session.exec(select(Day).where(Day.campaign_id == campaign_id, Day.number == number)).first()


def day_by_pid(session: Session, campaign_id: int, pid: str) -> Day | None:
    return session.exec(select(Day).where(Day.campaign_id == campaign_id, Day.pid == pid)).first()


def frames(session: Session, campaign_id: int) -> Sequence[Frame]:
    """All frames of a campaign, by day and position."""
    return session.exec(
        select(Frame)
        .join(Day, col(Day.id) == Frame.day_id)
        .where(Frame.campaign_id == campaign_id)
        .order_by(col(Day.number), col(Frame.position))
    ).all()


def frames_of(session: Session, campaign_ids: Collection[int]) -> dict[int, list[Frame]]:
    """The frames of some campaigns; the order of their days is not told."""
    found: dict[int, list[Frame]] = {}
    for one in session.exec(select(Frame).where(col(Frame.campaign_id).in_(campaign_ids))):
        found.setdefault(one.campaign_id, []).append(one)
    return found


def frames_of_day(session: Session, day_id: int) -> Sequence[Frame]:
    """The frames of a day in order."""
    return session.exec(select(Frame).where(Frame.day_id == day_id).order_by(col(Frame.position))).all()


def frame(session: Session, campaign_id: int, pid: str) -> Frame | None:
    """A frame of the campaign."""
    return session.exec(select(Frame).where(Frame.campaign_id == campaign_id, Frame.pid == pid)).first()


def frames_by_id(session: Session, ids: Sequence[int]) -> dict[int, Frame]:
    """Several frames by row id, in one query."""
    if not ids:
        return {}
    return {row.id: row for row in session.exec(select(Frame).where(col(Frame.id).in_(ids))).all()}


def counts(session: Session, campaign_id: int) -> dict[int, int]:
    """How many frames each day has, by the day's row id; days without frames are left out."""
    rows = session.exec(
        select(Frame.day_id, func.count()).where(Frame.campaign_id == campaign_id).group_by(col(Frame.day_id))
    )
    return dict(rows.all())


def facts(frame: Frame) -> FrameFacts:
    """What the rules need to know of a frame."""
    return FrameFacts(
        kind=frame.kind.value,
        title=frame.title,
        caption=frame.caption,
        alt_text=frame.alt_text,
        sticker=frame.sticker,
        has_media=frame.media_id is not None,
    )


def day_blanks(day: Day) -> list[str]:
    """The blanks left in the public words of a day."""
    return rules.blanks_in(day.beat, day.headline, day.lead)


def last_edit(session: Session, campaign_id: int) -> Edit | None:
    """The last step that was not undone."""
    return session.exec(
        select(Edit)
        .where(Edit.campaign_id == campaign_id, col(Edit.undone_at).is_(None))
        .order_by(col(Edit.id).desc())
        .limit(1)
    ).first()


def last_step(session: Session, campaign_id: int) -> Step | None:
    """The last step that was not undone, in words."""
    row = session.exec(
        select(Edit, Person.name)
        .outerjoin(Person, col(Person.id) == Edit.person_id)
        .where(Edit.campaign_id == campaign_id, col(Edit.undone_at).is_(None))
        .order_by(col(Edit.id).desc())
        .limit(1)
    ).first()
    if row is None:
        return None
    edit, who = row
    title = str(edit.before.get("title") or "") or _UNTITLED
    return Step(edit.pid, STEPS[edit.label].with_values(title=title), edit.person_id, who or "", edit.at)
