"""The posts of one account, worked by one thread: claimed, asked for, written down. Never raises."""

import random
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import cached_property, partial
from threading import Event, Lock
from typing import NamedTuple, Protocol, TypeVar

import structlog
from sqlalchemy.exc import SQLAlchemyError

from app.accounts import queries as accounts_queries
from app.accounts import service as accounts
from app.accounts.rules import AccountState
from app.channels.base import Account, Channel, Outcome, Piece, Report, Ticket
from app.channels.registry import UnknownChannel
from app.core import clock
from app.core.db import reading, transaction
from app.core.vault import CannotOpen
from app.publishing.engine import claim, content, record, verdicts
from app.publishing.engine.claim import Due
from app.publishing.engine.content import Work
from app.publishing.engine.record import Told, Try
from app.publishing.engine.verdicts import Standing
from app.publishing.rules import Hold, PostState

T = TypeVar("T")
Question = Callable[[Account, Piece, Ticket], Report]

log = structlog.get_logger("publishing")

RECORD_TRIES = 6  # of writing an outcome down: it is the one thing that must not be lost


class Host(Protocol):
    """What a group needs of its engine."""

    holder: str
    stopping: Event
    desk: Lock
    """Held while posts are read and taken: what a process reads it takes at once, and others seldom read it too."""
    spread: random.Random

    def channel(self, code: str) -> Channel:
        """The channel of a code. Raises UnknownChannel."""
        ...

    def holding(self, posts: Sequence[Due]) -> None:
        """These posts are at work: their leases are renewed."""
        ...

    def handed(self, posts: Sequence[Due]) -> None:
        """These are no longer."""
        ...

    def count(self, told: Sequence[Told]) -> None:
        """So many more outcomes, for the figures."""
        ...


