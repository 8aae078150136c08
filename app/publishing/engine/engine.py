"""The engine of one process: rung each second, it works the due posts of each account in a thread of its own.

A slow platform delays only its own account. Any number of processes may each have one: claims are rows.
"""

import os
import random
import secrets
import socket
import threading
from collections import Counter as Counts
from collections.abc import Callable, Sequence

import structlog
from prometheus_client import Counter

from app.channels import registry
from app.channels.base import Channel
from app.core import clock, metrics
from app.publishing.engine import claim
from app.publishing.engine.claim import LEASE, Due
from app.publishing.engine.group import Group
from app.publishing.engine.record import Told
from app.publishing.engine.sweep import sweep

log = structlog.get_logger("publishing")

GROUPS = 16  # accounts at work at once in one process
SWEEP_EVERY = 5  # rings
RENEW_EVERY = LEASE / 4

outcomes = Counter(
    "septaine_post_tries",
    "Tries to publish, by channel and outcome.",
    ["channel", "outcome"],
    registry=metrics.registry,
)


class Engine:
    """Publishes what is due, in one process."""

    def __init__(
        self,
        *,
        channel: Callable[[str], Channel] = registry.get,
        groups: int = GROUPS,
        seed: int | None = None,
    ) -> None:
        self.channel = channel
        self.holder = f"{socket.gethostname()[:40]}:{os.getpid()}:{secrets.token_hex(4)}"
        self.spread = random.Random(seed)  # noqa: S311 - spreads retries, keeps no secret
        self.stopping = threading.Event()
        self.desk = threading.Lock()
        self._groups = groups
        self._rung = 0
        self._handled = 0
        self._renewed_at = clock.now()
        self._busy: set[int] = set()
        self._held: set[int] = set()
        self._changed = threading.Condition()

    def ring(self) -> int:
        """Start work on what is due and return at once: how many tries ended since the last ring.

        Raises SQLAlchemyError when the database does not answer; the next ring tries again.
        """
        if self.stopping.is_set():
            return 0
        swept = sweep() if self._rung % SWEEP_EVERY == 0 else 0
        self._rung += 1
        self._renew()
        self._start(claim.due_accounts())
        with self._changed:
            handled, self._handled = self._handled, 0
        return handled + swept

    def drain(self, timeout: float) -> bool:
        """Wait until no account is at work; False when time ran out."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._busy, timeout)

    def stop(self, timeout: float = 20.0) -> bool:
        """Take nothing more and let each account finish what it is asking; False when time ran out.

        A try that a platform does not answer in time stays with its lease: another process looks it up.
        """
        self.stopping.set()
        return self.drain(timeout)

    def _start(self, accounts: Sequence[int]) -> None:
        """Begin with those that wait longest, in an order of this process's own: another takes the others first."""
        with self._changed:
            free = [one for one in accounts if one not in self._busy][: self._groups - len(self._busy)]
            self._busy.update(free)
        self.spread.shuffle(free)
        for account_id in free:
            threading.Thread(
                target=self._run, args=(account_id,), name=f"publishing-{account_id}", daemon=True
            ).start()

    def _run(self, account_id: int) -> None:
        try:
            Group(self, account_id).run()
        finally:
            with self._changed:
                self._busy.discard(account_id)
                self._changed.notify_all()

    def _renew(self) -> None:
        now = clock.now()
        if abs(now - self._renewed_at) < RENEW_EVERY:
            return
        with self._changed:
            held = list(self._held)
        claim.renew(held, self.holder)
        self._renewed_at = now

    # What groups tell (`group.Host`)

    def holding(self, posts: Sequence[Due]) -> None:
        with self._changed:
            self._held.update(one.id for one in posts)

    def handed(self, posts: Sequence[Due]) -> None:
        with self._changed:
            self._held.difference_update(one.id for one in posts)

    def count(self, told: Sequence[Told]) -> None:
        kinds = Counts((one.tried.work.post.channel, one.report.outcome.value) for one in told)
        for (channel, outcome), many in kinds.items():
            outcomes.labels(channel, outcome).inc(many)
        with self._changed:
            self._handled += len(told)
