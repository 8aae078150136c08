"""After an outage: nothing floods, nothing is dropped silently, the team is told once."""

from datetime import timedelta
from itertools import pairwise

import pytest
from sqlmodel import Session, select

from app.core import clock
from app.core.db import reading
from app.mail.models import OutgoingMail
from app.people.models import Organisation
from app.people.rules import Role
from app.publishing.engine.lateness import judge_late_posts
from app.publishing.models import Outage, Post
from app.publishing.rules import Hold, Late, PostState
from tests import factories
from tests.conftest import NOW
from tests.publishing.engine import stage
from tests.publishing.engine.stage import Platform, Stage

HOUR = timedelta(hours=1)


@pytest.fixture
def play(session: Session) -> Stage:
    return stage.set_stage(session)


def posts_by_state() -> dict[PostState, list[Post]]:
    found: dict[PostState, list[Post]] = {}
    with reading() as session:
        for post in session.exec(select(Post)):
            found.setdefault(post.state, []).append(post)
    return found


def mails() -> list[OutgoingMail]:
    with reading() as session:
        return list(session.exec(select(OutgoingMail).where(OutgoingMail.kind == "late-posts")))


def outages() -> list[Outage]:
    with reading() as session:
        return list(session.exec(select(Outage)))


def test_three_hours_of_outage_and_200_posts_end_in_no_flood(play: Stage) -> None:
    factories.member(
        play.session, play.session.get_one(Organisation, play.actor.organisation_id), Role.FINANCE
    )
    platform, account = Platform(), play.account()
    for number in range(200):
        play.post(account, NOW - 3 * HOUR + number * timedelta(seconds=54))
    play.session.commit()
    engine = stage.engine(platform)
    assert judge_late_posts() == 198  # the last two are not late yet
    for minutes in range(70):
        with clock.frozen(NOW + timedelta(minutes=minutes)):
            judge_late_posts()
            stage.ring(engine)
    sent = sorted(at for _, _, at in platform.accepted)
    on_time, late = sent[:2], sent[2:]
    assert on_time == [NOW, NOW]
    for before, after in pairwise(late):
        assert after - before >= timedelta(minutes=5)
    states = posts_by_state()
    assert set(states) == {PostState.SENT, PostState.HELD}
    assert len(states[PostState.SENT]) + len(states[PostState.HELD]) == 200
    assert len(states[PostState.SENT]) == len(platform.accepted) == len(set(platform.keys))
    assert all(post.hold is Hold.LATE for post in states[PostState.HELD])
    (outage,) = outages()
    assert (outage.respaced + outage.asked, outage.missed) == (198, 0)
    assert outage.oldest_due_at == NOW - 3 * HOUR
    (mail,) = mails()  # the owner; finance may not publish
    assert "12" in mail.text
    assert str(outage.asked) in mail.text


def test_each_post_chooses_what_becomes_of_it(play: Stage) -> None:
    account, ago = play.account(), NOW - HOUR / 2
    late = {late: play.post(account, ago, late=late) for late in Late}
    play.session.commit()
    judge_late_posts()
    states = {kind: stage.post_now(post.pid).state for kind, post in late.items()}
    assert states == {
        Late.SEND: PostState.SCHEDULED,
        Late.ASK: PostState.HELD,
        Late.MISS: PostState.MISSED,
    }
    assert stage.post_now(late[Late.SEND].pid).send_at == NOW
    (outage,) = outages()
    assert (outage.respaced, outage.asked, outage.missed) == (1, 1, 1)


def test_one_outage_is_one_mail_and_one_summary(play: Stage) -> None:
    account = play.account()
    for minutes in (10, 20):
        play.post(account, NOW - timedelta(minutes=minutes), late=Late.ASK)
    play.session.commit()
    judge_late_posts()
    with clock.frozen(NOW + timedelta(minutes=30)):
        play.post(account, NOW, late=Late.ASK)
        play.session.commit()
        assert judge_late_posts() == 1
        assert judge_late_posts() == 0
    assert [one.asked for one in outages()] == [3]
    assert len(mails()) == 1
    with clock.frozen(NOW + 3 * HOUR):
        play.post(account, NOW + 2 * HOUR, late=Late.ASK)
        play.session.commit()
        judge_late_posts()
    assert len(mails()) == 2


def test_each_account_has_its_own_pace(play: Stage) -> None:
    accounts = [play.account(name) for name in "ab"]
    posts = [play.post(account, NOW - timedelta(minutes=10)) for account in accounts for _ in range(2)]
    play.session.commit()
    judge_late_posts()
    slots = [stage.post_now(post.pid).send_at - NOW for post in posts]
    assert slots == [timedelta(0), timedelta(minutes=5)] * 2


def test_later_late_posts_follow_the_slots_already_given(play: Stage) -> None:
    account = play.account()
    play.post(account, NOW - timedelta(minutes=10))
    play.session.commit()
    judge_late_posts()
    with clock.frozen(NOW + timedelta(minutes=1)):
        stage.ring(stage.engine(Platform()))
        next_one = play.post(account, NOW - timedelta(minutes=9))
        play.session.commit()
        judge_late_posts()
    assert stage.post_now(next_one.pid).send_at == NOW + timedelta(minutes=5)


def test_a_paused_campaign_and_hand_posts_are_not_judged(play: Stage) -> None:
    play.campaign.paused_at = NOW
    play.post(play.account(), NOW - HOUR, late=Late.MISS)
    play.post(None, NOW - HOUR, late=Late.MISS, channel="hand")
    play.session.commit()
    assert judge_late_posts() == 0
    assert outages() == []


def test_a_post_without_an_account_is_put_to_a_person(play: Stage) -> None:
    post = play.post(None, NOW - HOUR)
    play.session.commit()
    judge_late_posts()
    held = stage.post_now(post.pid)
    assert (held.state, held.hold) == (PostState.HELD, Hold.ACCOUNT)


def test_a_clock_stepped_forward_makes_posts_late_not_lost(play: Stage) -> None:
    platform, account = Platform(), play.account()
    post = play.post(account, NOW + timedelta(minutes=30))
    play.session.commit()
    engine = stage.engine(platform)
    with clock.frozen(NOW + HOUR):
        stage.ring(engine)
        assert platform.accepted == []
        judge_late_posts()
        stage.ring(engine)
    assert stage.post_now(post.pid).state is PostState.SENT
    assert len(platform.accepted) == 1
