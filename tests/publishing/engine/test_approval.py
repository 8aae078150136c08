"""The engine sends what was approved, as it was approved; anything else is held and goes back for approval."""

import pytest
from sqlmodel import Session

from app.campaigns.rules import Approval
from app.channels.base import Outcome, Report, Shape
from app.core import clock
from app.core.db import transaction
from app.publishing import review
from app.publishing.models import FollowingFrame
from app.publishing.review import rounds
from app.publishing.rules import Hold, PostState
from app.stories.models import Frame
from tests.publishing.engine import stage
from tests.publishing.engine.stage import Platform, Stage


@pytest.fixture
def play(session: Session) -> Stage:
    return stage.set_stage(session)


def _ask_for_approval(play: Stage) -> None:
    """What is planned stays planned, as it now reads."""
    play.session.flush()
    review.team.change_mode(
        play.session, play.actor, play.campaign, version=play.campaign.version, approval=Approval.TEAM
    )


def _rewrite(frame_id: int) -> None:
    """By a road that knows nothing of approval."""
    with transaction() as session:
        session.get_one(Frame, frame_id).caption = "Autre chose."


def test_what_was_agreed_goes_out_and_what_was_changed_since_does_not(play: Stage) -> None:
    platform, account = Platform(), play.account()
    agreed = play.post(account)
    _ask_for_approval(play)
    play.session.commit()
    stage.ring(stage.engine(platform))
    assert stage.post_now(agreed.pid).state is PostState.SENT
    changed = play.post(account, clock.now())
    play.campaign.approval = Approval.NONE
    _ask_for_approval(play)
    play.session.commit()
    _rewrite(play.frame.id)
    stage.ring(stage.engine(platform))
    held = stage.post_now(changed.pid)
    assert (held.state, held.hold, held.tries) == (PostState.HELD, Hold.PERSON, 0)
    assert len(platform.asked) == 1
    assert rounds.reopen_what_changed() == 1
    assert stage.post_now(changed.pid).state is PostState.IN_REVIEW


def test_what_nobody_approved_is_held_however_it_came_to_be_planned(play: Stage) -> None:
    platform = Platform()
    play.campaign.approval = Approval.TEAM
    post = play.post(play.account())
    play.session.commit()
    stage.ring(stage.engine(platform))
    assert platform.asked == []
    assert stage.post_now(post.pid).state is PostState.HELD


def test_the_rest_of_a_story_that_changed_is_not_sent(play: Stage) -> None:
    platform = Platform(stories=True, answers=[stage.SENT, Report(Outcome.LATER, "busy")])
    more = Frame(campaign_id=play.campaign.id, day_id=play.frame.day_id, position=1, caption="La suite.")
    play.session.add(more)
    post = play.post(play.account(), shape=Shape.STORY)
    play.session.add(FollowingFrame(post_id=post.id, frame_id=more.id, position=1))
    _ask_for_approval(play)
    play.session.commit()
    engine = stage.engine(platform)
    stage.ring(engine)
    _rewrite(more.id)
    later = stage.post_now(post.pid).send_at
    with clock.frozen(later):
        stage.ring(engine)
    assert stage.post_now(post.pid).state is PostState.PARTIAL
    assert len(platform.accepted) == 1
