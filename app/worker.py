"""The worker: ONE visible table of jobs, rung by one tick a second in the one process that holds the lease.

APScheduler only rings. Jobs keep their own rows and transactions, claim what is due and return within half a
minute; what is left is taken at the next ring. A process that stops leaves the lease to another.
"""

import os
import secrets
import signal
import socket
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, timedelta

import structlog
from apscheduler.schedulers.background import BackgroundScheduler
from sqlalchemy.exc import SQLAlchemyError

from app.accounts import jobs as accounts
from app.core import clock, leases
from app.core import jobs as ground
from app.core.db import transaction
from app.core.tables import JobRun
from app.donations import jobs as donations
from app.launch import jobs as launch
from app.mail import jobs as mail
from app.media import jobs as media
from app.people import jobs as people
from app.publishing import jobs as publishing

log = structlog.get_logger("worker")

LEASE = "scheduler"
TTL = timedelta(seconds=60)
BEAT = 15.0  # seconds between renewals
STOP_WITHIN = 20.0  # seconds a stopping process waits for the job at work
NOTE_EVERY = 60.0  # seconds between notes of a job that found nothing to do


@dataclass(frozen=True)
class Job:
    """Something time does: `run` returns how many things it handled."""

    name: str
    every: timedelta
    run: Callable[[], int]


JOBS: tuple[Job, ...] = (
    Job("send mails", timedelta(seconds=2), mail.send_due_mails),
    Job("act on payment events that wait", timedelta(seconds=5), donations.handle_waiting_events),
    Job("compare gifts with Stripe", timedelta(minutes=10), donations.reconcile),
    Job("bring campaigns to their next state on time", timedelta(seconds=20), launch.advance_on_time),
    Job("reopen posts that changed after approval", timedelta(seconds=30), publishing.reopen_what_changed),
    Job("ask for approval and remind", timedelta(seconds=60), publishing.remind_reviewers),
    Job("extend permissions of accounts", timedelta(minutes=5), accounts.extend_permissions),
    Job("forget connections that are over", timedelta(hours=1), accounts.forget_connecting),
    Job("seal again with the newest key", timedelta(hours=1), accounts.seal_again),
    Job("forget old mails", timedelta(hours=6), mail.forget_old_mails),
    Job("forget invitations and sign-ins that are over", timedelta(hours=1), people.forget_what_is_over),
    Job("forget old rate counts", timedelta(hours=1), ground.forget_old_counts),
    Job("sweep files without a medium", timedelta(hours=24), media.sweep),
)


class Worker:
    """Works the jobs of one process while it holds the lease."""

    def __init__(
        self, jobs: Sequence[Job] = JOBS, *, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self.jobs = jobs
        self.holder = f"{socket.gethostname()[:40]}:{os.getpid()}:{secrets.token_hex(4)}"
        self._monotonic = monotonic
        self._next: dict[str, float] = {}
        self._noted: dict[str, float] = {}
        self._beat_at: float | None = None  # when the lease was last renewed; None while another holds it
        self._out_of_reach = False
        self._stopping = threading.Event()
        self._idle = threading.Event()
        self._idle.set()
        self._scheduler: BackgroundScheduler | None = None

    def start(self) -> None:
        """Begin to tick."""
        self._scheduler = BackgroundScheduler(
            timezone=UTC,
            job_defaults={"coalesce": True, "misfire_grace_time": None, "max_instances": 1},
        )
        self._scheduler.add_job(self.tick, "interval", seconds=1, id="tick")
        self._scheduler.start()
        log.info("worker started", holder=self.holder, jobs=len(self.jobs))

    def stop(self) -> bool:
        """Take no new work, let the job at work finish, give the lease back; False when it did not finish."""
        self._stopping.set()
        if self._scheduler is not None:
            self._scheduler.shutdown(wait=False)
        finished = self._idle.wait(STOP_WITHIN)
        if self._beat_at is not None:
            try:
                leases.release(LEASE, self.holder)
            except SQLAlchemyError:
                log.warning("the lease could not be given back: it ends by itself")
        log.info("worker stopped", finished=finished)
        return finished

    def tick(self) -> None:
        """One ring: run what is due, if this process may. Never raises."""
        self._idle.clear()
        try:
            for job in self.jobs:
                if self._stopping.is_set() or not self._is_due(job) or not self._holds_lease():
                    continue
                self._work(job)
            self._holds_lease()
            self._reached()
        except SQLAlchemyError as error:
            self._lost_sight(error)
        finally:
            self._idle.set()

    def _is_due(self, job: Job) -> bool:
        return self._monotonic() >= self._next.get(job.name, 0.0)

    def _holds_lease(self) -> bool:
        """Whether this process may act now: asks the database every 15 s, and never trusts an old answer."""
        now = self._monotonic()
        if self._beat_at is not None and now - self._beat_at < BEAT:
            return True
        if self._stopping.is_set():
            return False
        before, self._beat_at = self._beat_at, None
        if leases.hold(LEASE, self.holder, ttl=TTL):
            self._beat_at = now
        if (before is None) != (self._beat_at is None):
            log.info("lease taken" if self._beat_at is not None else "lease lost", holder=self.holder)
        return self._beat_at is not None

    def _work(self, job: Job) -> None:
        started_at, started = clock.now(), self._monotonic()
        self._next[job.name] = started + job.every.total_seconds()
        handled, failure = 0, ""
        try:
            handled = job.run()
        except SQLAlchemyError:
            raise
        except Exception as error:  # one broken job must not stop the others
            failure = type(error).__name__
            log.exception("job failed", job=job.name)
        now = self._monotonic()
        quiet = not handled and not failure
        if quiet and now - self._noted.get(job.name, -NOTE_EVERY) < NOTE_EVERY:
            return
        self._noted[job.name] = now if quiet else -NOTE_EVERY
        with transaction() as session:
            session.merge(
                JobRun(
                    name=job.name,
                    started_at=started_at,
                    finished_at=clock.now(),
                    seconds=now - started,
                    handled=handled,
                    error=failure,
                )
            )

    def _lost_sight(self, error: SQLAlchemyError) -> None:
        self._beat_at = None
        if not self._out_of_reach:
            self._out_of_reach = True
            log.error("the database does not answer: trying again every second", error=type(error).__name__)

    def _reached(self) -> None:
        if self._out_of_reach:
            self._out_of_reach = False
            log.info("the database answers again")


def run_until_stopped() -> int:
    """The `septaine worker` process: works until SIGTERM or SIGINT; returns its exit code."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    worker = Worker()
    worker.start()
    stop.wait()
    return 0 if worker.stop() else 1
