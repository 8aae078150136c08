"""The posts of one account, worked by one thread: claimed, asked for, written down. Never raises."""

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import cached_property, partial
from threading import Event
from typing import Protocol, TypeVar

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
from app.publishing.engine.claim import Taken
from app.publishing.engine.content import Work
from app.publishing.engine.record import Told, Try
from app.publishing.engine.verdicts import Standing
from app.publishing.rules import Hold, PostState

T = TypeVar("T")
Step = Callable[[Sequence[Taken], Channel], bool]
Question = Callable[[Account, Piece, Ticket], Report]

log = structlog.get_logger("publishing")

AT_A_TIME = 4  # claims of one account wait in one process while as many chunks are at work
RECORD_TRIES = 6  # of writing an outcome down: it is the one thing that must not be lost


class Host(Protocol):
    """What a group needs of its engine."""

    holder: str
    stopping: Event
    spread: random.Random

    def channel(self, code: str) -> Channel:
        """The channel of a code. Raises UnknownChannel."""
        ...

    def holding(self, posts: Sequence[Taken]) -> None:
        """These posts are at work: their leases are renewed."""
        ...

    def handed(self, posts: Sequence[Taken]) -> None:
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
            while self._look_ups() and not self.host.stopping.is_set():
                pass
            while not self.host.stopping.is_set() and self._sendings():
                pass
        except SQLAlchemyError as error:
            log.warning("a group stopped: the database does not answer", error=type(error).__name__)
        except Exception:
            log.exception("a group stopped", account=self.account_id)

    def _look_ups(self) -> int:
        broken = claim.take_broken_off(self.account_id, self.host.holder, most=AT_A_TIME)
        return self._work(broken, self._look_up)

    def _sendings(self) -> int:
        due = claim.take_due(self.account_id, self.host.holder, most=self._in_flight * AT_A_TIME)
        return self._work(due, self._send)

    @cached_property
    def _in_flight(self) -> int:
        with reading() as session:
            row = accounts_queries.by_id(session, [self.account_id])[self.account_id]
        try:
            return self.host.channel(row.channel).in_flight
        except UnknownChannel:
            return 1

    def _work(self, taken: Sequence[Taken], step: Step) -> int:
        """Take the step for all that was taken, in chunks; what no step reached goes back."""
        if not taken:
            return 0
        self.host.holding(taken)
        reached = 0
        try:
            channel = self.host.channel(taken[0].channel)
            for chunk in _chunks(taken, channel.in_flight):
                if self.host.stopping.is_set() or not step(chunk, channel):
                    break
                reached += len(chunk)
        except UnknownChannel as error:
            works = [Work(one, (), unfit=f"this installation has no channel {error}") for one in taken]
            record.conclude(works, PostState.FAILED, self.host.holder)
            reached = len(works)
        finally:
            self.host.handed(taken)
        claim.give_back([one.id for one in taken[reached:]], self.host.holder)
        return len(taken)

    # Sending

    def _send(self, taken: Sequence[Taken], channel: Channel) -> bool:
        """False when the account cannot be used: nothing was begun."""
        account = self._open()
        if account is None:
            return False
        works = self._to_send(content.load(taken, channel))
        told = []
        for one in record.begin(works, channel, self.host.holder):
            outcome = self._publish_all(one, account, channel)
            if outcome is not None:
                told.append(outcome)
        self._settle(told)
        return True

    def _to_send(self, works: Sequence[Work]) -> Sequence[Work]:
        """What has a piece left to send; the rest is written down without asking.

        What nobody approved as it now reads is held; the round of approval then sends it back with what changed.
        What tells an unchecked fact is held too, until somebody checked it and lets it go.
        """
        unproven = [work for work in works if work.unproven]
        record.conclude(
            [one for one in unproven if not one.url], PostState.HELD, self.host.holder, Hold.CLAIM
        )
        record.conclude([one for one in unproven if one.url], PostState.PARTIAL, self.host.holder)
        works = [work for work in works if not work.unproven]
        stopped = [work for work in works if work.unapproved]
        record.conclude([one for one in stopped if not one.url], PostState.HELD, self.host.holder)
        record.conclude([one for one in stopped if one.url], PostState.PARTIAL, self.host.holder)
        works = [work for work in works if not work.unapproved]
        unfit = [work for work in works if work.unfit]
        record.conclude([work for work in unfit if not work.url], PostState.FAILED, self.host.holder)
        record.conclude([work for work in unfit if work.url], PostState.PARTIAL, self.host.holder)
        over = [work for work in works if not work.unfit and work.position == len(work.pieces)]
        record.conclude(over, PostState.SENT, self.host.holder)
        return [work for work in works if not work.unfit and work.position < len(work.pieces)]

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

    def _look_up(self, taken: Sequence[Taken], channel: Channel) -> bool:
        account = self._open()
        if account is None:
            return False
        told = []
        for work in content.load(taken, channel):
            last = work.open_try
            if work.unfit:
                record.conclude([work], PostState.UNCONFIRMED, self.host.holder)
            elif last is None or last.position >= len(work.pieces):
                record.conclude([work], PostState.SCHEDULED, self.host.holder)
            else:
                told.append(self._looked_up(record.reopened(work, last), account, channel))
        self._settle(told)
        return True

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


def _chunks(taken: Sequence[Taken], size: int) -> Iterator[Sequence[Taken]]:
    for at in range(0, len(taken), max(size, 1)):
        yield taken[at : at + max(size, 1)]
