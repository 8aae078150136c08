"""A picture of somebody goes out to the last day they agreed to, and not after it, whoever planned the post."""

from datetime import timedelta

import pytest
from sqlmodel import Session

from app.core import clock
from app.media import portraits
from app.media import service as media
from app.media.rules import Shows
from app.publishing.rules import PostState
from tests.media.samples import picture
from tests.publishing.engine import stage
from tests.publishing.engine.stage import Platform


@pytest.mark.parametrize(("days", "state"), [(0, PostState.SENT), (-1, PostState.FAILED)])
def test_an_agreement_holds_to_its_last_day(session: Session, days: int, state: PostState) -> None:
    play, platform = stage.set_stage(session), Platform()
    kept = media.store_image(session, play.actor, picture(), "a.png", public=True)
    play.frame.media_id, play.frame.alt_text = kept.id, "Maïa lit"
    portraits.declare(
        session,
        play.actor,
        kept,
        shows=Shows.ADULT,
        who="Maïa",
        agreed_on=clock.today("UTC") - timedelta(days=30),
        expires_on=clock.today("UTC") + timedelta(days=days),
    )
    post = play.post(play.account())
    session.commit()
    stage.ring(stage.engine(platform))
    now = stage.post_now(post.pid)
    assert now.state is state, now.hold_note
    assert len(platform.asked) == (state is PostState.SENT)
    if state is not PostState.SENT:
        assert "no longer agrees" in now.hold_note
