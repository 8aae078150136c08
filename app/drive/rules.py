"""What the drive comes to: goals reached, what a sponsor adds, who must see a gift, the reference of a transfer.

Pure decisions. Sums are in minor units; nothing here knows how they came to be known.
"""

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from stdnum import iso11649
from stdnum.exceptions import ValidationError
from stdnum.iso7064 import mod_97_10

from app.donations.scales import scale

WALL_FROM = 8
"""Gifts below which there is no wall of donors: an empty one discourages (as hcb found out)."""


class LineState(StrEnum):
    """What became of a line of a bank statement."""

    OPEN = "open"  # somebody has to say whose it is
    TAKEN = "taken"  # it is a gift
    ASIDE = "aside"  # it is none


@dataclass(frozen=True)
class Aim:
    """What the bar measures against: the goal, then the stretch goal once the first is reached."""

    raised_minor: int
    goal_minor: int
    stretch_minor: int

    @property
    def reached(self) -> bool:
        return 0 < self.goal_minor <= self.raised_minor

    @property
    def target_minor(self) -> int:
        """The goal of the moment; 0 when there is none."""
        return self.stretch_minor if self.reached and self.stretch_minor else self.goal_minor

    @property
    def share(self) -> float:
        """The part of the target that is there: above 1 once more came in."""
        return self.raised_minor / self.target_minor if self.target_minor else 0.0


class Stage(StrEnum):
    """Where a sponsor's match stands."""

    COMING = "coming"
    RUNNING = "running"
    FULL = "full"  # all the sponsor promised is called upon; a refund may free some of it again
    OVER = "over"


def matched(given_minor: int, percent: int, cap_minor: int) -> int:
    """What a sponsor adds to gifts, rounded down and never above the cap."""
    return min(cap_minor, max(0, given_minor) * percent // 100)


def stage(now: datetime, starts_at: datetime, ends_at: datetime, *, full: bool) -> Stage:
    """Where a match stands: the end counts before the cap, for after it nothing is freed any more."""
    if now < starts_at:
        return Stage.COMING
    if now >= ends_at:
        return Stage.OVER
    return Stage.FULL if full else Stage.RUNNING


def owed(matched_minor: int, cap_minor: int, *, rest_given: bool, over: bool) -> int:
    """What the sponsor owes: what the gifts call for, or all of it once over when the rest is given too."""
    return cap_minor if rest_given and over else matched_minor


def reached_on(days: Sequence[tuple[date, int]], amount_minor: int) -> date | None:
    """The day since which the sum has stood at an amount or above; None while it does not.

    `days` are what came in or went out each day, in their order. A sum that fell below and came back counts
    from the day it came back.
    """
    total, since = 0, None
    for day, moved in days:
        total += moved
        if total < amount_minor:
            since = None
        elif since is None:
            since = day
    return since


def needs_second(amount_minor: int, currency: str) -> bool:
    """Whether a gift entered by hand is large enough to be seen by somebody else: a tenth of the largest online."""
    found = scale(currency)
    return found is not None and amount_minor >= found.largest // 10


# Crockford's signs in capitals: none is mistaken for another when it is copied from paper.
_SIGNS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_LENGTH = 6
_REFERENCE = re.compile(rf"(?=(RF\d\d[{_SIGNS}]{{{_LENGTH}}}))")


def reference(pid: str) -> str:
    """What donors write on a transfer: a creditor reference (ISO 11649), short, with its two check digits."""
    number = int.from_bytes(hashlib.sha256(f"transfer:{pid}".encode()).digest()[:8], "big")
    body = "".join(_SIGNS[number >> (5 * place) & 31] for place in range(_LENGTH))
    return f"RF{mod_97_10.calc_check_digits(body + 'RF')}{body}"


def spaced(code: str) -> str:
    """A reference or an IBAN in groups of four, as banks print them."""
    return " ".join(code[place : place + 4] for place in range(0, len(code), 4))


def references_in(texts: Iterable[str]) -> set[str]:
    """The references, their check digits right, that stand in what a payer wrote, however it was spaced."""
    found = set()
    for text in texts:
        bare = re.sub(r"[^0-9A-Z]", "", text.upper())
        for code in _REFERENCE.findall(bare):
            try:
                found.add(str(iso11649.validate(code)))
            except ValidationError:
                continue
    return found