class Group:
    """Works what one account has to send or to look up, until nothing is left or the engine stops."""

    def __init__(self, host: Host, account_id: int) -> None:
        self.host = host
        self.account_id = account_id

    def run(self) -> None:
        """Until nothing is due. A database out of reach ends the group: the leases of its posts end too."""
        try:
            while not self.host.stopping.is_set() and self._look_ups():
                pass
            while not self.host.stopping.is_set() and self._sendings():
                pass
        except SQLAlchemyError as error:
            log.warning("a group stopped: the database does not answer", error=type(error).__name__)
        except Exception:
            log.exception("a group stopped", account=self.account_id)

    def _look_ups(self) -> int:
        broken = claim.take_broken_off(self.account_id, self.host.holder, most=self._in_flight)
        with self._at_work(broken):
            means = self._means(broken, self.host.holder)
            return self._look_up(content.load(broken, means[1]), *means) if means else 0

    def _sendings(self) -> int:
        """How many posts it got on; 0 also when another process is quicker: this one leaves it the account."""
        with self.host.desk:
            due = claim.due_of(self.account_id, most=self._in_flight)
            means = self._means(due, record.FREE)
            if means is None:
                return 0
            works, concluded = self._to_send(content.load(due, means[1]))
            begun = record.begin(works, means[1], self.host.holder)
        self._send(begun, *means)
        return concluded + len(begun)

    @cached_property
    def _in_flight(self) -> int:
        with reading() as session:
            row = accounts_queries.by_id(session, [self.account_id])[self.account_id]
        try:
            return self.host.channel(row.channel).in_flight
        except UnknownChannel:
            return claim.BATCH

    def _means(self, posts: Sequence[Due], holder: str) -> tuple[Account, Channel] | None:
        """With what posts held by `holder` are sent or looked up; None where there are none, or it cannot be done."""
        if not posts:
            return None
        try:
            channel = self.host.channel(posts[0].channel)
        except UnknownChannel as error:
            works = [Work(one, (), unfit=f"this installation has no channel {error}") for one in posts]
            record.conclude(works, PostState.FAILED, holder)
            return None
        account = self._open()
        return None if account is None else (account, channel)

    @contextmanager
    def _at_work(self, posts: Sequence[Due]) -> Iterator[None]:
        self.host.holding(posts)
        try:
            yield
        finally:
            self.host.handed(posts)

    # Sending

    def _send(self, begun: Sequence[Try], account: Account, channel: Channel) -> None:
        with self._at_work([one.work.post for one in begun]):
            outcomes = [self._publish_all(one, account, channel) for one in begun]
            self._settle([told for told in outcomes if told is not None])

    def _to_send(self, works: Sequence[Work]) -> tuple[Sequence[Work], int]:
        """What has a piece left to send, and how many others were written down without asking.

        What nobody approved as it now reads is held; the round of approval then sends it back with what changed.
        So is what should carry a label and has none, and what tells an unchecked fact, until somebody lets it go.
        """
        ends: dict[End, list[Work]] = {}
        to_send = []
        for work in works:
            end = _end(work)
            if end is None:
                to_send.append(work)
            else:
                ends.setdefault(end, []).append(work)
        concluded = [
            record.conclude(some, end.state, record.FREE, hold=end.hold) for end, some in ends.items()
        ]
        return to_send, sum(concluded)

    def _publish_all(self, one: Try, account: Account, channel: Channel) -> Told | None:
        """Publish the pieces from this one on; what became of the last that was tried, None when written down."""
        trying: Try | None = one
        while trying is not None:
            told = self._judged(trying, self._ask(channel.publish, trying, account))
            if told.report.outcome is not Outcome.SENT or trying.is_last:
                return told
            self.host.count([told])
            trying = self._persist(partial(record.go_on, told, channel, self.host.holder))
        return None

    # Looking up

    def _look_up(self, works: Sequence[Work], account: Account, channel: Channel) -> int:
        told = []
        for work in works:
            last = work.open_try
            if work.unfit:
                record.conclude([work], PostState.UNCONFIRMED, self.host.holder)
            elif last is None or last.position >= len(work.pieces):
                record.conclude([work], PostState.SCHEDULED, self.host.holder)
            else:
                told.append(self._looked_up(record.reopened(work, last), account, channel))
        self._settle(told)
        return len(works)

    def _looked_up(self, one: Try, account: Account, channel: Channel) -> Told:
        """What a try that broke off came to, by the platform's word."""
        report = self._ask(channel.look_up, one, account)
        if report.outcome is Outcome.RECONNECT:
            self._lose(report.detail)
            report = replace(report, outcome=Outcome.UNKNOWN)
        if report.outcome is Outcome.LATER:
            return Told(one, report, verdicts.judge_broken_off(self._standing(one), now=clock.now()))
        return self._judged(one, report)

    # Both

    def _ask(self, question: Question, one: Try, account: Account) -> Report:
        try:
            return question(account, one.work.pieces[one.position], one.ticket)
        except Exception as error:  # a channel must not raise: nobody knows what it did before
            log.exception("a channel raised", channel=one.work.post.channel, post=one.work.post.pid)
            return Report(Outcome.UNKNOWN, type(error).__name__)

    def _standing(self, one: Try) -> Standing:
        return one.work.post.standing(
            tries=one.tries, looked_up=one.looked_up, public=one.position > 0, last=one.is_last
        )

    def _judged(self, one: Try, report: Report) -> Told:
        jitter = self.host.spread.random()
        return Told(one, report, verdicts.judge(report, self._standing(one), now=clock.now(), jitter=jitter))

    def _settle(self, told: Sequence[Told]) -> None:
        self._persist(partial(record.settle, told, self.host.holder))
        self.host.count(told)
        for one in told:
            if one.report.outcome is Outcome.RECONNECT:
                self._lose(one.report.detail)

    def _persist(self, write: Callable[[], T]) -> T:
        """Write, and again when the database falters: what a platform did must not be forgotten."""
        for tried in range(RECORD_TRIES - 1):
            try:
                return write()
            except SQLAlchemyError as error:
                log.warning("an outcome could not be written yet", error=type(error).__name__)
                self.host.stopping.wait(0.2 * 2**tried)
        return write()

    def _open(self) -> Account | None:
        """The account with its secrets; None when it can no longer be used."""
        with reading() as session:
            row = accounts_queries.by_id(session, [self.account_id]).get(self.account_id)
        if row is None or row.state is not AccountState.CONNECTED:
            return None
        try:
            return accounts.opened(row)
        except CannotOpen:
            self._lose("its permission was sealed with a key this installation no longer has")
            return None

    def _lose(self, problem: str) -> None:
        with transaction() as session:
            accounts.lose(session, self.account_id, problem)
        log.warning("an account asks to be connected again", account=self.account_id)


class End(NamedTuple):
    """Where a post stands whose platform need not be asked; `hold` is why, where it is held."""

    state: PostState
    hold: Hold = Hold.PERSON


def _end(work: Work) -> End | None:
    """Where a post stands whose platform need not be asked; None when a piece is left to send."""
    if work.unproven:
        return End(PostState.PARTIAL) if work.url else End(PostState.HELD, Hold.CLAIM)
    if work.unapproved or work.unlabelled:
        return End(PostState.PARTIAL if work.url else PostState.HELD)
    if work.unfit:
        return End(PostState.PARTIAL if work.url else PostState.FAILED)
    return End(PostState.SENT) if work.position == len(work.pieces) else None
