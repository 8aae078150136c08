"""When a mail is tried again and when it is given up; what may be attached to one. Pure."""

import random
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

ATTEMPTS = 10
FIRST_WAIT = timedelta(seconds=30)
LONGEST_WAIT = timedelta(hours=6)
KEPT = timedelta(days=30)  # how long the queue remembers a mail that left or was given up


ATTACHMENT_LIMIT = 64 * 1024  # bytes; a calendar entry, not a film
_NAME = re.compile(r"[\w.-]{1,80}", re.ASCII)
_TYPE = re.compile(r"[a-z]+/[a-z0-9.+-]+(; [a-z]+=[A-Za-z0-9-]+)*")


class Unattachable(ValueError):
    """Too large for a mail, or with a name or type that could forge a header."""


@dataclass(frozen=True)
class Attachment:
    """One small file that goes with a mail. Raises Unattachable when it is made."""

    name: str
    media_type: str  # "text/calendar; method=PUBLISH"
    content: bytes

    def __post_init__(self) -> None:
        fits = 0 < len(self.content) <= ATTACHMENT_LIMIT
        if not (fits and _NAME.fullmatch(self.name) and _TYPE.fullmatch(self.media_type)):
            raise Unattachable(self.name)


class Outcome(StrEnum):
    """What became of one attempt to hand a mail over."""

    ACCEPTED = "accepted"
    LATER = "later"  # known to precede acceptance, and worth another try
    REFUSED = "refused"  # a plain no
    UNKNOWN = "unknown"  # the connection broke after the text was handed over


@dataclass(frozen=True)
class Verdict:
    """What to do with a mail after an attempt: `retry_at` is None when there is nothing more to try."""

    sent: bool
    retry_at: datetime | None


def wait_after(attempts: int, *, jitter: float) -> timedelta:
    """How long to wait after so many attempts: 30 s, doubling to 6 h; `jitter` in 0…1 spreads it ±25 %."""
    base: timedelta = min(FIRST_WAIT * 2 ** min(attempts - 1, 12), LONGEST_WAIT)
    return base * (0.75 + 0.5 * jitter)


def judge(outcome: Outcome, *, attempts: int, unsure: int, now: datetime) -> Verdict:
    """Decide after an attempt. `attempts` and `unsure` count the one just made.

    SMTP has no key that makes a second delivery harmless (RFC 5321, 4.5.4): after an unknown outcome a mail
    is sent at most once more. A sign-in link received twice does less harm than one never received.
    """
    if outcome is Outcome.ACCEPTED:
        return Verdict(sent=True, retry_at=None)
    if outcome is Outcome.REFUSED or attempts >= ATTEMPTS or unsure > 1:
        return Verdict(sent=False, retry_at=None)
    jitter = random.random()  # noqa: S311 - it spreads load and protects nothing
    return Verdict(sent=False, retry_at=now + wait_after(attempts, jitter=jitter))
