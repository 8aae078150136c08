"""Several engines at once, and any order of outcomes and crashes: each post is public at most once."""

import os
from collections import Counter
from datetime import timedelta
from multiprocessing import get_context

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine as Database
from sqlmodel import Session, select

from app.channels.base import Account, Outcome, Piece, Report, Ticket
from app.core import clock, db
from app.core.db import reading, transaction
from app.publishing.engine import claim
from app.publishing.engine.lateness import judge_late_posts
from app.publishing.models import Attempt, Post
from app.publishing.rules import PostState
from tests.publishing.engine import stage
from tests.publishing.engine.stage import Platform, Stage

POSTS = 120


@pytest.fixture
def play(session: Session) -> Stage:
    return stage.set_stage(session)


def test_four_engines_in_one_process_send_each_post_once(play: Stage) -> None:
    platform = Platform(in_flight=10)
    accounts = [play.account(name) for name in "abc"]
    for number in range(POSTS):
        play.post(accounts[number % 3])
    play.session.commit()
    engines = [stage.engine(platform) for _ in range(4)]
    for _ in range(3):
        stage.ring(*engines)
    assert len(platform.keys) == POSTS
    assert max(Counter(platform.keys).values()) == 1
    with reading() as session:
        assert {post.state for post in session.exec(select(Post))} == {PostState.SENT}
        assert len(session.exec(select(Attempt)).all()) == POSTS


class Announcing(Platform):
    """Writes each accepted key into a pipe: one line each, so that processes do not mix."""

    def __init__(self, out: int) -> None:
        super().__init__(in_flight=7)
        self.out = out

    def accept(self, account: Account, piece: Piece, ticket: Ticket) -> None:
        os.write(self.out, f"{ticket.key}\n".encode())


def _publish(out: int, instant: float) -> None:
    db.get_engine().dispose(close=False)
    from datetime import UTC, datetime

    with clock.frozen(datetime.fromtimestamp(instant, UTC)):
        engine = stage.engine(Announcing(out))
        for _ in range(50):
            engine.ring()
            engine.drain(20)
            if not claim.due_accounts():
                break
    os._exit(0)


@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_four_processes_send_each_post_once(play: Stage, engine: Database) -> None:
    accounts = [play.account(name) for name in "ab"]
    for number in range(POSTS):
        play.post(accounts[number % 2])
    play.session.commit()
    play.session.close()
    engine.dispose()
    read, write = os.pipe()
    context = get_context("fork")
    processes = [context.Process(target=_publish, args=(write, clock.now().timestamp())) for _ in range(4)]
    for process in processes:
        process.start()
    os.close(write)
    with os.fdopen(read) as lines:
        keys = lines.read().split()
    for process in processes:
        process.join(30)
        assert process.exitcode == 0
    assert len(keys) == POSTS
    assert max(Counter(keys).values()) == 1
    with reading() as session:
        assert {post.state for post in session.exec(select(Post))} == {PostState.SENT}


class Honest(Platform):
    """Keeps one post under a key and can be asked for it, whatever became of the answers."""

    def accept(self, account: Account, piece: Piece, ticket: Ticket) -> None:
        if ticket.key not in self.keys:
            super().accept(account, piece, ticket)

    def publish(self, account: Account, piece: Piece, ticket: Ticket) -> Report:
        step = self.script.pop(0) if self.script else "sent"
        if step in ("sent", "lost answer", "dies after"):
            self.accept(account, piece, ticket)
        if step in ("dies before", "dies after"):
            raise Died
        return {
            "sent": stage.SENT,
            "lost answer": Report(Outcome.UNKNOWN),
            "lost request": Report(Outcome.UNKNOWN),
            "busy": Report(Outcome.LATER),
            "refused": Report(Outcome.REFUSED),
        }[step]

    script: list[str]


class Died(BaseException):
    """The process is gone: nothing after this point runs."""


STEPS = st.lists(
    st.sampled_from(["sent", "lost answer", "lost request", "busy", "refused", "dies before", "dies after"]),
    max_size=6,
)


@settings(
    max_examples=30,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(steps=STEPS)
@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_no_order_of_outcomes_and_deaths_publishes_twice(play: Stage, steps: list[str]) -> None:
    play.session.commit()
    with transaction() as session:
        session.connection().execute(Attempt.__table__.delete())  # type: ignore[attr-defined]
        session.connection().execute(Post.__table__.delete())  # type: ignore[attr-defined]
    platform = Honest()
    platform.script = list(steps)
    account = play.account()
    post = play.post(account, late_minutes=1440)
    play.session.commit()
    at = clock.now()
    for number in range(40):
        with clock.frozen(at + timedelta(minutes=3 * number)):
            judge_late_posts()
            stage.ring(stage.engine(platform), times=2)
        if stage.post_now(post.pid).state not in (PostState.SCHEDULED, PostState.SENDING):
            break
    settled = stage.post_now(post.pid)
    assert len(platform.accepted) <= 1
    assert settled.state in (PostState.SENT, PostState.FAILED, PostState.UNCONFIRMED)
    assert (settled.state is PostState.SENT) <= (len(platform.accepted) == 1)
    assert settled.state is not PostState.FAILED or not platform.accepted or "refused" in steps
    tries = [one.number for one in stage.attempts(post.pid)]
    assert tries == sorted(set(tries))
    assert len({one.key for one in stage.attempts(post.pid)}) <= 1
