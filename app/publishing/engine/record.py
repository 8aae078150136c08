"""What is written before a platform is asked, and what became of it. Each in one short transaction.

The order is the promise: the key of a try is stored before the platform hears of it, and the states are checked
again in the same statement, so that a pause, a lost account or another process stops a post up to that moment.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import update
from sqlmodel import Session

from app.channels.base import Channel, Outcome, Report, Ticket
from app.core import clock
from app.publishing.engine import claim, statements
from app.publishing.engine.claim import LEASE, post
from app.publishing.engine.content import Tried, Work, attempt
from app.publishing.engine.rows import folded, writing
from app.publishing.engine.verdicts import Verdict
from app.publishing.rules import OUT, Hold, PostState

FREE = ""
"""Who holds a post that nobody took."""


class Try(NamedTuple):
    """One try of one piece: its row and its ticket."""

    work: Work
    position: int
    number: int
    ticket: Ticket
    tries: int  # begun of the post so far, this one included
    looked_up: int = 0

    @property
    def is_last(self) -> bool:
        """Whether no other piece follows."""
        return self.position + 1 >= len(self.work.pieces)


class Told(NamedTuple):
    """A try, what the platform said, and what follows."""

    tried: Try
    report: Report
    verdict: Verdict


def begin(works: Sequence[Work], channel: Channel, holder: str) -> list[Try]:
    """Take posts and store the key of each try, in one transaction; returns those that may be sent.

    The others stay as they are: their campaign was paused, their account was lost, another process has them, or
    somebody changed them since they were read.
    """
    now = clock.now()
    tries = {work.post.id: _next_try(work, channel, now) for work in works}
    if not tries:
        return []
    rows = _tries(list(tries.values()))  # before the turn at writing: nearly always all of them are begun
    with writing() as session:
        taken = _taken(session, list(tries), holder, now)
        begun = [one for id_, one in tries.items() if taken.get(id_) == one.work.post.version]
        if len(begun) < len(taken):
            changed = taken.keys() - {one.work.post.id for one in begun}
            _execute(session, statements.let_go, {"ids": folded(list(changed)), "holder": holder})
        if begun:
            _store_tries(session, rows if len(begun) == len(tries) else _tries(begun), holder, now)
    return begun


def _taken(session: Session, ids: Sequence[int], holder: str, now: datetime) -> dict[int, int]:
    """Take those posts that are due and free; their versions."""
    values = {**claim.instants(), "ids": folded(ids), "holder": holder, "until": now + LEASE}
    return {row.id: row.version for row in _execute(session, statements.take, values).all()}


def go_on(told: Told, channel: Channel, holder: str) -> Try | None:
    """Write down that a piece is public and begin the next one; None when the post may not go on now."""
    now = clock.now()
    work = told.tried.work
    following = _next_try(work, channel, now, position=told.tried.position + 1)
    outcome = _outcomes([told])
    with writing() as session:
        _store_outcomes(session, outcome, now)
        values = {"b_id": work.post.id, "holder": holder, "until": now + LEASE}
        may = session.connection().execute(statements.GO_ON, values).first()
        if may:
            _store_tries(session, _tries([following]), holder, now)
        else:
            session.connection().execute(statements.SETTLE, _settled(told, holder, now))
    work.tried.append(_as_tried(told, now))
    return following if may else None


def settle(told: Sequence[Told], holder: str) -> None:
    """Write down what became of some tries, and where their posts stand now."""
    if not told:
        return
    now = clock.now()
    outcomes = _outcomes(told)
    sent = [one.tried.work.post.id for one in told if one.verdict.state is PostState.SENT]
    rest = [_settled(one, holder, now) for one in told if one.verdict.state is not PostState.SENT]
    with writing() as session:
        _store_outcomes(session, outcomes, now)
        if sent:
            _execute(session, statements.settle_sent, {"ids": folded(sent), "holder": holder, "now": now})
        if rest:
            session.connection().execute(statements.SETTLE, rest)


def conclude(works: Sequence[Work], state: PostState, holder: str, *, hold: Hold = Hold.PERSON) -> int:
    """Write down where posts stand for which the platform need not be asked: nothing to send, or nothing left.

    `holder` is who took them, `FREE` where nobody did; `hold` is why one is held. What was changed since it was
    read stays as it is; returns how many did not.
    """
    done = 0
    for work in works:
        now = clock.now()
        with writing() as session:
            concluded = session.connection().execute(
                update(post)
                .where(
                    post.c.id == work.post.id,
                    post.c.version == work.post.version,
                    post.c.state.in_([PostState.SCHEDULED, PostState.SENDING]),
                    post.c.claimed_by == holder,
                )
                .values(
                    state=state,
                    send_at=now if state is PostState.SCHEDULED else work.post.send_at,
                    posted_at=now if state in OUT else None,
                    proof_url=work.url if state in OUT else "",
                    hold=hold if state is PostState.HELD else None,
                    hold_note=work.unfit[:400],
                    claimed_by="",
                    claimed_until=None,
                    version=post.c.version + 1,
                )
            )
        done += concluded.rowcount
    return done


def reopened(work: Work, last: Tried) -> Try:
    """The try of a post whose outcome is to be looked up."""
    ticket = _ticket(work, last.position, last.number, last.key, last.started_at)
    return Try(work, last.position, last.number, ticket, work.post.tries, last.looked_up + 1)


def _next_try(work: Work, channel: Channel, now: datetime, position: int | None = None) -> Try:
    at = work.position if position is None else position
    before = work.of(at)
    key = channel.key(work.post.pid, at, work.post.due_at)
    number = before[-1].number + 1 if before else 1
    tries = work.post.tries + 1
    return Try(work, at, number, _ticket(work, at, number, key, now), tries)


def _ticket(work: Work, position: int, number: int, key: str, now: datetime) -> Ticket:
    """Tries with the same key are one to the platform: they share their first instant and their progress."""
    same = [one for one in work.of(position) if one.key == key] if work.tried else []
    return Ticket(
        key=key,
        started_at=same[0].started_at if same else now,
        progress=next((one.progress for one in reversed(same) if one.progress), ""),
        save=_saver(work.post.id, position, number),
    )


def _saver(post_id: int, position: int, number: int) -> Callable[[str], None]:
    """Stores how far a try came, durably, before the step that cannot be repeated."""

    def save(progress: str) -> None:
        with writing() as session:
            session.connection().execute(
                update(attempt)
                .where(
                    attempt.c.post_id == post_id,
                    attempt.c.position == position,
                    attempt.c.number == number,
                )
                .values(progress=progress)
            )

    return save


def _as_tried(told: Told, now: datetime) -> Tried:
    one, report = told.tried, told.report
    return Tried(
        one.work.post.id,
        one.position,
        one.number,
        one.ticket.key,
        one.work.post.due_at,
        now,
        report.outcome,
        "",
        report.remote_id,
        report.url,
        one.looked_up,
    )


def _tries(tries: Sequence[Try]) -> str:
    """Tries about to be made, as the parameter of a statement."""
    return folded(
        [
            statements.Begun(one.work.post.id, one.position, one.number, one.ticket.key, one.ticket.progress)
            for one in tries
        ]
    )


def _store_tries(session: Session, tries: str, holder: str, now: datetime) -> None:
    _execute(session, statements.insert_tries, {"rows": tries, "holder": holder, "now": now})


def _outcomes(told: Sequence[Told]) -> str:
    """What became of some tries, as the parameter of a statement."""
    return folded(
        [
            statements.Ended(
                one.tried.work.post.id,
                one.tried.position,
                one.tried.number,
                one.report.outcome.value,
                one.report.detail[:400],
                one.report.remote_id[:300],
                one.report.url[:500],
                one.tried.looked_up,
            )
            for one in told
        ]
    )


def _store_outcomes(session: Session, outcomes: str, now: datetime) -> None:
    _execute(session, statements.write_outcomes, {"rows": outcomes, "now": now})


def _execute(session: Session, statement: Callable[[str], Any], values: Mapping[str, Any]) -> Any:
    connection = session.connection()
    return connection.execute(statement(connection.dialect.name), values)


def _settled(told: Told, holder: str, now: datetime) -> Mapping[str, Any]:
    row, verdict = told.tried.work.post, told.verdict
    waits = verdict.state is PostState.SENDING
    public = verdict.state in OUT
    return {
        "b_id": row.id,
        "b_holder": holder,
        "b_state": verdict.state,
        "b_send_at": row.send_at if waits or verdict.again_at is None else verdict.again_at,
        "b_hold": verdict.hold,
        "b_hold_note": "" if told.report.outcome is Outcome.SENT else told.report.detail[:400],
        "b_claimed_until": verdict.again_at if waits else None,
        "b_posted_at": now if public else None,
        "b_proof_url": (told.tried.work.url or told.report.url)[:500] if public else "",
        "b_tries": told.tried.tries - (not verdict.counts),
    }
