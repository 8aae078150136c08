"""What health pages and Prometheus are told of the engine."""

from datetime import timedelta

import pytest
from sqlmodel import Session

from app.core import clock
from app.core.db import reading, transaction
from app.core.tables import JobRun
from app.publishing.engine import figures
from app.publishing.rules import PostState
from app.worker import JOBS
from tests.conftest import NOW
from tests.publishing.engine import stage
from tests.publishing.engine.stage import Stage


@pytest.fixture
def play(session: Session) -> Stage:
    return stage.set_stage(session)


def rang(ago: timedelta) -> None:
    with transaction() as session:
        session.merge(JobRun(name=figures.RING, started_at=NOW - ago))


def is_silent() -> bool:
    with reading() as session:
        return figures.is_silent(session)


def test_the_ring_has_its_job() -> None:
    (job,) = (job for job in JOBS if job.name == figures.RING)
    assert job.everywhere
    assert job.stop is not None


def test_an_engine_nobody_rings_is_silent(play: Stage) -> None:
    play.session.commit()
    assert is_silent()
    rang(timedelta(seconds=30))
    assert not is_silent()
    rang(timedelta(seconds=91))
    assert is_silent()


def test_a_due_post_that_nobody_takes_is_told(play: Stage) -> None:
    post = play.post(play.account(), NOW - timedelta(minutes=4))
    play.session.commit()
    rang(timedelta(seconds=1))
    assert not is_silent()
    assert figures.waiting_for_metrics() == {"oldest due": 240.0, "last ring": 1.0}
    with clock.frozen(NOW + timedelta(minutes=2)):
        rang(timedelta(minutes=-2))
        assert is_silent()
        with transaction() as session:
            session.merge(post).state = PostState.SENT
        assert not is_silent()


def test_posts_are_counted_by_state(play: Stage) -> None:
    account = play.account()
    play.post(account)
    play.post(account, state=PostState.FAILED)
    play.post(None, channel="hand")
    play.session.commit()
    assert figures.states_for_metrics() == {"scheduled": 1.0, "failed": 1.0}
