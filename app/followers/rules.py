"""What may be followed and how often, when a letter or a notice is due, what a refusal means. Pure decisions."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from app.core.i18n import Message, mark


class Topic(StrEnum):
    """What a follower may ask to be told."""

    STORY = "story"
    CHALLENGE = "challenge"
    DRIVE = "drive"
    ACCOUNTS = "accounts"
    CORRECTIONS = "corrections"
    LOG = "log"


BITS: Mapping[Topic, int] = {topic: 1 << place for place, topic in enumerate(Topic)}
"""Topics are kept as a sum of bits, so that one comparison in the database finds who asked."""

USUAL = frozenset(Topic) - {Topic.LOG}

TOPIC_WORDS: Mapping[Topic, tuple[Message, Message]] = {
    Topic.STORY: (mark("Each day’s story"), mark("One letter each morning of the campaign.")),
    Topic.CHALLENGE: (mark("The challenge of the day"), mark("In the same letter as the story.")),
    Topic.DRIVE: (mark("The drive"), mark("Once, when it opens.")),
    Topic.ACCOUNTS: (mark("What becomes of the money"), mark("Each account the organisation publishes.")),
    Topic.CORRECTIONS: (mark("Corrections"), mark("When something we told was wrong.")),
    Topic.LOG: (
        mark("The seal of the log, each day"),
        mark("A short code that proves nothing published was changed afterwards."),
    ),
}


def mask_of(topics: Collection[Topic]) -> int:
    return sum(BITS[topic] for topic in frozenset(topics))


def topics_of(mask: int) -> list[Topic]:
    return [topic for topic in Topic if mask & BITS[topic]]


class Rhythm(StrEnum):
    """How often letters come."""

    EACH = "each"
    DAILY = "daily"
    WEEKLY = "weekly"


RHYTHM_WORDS: Mapping[Rhythm, tuple[Message, Message]] = {
    Rhythm.EACH: (mark("Each thing by itself"), mark("As soon as it is published.")),
    Rhythm.DAILY: (mark("Once a day"), mark("In the evening, only if there is something.")),
    Rhythm.WEEKLY: (mark("Once a week"), mark("On Sunday evening, only if there is something.")),
}

MORNING = time(8)  # when a day's letter leaves, in the campaign's zone
EVENING = time(18)  # when digests leave
SUNDAY = 6


def digest_on(rhythm: Rhythm, today: date, *, past_evening: bool) -> date | None:
    """The day of the next digest; None for those who want each thing by itself."""
    if rhythm is Rhythm.EACH:
        return None
    first = today + timedelta(days=past_evening)
    return first if rhythm is Rhythm.DAILY else first + timedelta(days=(SUNDAY - first.weekday()) % 7)


WAKING, NIGHT = time(8), time(21)
"""No device is called before the one or from the other on, in the campaign's zone."""


def waking_on(today: date, at: time) -> date | None:
    """The day whose waking hour a notice must wait for; None when it may come at once."""
    if WAKING <= at < NIGHT:
        return None
    return today + timedelta(days=at >= NIGHT)


class FollowState(StrEnum):
    ASKED = "asked"  # someone typed the address: nobody knows yet whose it is
    ACTIVE = "active"
    ENDED = "ended"


class Ending(StrEnum):
    """Why nothing is sent any more."""

    NONE = ""
    LEFT = "left"
    BOUNCED = "bounced"
    COMPLAINED = "complained"  # told their mail service that this is unwanted: never written to again


class DispatchState(StrEnum):
    FILLING = "filling"  # its recipients are being written down
    SENDING = "sending"
    DONE = "done"
    STOPPED = "stopped"  # by a member; what had left had left


class DeliveryState(StrEnum):
    WAITING = "waiting"
    CLAIMED = "claimed"  # by a process; nothing that could count as sent has left it
    HANDING = "handing"  # the mail server has the text and is about to be told that it is whole
    SENT = "sent"
    FAILED = "failed"
    SKIPPED = "skipped"  # they left, paused or bounced before their turn
    UNSURE = "unsure"  # the connection or the process broke off at the last dot: never sent twice


