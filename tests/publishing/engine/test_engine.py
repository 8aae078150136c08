"""The engine: what is due goes out once, what must wait waits, and every outcome is written down."""

import pytest
from sqlmodel import Session

from app.core import clock
from app.publishing.rules import PostState
from tests.publishing.engine import stage
from tests.publishing.engine.stage import Platform, Stage


@pytest.fixture
def play(session: Session) -> Stage:
    return stage.set_stage(session)


def test_a_due_post_goes_out_once_with_an_attempt_row(play: Stage) -> None:
    platform, post = Platform(), play.post(play.account())
    play.session.commit()
    engine = stage.engine(platform)
    stage.ring(engine, times=3)
    sent = stage.post_now(post.pid)
    assert (sent.state, sent.posted_at, sent.proof_url) == (PostState.SENT, clock.now(), stage.SENT.url)
    assert (sent.claimed_by, sent.claimed_until, sent.tries) == ("", None, 1)
    assert len(platform.accepted) == 1
    (attempt,) = stage.attempts(post.pid)
    assert attempt.key == platform.accepted[0][1]
    assert attempt.outcome == "sent"
    assert attempt.started_at <= attempt.finished_at
    assert platform.pieces[0].text == "On m’a appris à lire."
