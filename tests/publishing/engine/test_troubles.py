"""The team is told once of each post that waits for it."""

import pytest
from sqlmodel import Session, select

from app.channels.base import Outcome, Report
from app.core import clock
from app.core.db import reading, transaction
from app.mail.models import OutgoingMail
from app.people.models import Organisation
from app.people.rules import Role
from app.publishing.engine.troubles import tell_troubles
from app.publishing.models import Post
from app.publishing.rules import Hold, PostState
from tests import factories
from tests.conftest import NOW
from tests.publishing.engine import stage
from tests.publishing.engine.stage import Platform, Stage


@pytest.fixture
def play(session: Session) -> Stage:
    return stage.set_stage(session)


def mails() -> list[OutgoingMail]:
    with reading() as session:
        return list(session.exec(select(OutgoingMail).where(OutgoingMail.kind == "posts-waiting")))


def turn(pid: str, state: PostState, hold: Hold | None = None) -> None:
    with transaction() as session:
        row = session.exec(select(Post).where(Post.pid == pid)).one()
        row.state, row.hold = state, hold
        session.add(row)


def test_a_refused_post_is_told_once_to_whoever_may_decide(play: Stage) -> None:
    org = play.session.get_one(Organisation, play.actor.organisation_id)
    factories.member(play.session, org, Role.FINANCE)
    platform = Platform(answers=[Report(Outcome.REFUSED, "too long for us")])
    post = play.post(play.account(), NOW)
    play.session.commit()
    stage.ring(stage.engine(platform))
    assert (tell_troubles(), tell_troubles()) == (1, 0)
    (mail,) = mails()  # the owner; finance may not publish
    assert "too long for us" in mail.text
    assert f"/posts/{post.pid}" in mail.text


def test_one_mail_for_the_posts_of_a_campaign(play: Stage) -> None:
    account = play.account()
    posts = [play.post(account, NOW) for _ in range(3)]
    play.session.commit()
    for post in posts:
        turn(post.pid, PostState.UNCONFIRMED)
    assert tell_troubles() == 3
    assert len(mails()) == 1
    assert "3 posts" in mails()[0].subject


@pytest.mark.parametrize(
    ("state", "hold", "told"),
    [
        (PostState.HELD, Hold.ACCOUNT, 1),
        (PostState.HELD, Hold.LATE, 1),
        (PostState.HELD, Hold.PERSON, 0),
        (PostState.HELD, Hold.PAUSE, 0),
        (PostState.PARTIAL, None, 1),
        (PostState.SENT, None, 0),
        (PostState.MISSED, None, 0),
    ],
)
def test_what_somebody_decided_themselves_is_not_told(
    play: Stage, state: PostState, hold: Hold | None, told: int
) -> None:
    post = play.post(play.account(), NOW)
    play.session.commit()
    turn(post.pid, state, hold)
    assert tell_troubles() == told


def test_the_same_trouble_after_another_try_is_told_again(play: Stage) -> None:
    post = play.post(play.account(), NOW)
    play.session.commit()
    told = []
    for state in (PostState.FAILED, PostState.SCHEDULED, PostState.FAILED, PostState.UNCONFIRMED):
        turn(post.pid, state)
        told.append(tell_troubles())
    assert told == [1, 0, 1, 1]
    assert clock.now() == NOW
