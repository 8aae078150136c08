"""What would happen if cards were tried now: the rules played through in memory, touching neither page nor Stripe."""

import random
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from app.defence import rules
from app.defence.rules import Lane, Mood, State, Sums

_BEGIN = datetime(2000, 1, 1, tzinfo=UTC)
SLOW = 0.2
"""The share of donors whose browser does no sums."""


@dataclass(frozen=True)
class Attack:
    """So many tries within some minutes, from so many addresses; ``clever`` ones, in percent, do their sums."""

    attempts: int = 10_000
    addresses: int = 200
    minutes: int = 10
    clever: int = 50
    donors: int = 50


@dataclass(frozen=True)
class Outcome:
    """What came of it; ``watched`` and ``rested`` are seconds after the first try, or None."""

    opened: int
    cards: int
    watched: int | None
    rested: int | None
    closed: int  # seconds at a stretch in which nobody could give, at most
    gave: int
    longest: int  # seconds the slowest donor waited


@dataclass
class _Play:
    attack: Attack
    dice: random.Random
    state: State = field(default_factory=State)
    minutes: defaultdict[int, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    turns: Counter[tuple[str, str, int]] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    opened: int = 0
    cards: int = 0
    watched: int | None = None
    rested: int | None = None

    def admits(self, second: int, who: str, *, proven: bool, waited: bool) -> bool:
        mood = self.state.mood(_at(second))
        heated = rules.hot(self.faults[who], 0)
        ways = rules.lanes(mood, hot=heated, proven=proven and not heated, waited=waited)
        return any(self._turn(lane, who, second) for lane in ways)

    def _turn(self, lane: Lane, who: str, second: int) -> bool:
        if not self._within(rules.TURNS[lane], lane.value, who, second // rules.PER):
            return False
        in_all = rules.IN_ALL.get(lane)
        return in_all is None or self._within(in_all, lane.value, "*", second // 60)

    def _within(self, times: int, name: str, who: str, window: int) -> bool:
        self.turns[name, who, window] += 1
        return self.turns[name, who, window] <= times

    def count(self, second: int, what: str) -> None:
        self.minutes[second // 60][what] += 1
        recent = Counter[str]()
        for minute in range(second // 60 - rules.WINDOW + 1, second // 60 + 1):
            recent.update(self.minutes[minute])
        sums = Sums(recent["admitted"], recent["refused"], recent["paid"])
        self.state = rules.judge(sums, self.state, _at(second))
        mood = self.state.mood(_at(second))
        if mood is not Mood.CALM and self.watched is None:
            self.watched = second
        if mood is Mood.PAUSED and self.rested is None:
            self.rested = second


def play(attack: Attack, seed: int = 1) -> Outcome:
    """Play an attack through, second by second. The same figures give the same outcome."""
    run = _Play(attack, random.Random(seed))  # noqa: S311 - a rehearsal
    length = attack.minutes * 60
    tries = Counter(run.dice.randrange(length) for _ in range(attack.attempts))
    coming = Counter(run.dice.randrange(length) for _ in range(attack.donors))
    waiting: list[tuple[int, str, int, bool]] = []  # second to press at, who, came at, does sums
    gave, longest, number = 0, 0, 0
    for second in range(length + 120):
        for _ in range(tries[second]):
            _try(run, second)
        for _ in range(coming[second]):
            number += 1
            waiting.append((second, f"donor {number}", second, run.dice.random() >= SLOW))
        due = [one for one in waiting if one[0] <= second]
        waiting = [one for one in waiting if one[0] > second]
        for _, who, came, sums in due:
            if run.admits(second, who, proven=sums, waited=second > came):
                run.count(second, "admitted")
                run.count(second, "paid")
                gave, longest = gave + 1, max(longest, second - came)
            else:
                waiting.append((second + _wait(run, second), who, came, sums))
    closed = 0 if run.rested is None else int(rules.PAUSE.total_seconds())
    return Outcome(run.opened, run.cards, run.watched, run.rested, closed, gave, longest)


def _try(run: _Play, second: int) -> None:
    who = f"address {run.dice.randrange(run.attack.addresses)}"
    clever = run.dice.randrange(100) < run.attack.clever
    if not run.admits(second, who, proven=clever, waited=clever):
        return
    run.opened += 1
    run.count(second, "admitted")
    run.cards += 1
    run.faults[who] += 1
    run.count(second, "refused")


def _wait(run: _Play, second: int) -> int:
    rest = run.state.paused_until
    left = int((rest - _at(second)).total_seconds()) + 1 if rest is not None else 0
    return max(int(rules.WAIT.total_seconds()), left)


def _at(second: int) -> datetime:
    return _BEGIN + timedelta(seconds=second)