SETTLED = (DeliveryState.SENT, DeliveryState.FAILED, DeliveryState.SKIPPED, DeliveryState.UNSURE)


class NoticeState(StrEnum):
    WAITING = "waiting"
    SENDING = "sending"  # claimed by a process: from here on it is sent once or not at all
    TOLD = "told"  # the push service took it
    FAILED = "failed"
    SKIPPED = "skipped"  # stopped, no longer public, or too old to be news
    UNSURE = "unsure"  # the process or the connection broke off: never sent twice


NOTICED = (NoticeState.TOLD, NoticeState.FAILED, NoticeState.SKIPPED, NoticeState.UNSURE)

MOST_FAILURES = 10
"""So many refusals in a row, and a device is forgotten."""

NEWS_FOR = timedelta(days=1)
"""What waited longer, through a pause or an outage, is no news on a screen: the page has it."""

ASKED_LIFE = timedelta(days=7)
"""How long an address waits for its owner's word."""

ASK_AGAIN_AFTER = timedelta(minutes=10)
TOLD_AGAIN_AFTER = timedelta(days=1)
"""How soon the same mailbox gets the same letter about itself once more, whoever asks."""

LONGEST_PAUSE = timedelta(days=366)
SOFT_BOUNCES = 4
SOFT_WITHIN = timedelta(days=30)
"""So many letters returned "for now" within so long: the mailbox is as good as gone."""


class Bounce(StrEnum):
    """What a refusal or a returned letter says of the mailbox."""

    NOTHING = "nothing"  # of us, our server or the letter: not of the mailbox
    SOFT = "soft"
    HARD = "hard"
    COMPLAINT = "complaint"


def bounce_of(status: str, *, code: int = 0) -> Bounce:
    """What an enhanced status code (RFC 3463) says; without one, the reply code of RCPT (RFC 5321, 4.2.3).

    5.1.x no such mailbox or domain, 5.2.1 mailbox disabled, 5.4.4 unable to route: gone. 5.2.2 full, 4.x.x not now.
    5.3.x, 5.5.x, 5.6.x, 5.7.x speak of a machine, of the letter or of our reputation: no reason to drop anyone.
    """
    parts = status.split(".")
    if len(parts) == 3 and all(part.isdigit() for part in parts):
        klass, subject, detail = (int(part) for part in parts)
        if klass == 4:
            return Bounce.SOFT if subject in (1, 2, 4) else Bounce.NOTHING
        if klass != 5:
            return Bounce.NOTHING
        if subject == 1 and detail not in (7, 8):  # 5.1.7 and 5.1.8 speak of the sender's address
            return Bounce.HARD
        if (subject, detail) in ((2, 0), (2, 1), (4, 4)):
            return Bounce.HARD
        return Bounce.SOFT if subject in (2, 4) else Bounce.NOTHING
    return Bounce.HARD if code in (550, 551, 553) else Bounce.SOFT if code == 552 else Bounce.NOTHING


def after_soft(count: int, last: datetime | None, now: datetime) -> tuple[int, bool]:
    """The new count of soft bounces, and whether it is one too many."""
    fresh = last is not None and now - last <= SOFT_WITHIN
    made = (count if fresh else 0) + 1
    return made, made >= SOFT_BOUNCES


def masked(address: str) -> str:
    """An address as its owner knows it again and another learns little: `n…@example.org`."""
    name, _, domain = address.rpartition("@")
    return f"{name[:1]}…\u2060@{domain}"  # with a word joiner: it stays on one line


@dataclass(frozen=True)
class Wish:
    """How someone wants to follow. Raises ValueError without a topic."""

    topics: frozenset[Topic] = USUAL
    rhythm: Rhythm = Rhythm.EACH
    language: str = "fr"

    def __post_init__(self) -> None:
        if not self.topics:
            raise ValueError("nothing to follow")
