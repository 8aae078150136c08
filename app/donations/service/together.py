"""Events that arrive at the same time are kept in one commit, and answered only once that is on the disk.

A commit costs a sync of the disk, and SQLite lets one through at a time: a flood of notifications, each with
its own, would wait in line. So whoever comes while a commit is under way joins the next one. What is kept is
acted on after the answer, by one thread of the process at a time: Stripe waits for nobody's work, and a
flood takes no thread from the people who give.
"""

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from app.core.db import transaction
from app.donations.service import inbox
from app.payments.base import Event, PaymentGateway

LARGEST = 400  # rows in one statement: each takes nine of SQLite's 32 766 variables


@dataclass
class _Place:
    """One event in the line; ``lead`` tells its thread that the next commit is its to make."""

    row: dict[str, Any]
    called: threading.Event = field(default_factory=threading.Event)
    lead: bool = False
    new: bool = False
    failure: BaseException | None = None


class Together:
    """The line of one process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._line: list[_Place] = []
        self._busy = False

    def keep(self, event: Event, gateway: PaymentGateway) -> bool:
        """Keep an event for good; True when it is new and waits to be acted on.

        Returns after the commit that holds it. Raises WrongMode, and what the database raises.
        """
        place = _Place(inbox.row_of(event, livemode=gateway.livemode, account=gateway.account))
        with self._lock:
            self._line.append(place)
            place.lead = not self._busy
            self._busy = True
        if not place.lead:
            place.called.wait()
        if place.lead:
            self._commit()
        if place.failure is not None:
            raise place.failure
        return place.new

    def _commit(self) -> None:
        """Keep everybody in the line, let them go, and hand the lead to the first who came meanwhile."""
        with self._lock:
            taken, self._line = self._line[:LARGEST], self._line[LARGEST:]
        try:
            _keep(taken)
        except BaseException as error:
            for place in taken:
                place.failure = error
            raise
        finally:
            with self._lock:
                self._busy = bool(self._line)
                if self._line:
                    self._line[0].lead = True
                    self._line[0].called.set()
            for place in taken:
                place.called.set()


def _keep(places: Sequence[_Place]) -> None:
    # Two deliveries of one event in one line: the first is the new one.
    first: dict[str, _Place] = {}
    for place in places:
        first.setdefault(place.row["id"], place)
    with transaction() as session:
        new = inbox.keep(session, [place.row for place in first.values()])
    for name, place in first.items():
        place.new = name in new


class Afterwards:
    """Acts on what was kept, one thread at a time; who finds it at work leaves it to look again."""

    def __init__(self) -> None:
        self._working = threading.Lock()
        self._more = threading.Event()

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
