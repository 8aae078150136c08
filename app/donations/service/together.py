"""Events that arrive at the same time are kept in one commit, and answered only once that is on the disk.

A commit costs a sync of the disk, and SQLite lets one through at a time: a flood of notifications, each with
its own, would wait in line. So whoever comes while a commit is under way joins the next one; in a flood the
next begins once as many have come as were answered and waited last, or a moment is over. What is kept is acted
on after the answer, by one thread of the process at a time: Stripe waits for nobody's work, and a flood takes no
thread from the people who give.
"""

import asyncio
import threading
from collections import defaultdict
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass

from app.core.db import transaction
from app.donations.service import inbox
from app.donations.service.inbox import EventRow
from app.payments.base import Event, PaymentGateway

LARGEST = 400  # rows in one statement
FLOOD = 8  # events in a commit from which on the next one waits for company
# Seconds. A sender sends its next event once the last was answered: begun at once, a commit misses half of them, and
# its thread and the loop of the server then fight for Python's lock; so the loop reads all of them first, and rests
# while they are kept. Of 4, 8 and 16 ms at the most: in 4 most commits still began too early, 16 changed nothing.
COMPANY = 0.008


@dataclass(slots=True)
class _Place:
    """One event in the line, and who waits for it on which loop."""

    row: EventRow
    loop: asyncio.AbstractEventLoop
    kept: "asyncio.Future[bool]"


_Outcome = tuple[_Place, bool | BaseException]


class Together:
    """The line of one process, and the one thread that writes it down."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._line: list[_Place] = []
        self._busy = False
        self._expected = 0  # so many were in the last commit, or came meanwhile
        self._complete = threading.Event()  # as many are in the line
        self._writer = ThreadPoolExecutor(1, "inbox")

    def keep(self, event: Event, gateway: PaymentGateway) -> "asyncio.Future[bool]":
        """Keep an event for good: true when it is new and waits to be acted on, once the commit is done.

        Raises WrongMode; the future raises what the database raises.
        """
        row = inbox.row_of(event, livemode=gateway.livemode, account=gateway.account)
        loop = asyncio.get_running_loop()
        place = _Place(row, loop, loop.create_future())
        with self._lock:
            self._line.append(place)
            begin, self._busy = not self._busy, True
            if len(self._line) == self._expected:
                self._complete.set()
        if begin:
            self._writer.submit(self._write)
        return place.kept

    def _write(self) -> None:
        """Keep who is in the line, let them go, and look again."""
        while taken := self._take():
            outcomes: list[_Outcome]
            try:
                outcomes = _keep(taken)
            except BaseException as error:  # noqa: BLE001 - each of those who wait raises it
                outcomes = [(place, error) for place in taken]
            flood = self._expect(len(taken))
            _let_go(outcomes)
            if flood:
                self._complete.wait(COMPANY)

    def _take(self) -> list[_Place]:
        """Whoever is in the line; without anybody the writer's work is over."""
        with self._lock:
            taken, self._line = self._line[:LARGEST], self._line[LARGEST:]
            self._busy = bool(taken)
        return taken

    def _expect(self, kept: int) -> bool:
        """Before those who were kept are let go: in a flood they are expected again; True when it is one."""
        with self._lock:
            self._expected = min(kept + len(self._line), LARGEST)
            self._complete.clear()
            if len(self._line) >= self._expected:
                self._complete.set()
        return kept >= FLOOD


def _keep(places: Sequence[_Place]) -> list[_Outcome]:
    # Two deliveries of one event in one line: the first is the new one.
    first: dict[str, _Place] = {}
    for place in places:
        first.setdefault(place.row.id, place)
    with transaction() as session:
        new = inbox.keep(session, [place.row for place in first.values()])
    return [(place, first[place.row.id] is place and place.row.id in new) for place in places]


def _let_go(outcomes: Sequence[_Outcome]) -> None:
    """A loop is woken once for all who wait on it."""
    by_loop: dict[asyncio.AbstractEventLoop, list[_Outcome]] = defaultdict(list)
    for outcome in outcomes:
        by_loop[outcome[0].loop].append(outcome)
    for loop, those in by_loop.items():
        with suppress(
            RuntimeError
        ):  # the loop of a server that stopped: Stripe sends again what got no answer
            loop.call_soon_threadsafe(_answer, those)


def _answer(outcomes: Sequence[_Outcome]) -> None:
    for place, outcome in outcomes:
        if place.kept.done():
            continue  # the caller hung up
        if isinstance(outcome, BaseException):
            place.kept.set_exception(outcome)
        else:
            place.kept.set_result(outcome)


class Afterwards:
    """Acts on what was kept, one thread at a time; who finds it at work leaves it to look again."""

    def __init__(self) -> None:
        self._working = threading.Lock()
        self._more = threading.Event()

    def told(self) -> bool:
        """Something waits; True when nobody is at work, so that the caller should have `act` called."""
        self._more.set()
        return not self._working.locked()

    def act(self) -> None:
        """Act on every event that waits; returns at once when another thread of the process does."""
        self._more.set()
        while self._more.is_set() and self._working.acquire(blocking=False):
            try:
                while self._more.is_set():
                    self._more.clear()
                    inbox.handle_all()
            finally:
                self._working.release()


together = Together()
afterwards = Afterwards()
