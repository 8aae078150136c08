"""The worker: ONE visible table of jobs, rung by one tick a second in the one process that holds the lease.

APScheduler only rings. Jobs keep their own rows and transactions, claim what is due and return within half a
minute; what is left is taken at the next ring. A process that stops leaves the lease to another. Jobs that run
everywhere have a tick of their own in each process, which no slow job delays.
"""

import gc
import os
import secrets
import signal
import socket
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import structlog
from apscheduler.schedulers.background import BackgroundScheduler
from sqlalchemy.exc import SQLAlchemyError

from app.accounts import jobs as accounts
from app.books import jobs as books
from app.claims import jobs as claims
from app.core import clock, leases
from app.core import jobs as ground
from app.core.db import insert_into, transaction
from app.core.tables import JobRun
from app.defence import jobs as defence
from app.donations import jobs as donations
from app.followers import jobs as followers
from app.followups import jobs as followups
from app.impact import jobs as impact
from app.insights import jobs as insights
from app.intake import jobs as intake
from app.launch import jobs as launch
from app.links import jobs as links
from app.mail import jobs as mail
from app.media import jobs as media
from app.moderation import jobs as moderation
from app.people import jobs as people
from app.privacy import jobs as privacy
from app.publishing import jobs as publishing
from app.publishing.engine import figures
from app.questions import jobs as questions
from app.receipts import jobs as receipts
from app.reminders import jobs as reminders
from app.transparency import jobs as transparency

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
    everywhere: bool = False  # in every process, without the lease: its claims are rows
    stop: Callable[[float], bool] | None = None  # when the process stops: ends within so many seconds


JOBS: tuple[Job, ...] = (
    Job(
        figures.RING,
        timedelta(seconds=1),
        publishing.publish_due,
        everywhere=True,
        stop=publishing.stop_publishing,
    ),
    Job(
        "send letters to followers",
        timedelta(seconds=1),
        followers.send_letters,
        everywhere=True,
        stop=followers.stop_sending,
    ),
    Job(
        "tell devices that follow",
        timedelta(seconds=1),
        followers.tell_devices,
        everywhere=True,
        stop=followers.stop_telling,
    ),
    Job("tell followers what was published", timedelta(seconds=20), followers.tell_followers),
    Job("judge what is late", timedelta(seconds=10), publishing.judge_late_posts),
    Job("tell which posts wait for a person", timedelta(seconds=30), publishing.tell_troubles),
    Job("follow new rules of time zones", timedelta(hours=6), publishing.follow_zone_rules),
    Job("warn of checks of facts that end", timedelta(minutes=10), claims.warn_of_ends),
    Job("send mails", timedelta(seconds=2), mail.send_due_mails),
    Job("remind influencers of their posts", timedelta(seconds=10), reminders.remind),
    Job("tell of live sessions the day before", timedelta(minutes=5), questions.remind),
    Job("act on payment events that wait", timedelta(seconds=5), donations.handle_waiting_events),
    Job("compare gifts with Stripe", timedelta(minutes=10), donations.reconcile),
    Job("take up refunds without an answer", timedelta(seconds=30), donations.find_lost_refunds),
    Job("close payment pages where cards are tried", timedelta(seconds=10), donations.close_worn_pages),
    Job("forget what the defence counted", timedelta(hours=1), defence.forget_old),
    Job("warn of disputes that end", timedelta(minutes=30), donations.warn_of_deadlines),
    Job("compare the books with Stripe once a day", timedelta(minutes=10), books.close_the_books),
    Job("give each gift its receipt", timedelta(seconds=10), receipts.settle_receipts),
    Job("compare receipts with the ledger", timedelta(minutes=10), receipts.settle_all_receipts),
    Job("issue the receipts of a year", timedelta(seconds=5), receipts.carry_on_yearly_runs),
    Job("remind of accounts that are due", timedelta(minutes=10), impact.remind_of_accounts),
    Job("seal what is public", timedelta(seconds=5), transparency.seal_what_is_public),
    Job("check the logs once a day", timedelta(minutes=10), transparency.check_logs),
    Job("bring campaigns to their next state on time", timedelta(seconds=20), launch.advance_on_time),
    Job("reopen posts that changed after approval", timedelta(seconds=30), publishing.reopen_what_changed),
    Job("ask for approval and remind", timedelta(seconds=60), publishing.remind_reviewers),
    Job("extend permissions of accounts", timedelta(minutes=5), accounts.extend_permissions),
    Job("forget connections that are over", timedelta(hours=1), accounts.forget_connecting),
    Job("seal accounts with the newest key", timedelta(hours=1), accounts.seal_again),
    Job("seal Stripe accounts with the newest key", timedelta(hours=1), donations.seal_again),
    Job("seal where reminders go with the newest key", timedelta(hours=1), reminders.seal_again),
    Job("seal devices that follow with the newest key", timedelta(hours=1), followers.seal_again),
    Job("count what moved", timedelta(seconds=15), insights.count_campaigns),
    Job("give posts their short links", timedelta(seconds=10), publishing.lay_links),
    Job("forget visitors", timedelta(hours=1), links.forget_old_marks),
    Job("forget old mails", timedelta(hours=6), mail.forget_old_mails),
    Job("forget invitations and sign-ins that are over", timedelta(hours=1), people.forget_what_is_over),
    Job("watch for attacks and floods", timedelta(minutes=1), moderation.warn),
    Job("tell authors what became of their words", timedelta(seconds=30), moderation.tell_authors),
    Job("forget proofs of work", timedelta(hours=1), intake.forget_proofs),
    Job("forget old rate counts", timedelta(hours=1), ground.forget_old_counts),
    Job("forget what the schedule says", timedelta(hours=1), privacy.keep_to_schedule),
    Job("ask what lasted", timedelta(seconds=30), followups.ask_what_lasted),
    Job("close follow-ups that are over", timedelta(hours=1), followups.close_rounds),
    Job("sweep files without a medium", timedelta(hours=24), media.sweep),
)


