"""What says something: stories here, and what the rooms above tell of theirs. Keeps no text of its own.

A room above this floor that publishes facts names its texts once, by `offer`; then its claims show in the studio,
among the public sources and in corrections as those of stories do.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlmodel import Session

from app.campaigns.drawers import now_of
from app.campaigns.models import Campaign
from app.campaigns.rules import day_date
from app.claims.rules import SubjectKind
from app.core.i18n import Message, mark
from app.stories import queries as stories
from app.stories.models import Frame


@dataclass(frozen=True)
class Given:
    """A source that the text itself names: what is claimed in it has this source from the start."""

    title: str
    publisher: str = ""
    url: str = ""
    published_on: date | None = None


@dataclass(frozen=True)
class Subject:
    """A text of a campaign. `public_since` is None while nobody outside reads it."""

    kind: SubjectKind
    pid: str
    name: str
    place: Message  # where it is told
    text: str
    desk: str  # its page in the studio, below the campaign's own
    path: str = ""  # its public page, below the campaign's own
    public_since: date | None = None
    told: str | None = None  # the part of the text where facts are looked for; None: all of it
    given: Sequence[Given] = ()

    @property
    def looked_at(self) -> str:
        return self.text if self.told is None else self.told

    @property
    def key(self) -> tuple[SubjectKind, str]:
        return self.kind, self.pid


Speaker = Callable[[Session, Campaign], Sequence[Subject]]
_speakers: dict[SubjectKind, Speaker] = {}


def offer(kind: SubjectKind, speaker: Speaker) -> None:
    """Name the texts of a kind: `speaker` gives all of a campaign in a fixed number of queries."""
    _speakers[kind] = speaker


def of_campaign(
    session: Session, campaign: Campaign, kinds: Iterable[SubjectKind] | None = None
) -> dict[tuple[SubjectKind, str], Subject]:
    """The texts of a campaign in the order they are told, of some kinds or of all."""
    wanted = set(SubjectKind if kinds is None else kinds)
    return {
        one.key: one
        for kind, speaker in _speakers.items()
        if kind in wanted
        for one in speaker(session, campaign)
    }


def frame_text(frame: Frame) -> str:
    """Everything a story says to those who see it."""
    return "\n".join(part for part in (frame.title, frame.caption, frame.alt_text, frame.sticker) if part)


def frame_told(frame: Frame) -> str:
    """Where facts are looked for in a story: its words, not the description of its picture."""
    return frame.caption or frame.title


def frame_subject(campaign: Campaign, frame: Frame, number: int) -> Subject:
    """A story of day `number` as a text that may claim something."""
    return Subject(
        SubjectKind.FRAME,
        frame.pid,
        frame.title,
        mark("Day %(number)s").with_values(number=number),
        frame_text(frame),
        desk=f"/frames/{frame.pid}",
        path=f"/days/{number}",
        public_since=day_date(campaign.starts_on, number) if number <= now_of(campaign).shown else None,
        told=frame_told(frame),
    )


def _frames(session: Session, campaign: Campaign) -> Sequence[Subject]:
    numbers = {day.id: day.number for day in stories.days(session, campaign.id)}
    return [
        frame_subject(campaign, frame, numbers[frame.day_id])
        for frame in stories.frames(session, campaign.id)
    ]


offer(SubjectKind.FRAME, _frames)
