"""When questions are taken, how far two of them are alike, where a session stands. Pure decisions."""

import re
import unicodedata
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from app.campaigns.rules import State
from app.core.i18n import Message, mark

TEXT_LIMIT, NAME_LIMIT, ANSWER_LIMIT = 400, 60, 4000
SOURCES = 5
OPEN_STATES = frozenset({State.READY, State.LIVE, State.DRIVE, State.REPORTING})

LONGEST = timedelta(hours=4)
LEFT_OPEN = timedelta(hours=3)
"""A session that nobody closed is over so long after its planned end: nobody is there any more."""


class Closed(StrEnum):
    """Why no question is taken now."""

    PAUSED = "paused"
    OVER = "over"


CLOSED_WORDS: dict[Closed, Message] = {
    Closed.PAUSED: mark("The campaign is paused: no question or vote is taken for now."),
    Closed.OVER: mark("The campaign is closed: no more questions or votes are taken. The answers stay here."),
}


def closed(state: State, *, paused: bool) -> Closed | None:
    """Why questions and votes are not taken; None when they are."""
    if state not in OPEN_STATES:
        return Closed.OVER
    return Closed.PAUSED if paused else None


class Stage(StrEnum):
    """Where a session stands."""

    COLLECTING = "collecting"  # before its hour: questions and votes come in
    LIVE = "live"
    PAUSED = "paused"  # on air, and somebody asked for a moment
    OVER = "over"
    CANCELLED = "cancelled"


STAGE_WORDS: dict[Stage, Message] = {
    Stage.COLLECTING: mark("Collecting questions"),
    Stage.LIVE: mark("Live"),
    Stage.PAUSED: mark("A short break"),
    Stage.OVER: mark("Over"),
    Stage.CANCELLED: mark("Cancelled"),
}


@dataclass(frozen=True)
class Course:
    """What has happened to a session, in instants; `minutes` is its planned length."""

    starts_at: datetime
    minutes: int
    opened_at: datetime | None = None
    paused_at: datetime | None = None
    closed_at: datetime | None = None
    cancelled_at: datetime | None = None

    @property
    def ends_at(self) -> datetime:
        return self.starts_at + timedelta(minutes=self.minutes)


def stage(course: Course, now: datetime) -> Stage:
    """Where a session stands. It opens and closes by a person's hand; one left alone ends by itself."""
    if course.cancelled_at is not None:
        return Stage.CANCELLED
    if course.closed_at is not None or now > course.ends_at + LEFT_OPEN:
        return Stage.OVER
    if course.opened_at is None:
        return Stage.COLLECTING
    return Stage.PAUSED if course.paused_at is not None else Stage.LIVE


RUNNING = frozenset({Stage.LIVE, Stage.PAUSED})

# Words that every question holds tell no two of them apart.
_FRENCH = """alors ainsi apres aussi autre avant avec avez avoir cela celle celui cette ceux chez combien comment
    comme dans depuis des deux donc dont elle elles encore entre est estce etes etre eux fait faire faut font
    ici ils les leur leurs lors mais meme mes moi mon nos notre nous ont par parce pas pendant peut peuvent
    peux plus pour pourquoi pouvez quand que quel quelle quelles quels qui quoi sans ses son sont soit sur tous
    tout toute toutes tres une vers votre vos vous"""
_ENGLISH = """about after all and any are because been before but can could did does for from had has have her him his
    how into its just may more not now one our out over own she should some such than that the their them
    then there these they this those very was were what when where which who why will with would you your"""
_COMMON = frozenset(f"{_FRENCH} {_ENGLISH}".split())
_STEM = 6  # letters: « apprendre », « apprentis » and "learning", "learner" meet
ENOUGH, AT_LEAST = 0.5, 2


def key_words(text: str) -> frozenset[str]:
    """The words that carry a question: without accents, endings and what every sentence holds."""
    apart = re.sub(r"['’]", " ", text.casefold().replace("œ", "oe"))  # « l’atelier » is two words
    plain = unicodedata.normalize("NFKD", apart).encode("ascii", "ignore").decode()
    words = (word for word in re.findall(r"[a-z0-9]+", plain) if len(word) > 2 and word not in _COMMON)
    return frozenset(word[:_STEM].rstrip("sx") for word in words)


def likeness(left: Collection[str], right: Collection[str]) -> float:
    """From 0 to 1: the share of the shorter one's words that the other has too; 0 below two in common."""
    common = len(set(left) & set(right))
    return common / min(len(left), len(right)) if common >= AT_LEAST else 0.0


def alike(text: str, others: Iterable[tuple[int, str]], *, limit: int = 3) -> Sequence[int]:
    """The ids of the questions most like a text, the likest first; empty when none is like it."""
    wanted = key_words(text)
    found = [(likeness(wanted, key_words(other)), number) for number, other in others]
    ranked = sorted(
        ((share, number) for share, number in found if share >= ENOUGH), key=lambda one: (-one[0], one[1])
    )
    return [number for _, number in ranked[:limit]]