class Sight:
    """Whether the database answers: said once when it stops, and once when it is back."""

    def __init__(self) -> None:
        self._lost = False

    def lost(self, error: SQLAlchemyError) -> None:
        if not self._lost:
            self._lost = True
            log.error("the database does not answer: trying again every second", error=type(error).__name__)

    def found(self) -> None:
        if self._lost:
            self._lost = False
            log.info("the database answers again")


class Worker:
    """Works the jobs of one process: those that run everywhere, and the others while it holds the lease."""

    def __init__(
        self, jobs: Sequence[Job] = JOBS, *, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self.jobs = jobs
        self.holder = f"{socket.gethostname()[:40]}:{os.getpid()}:{secrets.token_hex(4)}"
        self._monotonic = monotonic
        self._next: dict[str, float] = {}
        self._noted: dict[str, float] = {}
        self._beat_at: float | None = None  # when the lease was last renewed; None while another holds it
        self._stopping = threading.Event()
        self._ticking, self._ringing = threading.Lock(), threading.Lock()
        self._tick_sight, self._ring_sight = Sight(), Sight()
        self._scheduler: BackgroundScheduler | None = None

    def start(self) -> None:
        """Begin to tick and to ring."""
        gc.collect()
        gc.freeze()  # what is loaded stays: reading it through again costs a seventh of publishing many posts
        self._scheduler = BackgroundScheduler(
            timezone=UTC,
            job_defaults={"coalesce": True, "misfire_grace_time": None, "max_instances": 1},
        )
        self._scheduler.add_job(self.tick, "interval", seconds=1, id="tick")
        self._scheduler.add_job(self.ring, "interval", seconds=1, id="ring")
        self._scheduler.start()
        log.info("worker started", holder=self.holder, jobs=len(self.jobs))

    def stop(self) -> bool:
        """Take no new work, let the jobs at work finish, give the lease back; False when they did not finish."""
        self._stopping.set()
        if self._scheduler is not None:
            self._scheduler.shutdown(wait=False)
        ends = self._monotonic() + STOP_WITHIN
        finished = self._ended(self._ringing, ends)  # first, or a ring under way might begin new work
        for job in self.jobs:
            finished = self._stopped(job, ends) and finished
        finished = self._ended(self._ticking, ends) and finished
        self._release()
        log.info("worker stopped", finished=finished)
        return finished

    def tick(self) -> None:
        """One beat: run what is due and needs the lease, if this process has it. Never raises."""
        with self._ticking:
            try:
                for job in self.jobs:
                    if not job.everywhere and self._is_due(job) and self._holds_lease():
                        self._work(job)
                self._holds_lease()
                self._tick_sight.found()
            except SQLAlchemyError as error:
                self._beat_at = None
                self._tick_sight.lost(error)

    def ring(self) -> None:
        """One beat of the jobs that run in every process. Never raises."""
        with self._ringing:
            try:
                for job in self.jobs:
                    if job.everywhere and self._is_due(job):
                        self._work(job)
                self._ring_sight.found()
            except SQLAlchemyError as error:
                self._ring_sight.lost(error)

    def _is_due(self, job: Job) -> bool:
        return not self._stopping.is_set() and self._monotonic() >= self._next.get(job.name, 0.0)

    def _ended(self, at_work: threading.Lock, ends: float) -> bool:
        if not at_work.acquire(timeout=max(0.0, ends - self._monotonic())):
            return False
        at_work.release()
        return True

    def _stopped(self, job: Job, ends: float) -> bool:
        if job.stop is None:
            return True
        try:
            return job.stop(max(0.0, ends - self._monotonic()))
        except SQLAlchemyError:
            log.warning("a job could not give back what it held: it ends by itself", job=job.name)
            return False

    def _release(self) -> None:
        if self._beat_at is None:
            return
        try:
            leases.release(LEASE, self.holder)
        except SQLAlchemyError:
            log.warning("the lease could not be given back: it ends by itself")

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
        self._note(job, started_at, now - started, handled, failure)

    def _note(self, job: Job, started_at: datetime, seconds: float, handled: int, failure: str) -> None:
        values = {
            "started_at": started_at,
            "finished_at": clock.now(),
            "seconds": seconds,
            "handled": handled,
            "error": failure,
        }
        with transaction() as session:
            # Not a merge: a job that runs everywhere is noted by several processes at once.
            session.exec(
                insert_into(session, JobRun)
                .values(name=job.name, **values)
                .on_conflict_do_update(index_elements=["name"], set_=values)
            )


def run_until_stopped() -> int:
    """The `septaine worker` process: works until SIGTERM or SIGINT; returns its exit code."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    worker = Worker()
    worker.start()
    stop.wait()
    return 0 if worker.stop() else 1
