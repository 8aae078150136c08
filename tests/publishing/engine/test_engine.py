"""The engine: what is due goes out once, what must wait waits, and every outcome is written down."""

from datetime import timedelta
from threading import Event
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlmodel import Session

from app.accounts import service as accounts
from app.accounts.models import ChannelAccount
from app.accounts.rules import AccountState
from app.campaigns.models import Campaign
from app.campaigns.rules import State
from app.channels.base import Outcome, Piece, Report, Shape, Ticket
from app.core import clock
from app.core.db import reading, transaction
from app.influencers.models import Influencer
from app.media import service as media
from app.media.storage import get_storage
from app.publishing.engine import claim
from app.publishing.engine.claim import LEASE, Due
from app.publishing.engine.engine import Engine
from app.publishing.engine.lateness import judge_late_posts
from app.publishing.engine.verdicts import LATE_AFTER
from app.publishing.models import FollowingFrame, Post
from app.publishing.rules import PostState
from app.stories.models import Frame
from tests.conftest import BASE_URL, NOW
from tests.media.samples import picture
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


def test_hours_to_come_hand_posts_and_old_ones_are_left_alone(play: Stage) -> None:
    platform, account = Platform(), play.account()
    soon = play.post(account, clock.now() + timedelta(seconds=1))
    by_hand = play.post(None, channel="hand")
    old = play.post(account, clock.now() - LATE_AFTER)
    play.session.commit()
    stage.ring(stage.engine(platform))
    assert platform.accepted == []
    for post in (soon, by_hand, old):
        assert stage.post_now(post.pid).state is PostState.SCHEDULED
    with clock.frozen(clock.now() + timedelta(seconds=1)):
        stage.ring(stage.engine(platform))
    assert len(platform.accepted) == 1


@pytest.mark.parametrize("values", [{"state": State.READY}, {"state": State.CLOSED}, {"paused_at": NOW}])
def test_a_campaign_that_does_not_run_sends_nothing(session: Session, values: dict[str, Any]) -> None:
    play = stage.set_stage(session, **values)
    platform, post = Platform(), play.post(play.account())
    session.commit()
    stage.ring(stage.engine(platform))
    assert platform.asked == []
    assert stage.post_now(post.pid).state is PostState.SCHEDULED


def test_a_pause_between_reading_and_sending_stops_the_post(
    play: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    platform, post = Platform(), play.post(play.account())
    play.session.commit()
    read = claim.due_of

    def then_pause(*given: Any, **named: Any) -> list[Due]:
        found = read(*given, **named)
        with transaction() as session:
            session.get_one(Campaign, play.campaign.id).paused_at = clock.now()
        return found

    monkeypatch.setattr(claim, "due_of", then_pause)
    stage.ring(stage.engine(platform))
    now = stage.post_now(post.pid)
    assert (now.state, now.claimed_by, now.tries) == (PostState.SCHEDULED, "", 0)
    assert platform.asked == []
    assert stage.attempts(post.pid) == []


def test_what_is_known_not_to_be_public_is_tried_again_with_the_same_key(play: Stage) -> None:
    platform = Platform(answers=[Report(Outcome.LATER, "busy")])
    post = play.post(play.account())
    play.session.commit()
    engine = stage.engine(platform)
    stage.ring(engine)
    waits = stage.post_now(post.pid)
    assert (waits.state, waits.tries) == (PostState.SCHEDULED, 1)
    assert timedelta(seconds=24) <= waits.send_at - clock.now() <= timedelta(seconds=36)
    stage.ring(engine)
    assert len(platform.asked) == 1
    with clock.frozen(waits.send_at):
        stage.ring(engine)
    assert stage.post_now(post.pid).state is PostState.SENT
    first, second = stage.attempts(post.pid)
    assert (first.outcome, first.detail, second.outcome) == ("later", "busy", "sent")
    assert first.key == second.key
    assert platform.asked[1].started_at == first.started_at


def test_what_a_platform_asked_to_wait_is_waited_after_a_restart_too(play: Stage) -> None:
    """The wait of a limit that headers told stands with the post, not in the process that heard it."""
    busy = Report(Outcome.LATER, "too many requests", retry_after=timedelta(minutes=9))
    platform, post = Platform(answers=[busy]), play.post(play.account())
    play.session.commit()
    stage.ring(stage.engine(platform))
    wait = clock.now() + timedelta(minutes=9)
    assert stage.post_now(post.pid).send_at == wait
    for moment in (wait - timedelta(seconds=1), wait):
        with clock.frozen(moment):
            stage.ring(stage.engine(platform))  # another process: it remembers nothing
            assert len(platform.accepted) == (moment == wait)


def test_a_refusal_ends_it_and_keeps_the_words(play: Stage) -> None:
    platform, post = Platform(answers=[Report(Outcome.REFUSED, "too long")]), play.post(play.account())
    play.session.commit()
    stage.ring(stage.engine(platform), times=2)
    failed = stage.post_now(post.pid)
    assert (failed.state, failed.hold_note, len(platform.asked)) == (PostState.FAILED, "too long", 1)


def test_a_lost_permission_stops_only_its_account_and_the_post_resumes(play: Stage) -> None:
    lost, other = play.account("lost"), play.account("other")
    platform = Platform(answers=[Report(Outcome.RECONNECT, "revoked")])
    first, second = play.post(lost), play.post(lost)
    play.session.commit()
    engine = stage.engine(platform)
    stage.ring(engine)
    elsewhere = play.post(other)
    play.session.commit()
    stage.ring(engine)
    assert account_now(lost.id).state is AccountState.RECONNECT
    assert stage.post_now(elsewhere.pid).state is PostState.SENT
    for post in (first, second):
        waits = stage.post_now(post.pid)
        assert (waits.state, waits.tries) == (PostState.SCHEDULED, 0)
    assert len(platform.asked) == 2
    with clock.frozen(clock.now() + timedelta(minutes=10)):
        judge_late_posts()
        assert stage.post_now(first.pid).state is PostState.SCHEDULED  # within its limit: it waits
        play.session.expire_all()
        play.account("lost")  # connected again
        play.session.commit()
        judge_late_posts()
        stage.ring(engine)
        sent = [stage.post_now(post.pid) for post in (first, second)]
        assert [one.state for one in sent] == [PostState.SENT, PostState.SCHEDULED]
        assert sent[1].send_at == clock.now() + timedelta(minutes=5)
    assert [one.number for one in stage.attempts(first.pid)] == [1, 2]


def test_an_unknown_outcome_is_looked_up_and_never_repeated_blindly(play: Stage) -> None:
    unknown = Report(Outcome.UNKNOWN, "timed out")
    platform = Platform(answers=[unknown], found=[unknown, unknown, unknown])
    post = play.post(play.account())
    play.session.commit()
    engine, at = stage.engine(platform), clock.now()
    stage.ring(engine)
    for seconds, looked_up in ((9, 0), (10, 1), (69, 1), (70, 2), (370, 3)):
        with clock.frozen(at + timedelta(seconds=seconds)):
            stage.ring(engine)
        assert len(platform.looked_up) == looked_up
    asked = stage.post_now(post.pid)
    assert (asked.state, asked.hold_note) == (PostState.UNCONFIRMED, "timed out")
    assert len(platform.asked) == 1
    assert stage.attempts(post.pid)[0].looked_up == 3


@pytest.mark.parametrize("is_public", [True, False])
def test_a_look_up_settles_a_try_that_broke_off(play: Stage, *, is_public: bool) -> None:
    platform = Platform(answers=[Report(Outcome.UNKNOWN)])
    if is_public:
        platform.found = [Report(Outcome.SENT, url="https://platform.example/9")]
    post = play.post(play.account())
    play.session.commit()
    engine = stage.engine(platform)
    stage.ring(engine)
    with clock.frozen(clock.now() + timedelta(seconds=10)):
        stage.ring(engine, times=2)
    assert stage.post_now(post.pid).state is PostState.SENT
    assert len(platform.asked) == (1 if is_public else 2)


def test_a_channel_that_raises_is_an_unknown_outcome(play: Stage) -> None:
    def broken(piece: Piece, ticket: Ticket) -> Report:
        raise KeyError("no")

    platform, post = Platform(answers=[broken]), play.post(play.account())
    play.session.commit()
    stage.ring(stage.engine(platform))
    assert stage.post_now(post.pid).state is PostState.SENDING
    assert stage.attempts(post.pid)[0].outcome == "unknown"


def test_a_channel_nobody_knows_fails_and_says_so(play: Stage) -> None:
    post = play.post(play.account(channel="gone"))
    play.session.commit()
    stage.ring(Engine())
    failed = stage.post_now(post.pid)
    assert failed.state is PostState.FAILED
    assert "gone" in failed.hold_note


def test_stories_go_frame_by_frame_and_go_on_where_they_stopped(play: Stage) -> None:
    platform = Platform(stories=True, answers=[stage.SENT, Report(Outcome.LATER, "busy")])
    post = play.post(play.account(), shape=Shape.STORY)
    follow(play, post, "Deux", "Trois")
    engine = stage.engine(platform)
    stage.ring(engine)
    waits = stage.post_now(post.pid)
    assert waits.state is PostState.SCHEDULED
    assert [piece.text for piece in platform.pieces] == ["On m’a appris à lire."]
    with clock.frozen(waits.send_at):
        stage.ring(engine)
    assert [piece.text for piece in platform.pieces] == ["On m’a appris à lire.", "Deux", "Trois"]
    assert stage.post_now(post.pid).state is PostState.SENT
    tries = [(one.position, one.number, one.outcome) for one in stage.attempts(post.pid)]
    assert tries == [(0, 1, "sent"), (1, 1, "later"), (1, 2, "sent"), (2, 1, "sent")]


def test_stories_stop_at_the_first_that_is_refused(play: Stage) -> None:
    platform = Platform(stories=True, answers=[stage.SENT, Report(Outcome.REFUSED, "no")])
    post = play.post(play.account(), shape=Shape.STORY)
    follow(play, post, "Deux", "Trois")
    stage.ring(stage.engine(platform))
    partial = stage.post_now(post.pid)
    assert (partial.state, partial.proof_url) == (PostState.PARTIAL, stage.SENT.url)
    assert len(platform.asked) == 2


def test_a_pause_in_the_middle_of_a_story_stops_the_rest(play: Stage) -> None:
    def pause(piece: Piece, ticket: Ticket) -> Report:
        with transaction() as session:
            session.get_one(Campaign, play.campaign.id).paused_at = clock.now()
        return stage.SENT

    platform = Platform(stories=True, answers=[pause])
    post = play.post(play.account(), shape=Shape.STORY)
    follow(play, post, "Deux")
    engine = stage.engine(platform)
    stage.ring(engine, times=2)
    assert len(platform.accepted) == 1
    assert stage.post_now(post.pid).state is PostState.SCHEDULED
    with transaction() as session:
        session.get_one(Campaign, play.campaign.id).paused_at = None
    stage.ring(engine)
    assert len(platform.accepted) == 2
    assert stage.post_now(post.pid).state is PostState.SENT


def test_frames_of_a_feed_go_together_with_one_label(play: Stage) -> None:
    maia = Influencer(
        organisation_id=play.campaign.organisation_id,
        campaign_id=play.campaign.id,
        name="Maïa",
        disclosure="Collaboration",
    )
    play.session.add(maia)
    play.session.flush()
    play.campaign.hashtags = ["Lire"]
    platform = Platform()
    post = play.post(play.account(), influencer_id=maia.id)
    follow(play, post, "Deux")
    stage.ring(stage.engine(platform))
    (piece,) = platform.pieces
    assert piece.text == "On m’a appris à lire.\n\nDeux"
    assert (piece.label, piece.hashtags, piece.language) == ("Collaboration", ("Lire",), "fr")


def test_a_platform_may_fetch_the_picture_for_ninety_days_before_anyone_else_sees_it(
    play: Stage, client: TestClient
) -> None:
    medium = media.store_image(play.session, play.actor, picture(), "a.png")
    play.frame.media_id = medium.id
    platform = Platform()
    play.post(play.account())
    play.session.commit()
    stage.ring(stage.engine(platform))
    (attachment,) = platform.pieces[0].media
    path = attachment.url.removeprefix(BASE_URL)
    assert client.get(path).content == attachment.path.read_bytes()
    assert client.get(f"/media/{medium.pid}/share.jpg").status_code == 404
    with clock.frozen(clock.now() + timedelta(days=90)):
        assert client.get(path).status_code == 410


def test_a_picture_whose_file_is_gone_fails_before_anyone_is_asked(play: Stage) -> None:
    medium = media.store_image(play.session, play.actor, picture(), "a.png")
    play.frame.media_id = medium.id
    platform, post = Platform(), play.post(play.account())
    play.session.commit()
    get_storage().forget(medium.pid)
    stage.ring(stage.engine(platform))
    failed = stage.post_now(post.pid)
    assert failed.state is PostState.FAILED
    assert "gone" in failed.hold_note
    assert platform.asked == []


def test_a_stopping_engine_takes_nothing_more(play: Stage) -> None:
    entered, leave = Event(), Event()

    def slow(piece: Piece, ticket: Ticket) -> Report:
        entered.set()
        assert leave.wait(10)
        return stage.SENT

    platform, account = Platform(answers=[slow]), play.account()
    first, second = play.post(account), play.post(account, clock.now())
    play.session.commit()
    engine = stage.engine(platform)
    engine.ring()
    assert entered.wait(10)
    engine.stopping.set()
    leave.set()
    assert engine.stop(10)
    assert engine.ring() == 0
    states = [stage.post_now(post.pid).state for post in (first, second)]
    assert states == [PostState.SENT, PostState.SCHEDULED]
    assert stage.post_now(second.pid).claimed_by == ""


def test_a_slow_platform_delays_only_its_own_account(play: Stage) -> None:
    entered, leave = Event(), Event()

    def slow(piece: Piece, ticket: Ticket) -> Report:
        entered.set()
        assert leave.wait(10)
        return stage.SENT

    slow_one, quick_one = Platform(code="slow", answers=[slow]), Platform(code="quick")
    waiting = play.post(play.account("a", "slow"), clock.now() - timedelta(seconds=1))
    play.session.commit()
    engine = stage.engine(slow_one, quick_one)
    engine.ring()
    assert entered.wait(10)
    sent = play.post(play.account("b", "quick"))
    play.session.commit()
    engine.ring()
    with engine._changed:
        assert engine._changed.wait_for(lambda: len(engine._busy) == 1, 10)
    assert stage.post_now(sent.pid).state is PostState.SENT
    assert stage.post_now(waiting.pid).state is PostState.SENDING
    leave.set()
    assert engine.drain(10)
    assert stage.post_now(waiting.pid).state is PostState.SENT


def test_leases_of_posts_at_work_are_renewed(play: Stage) -> None:
    entered, leave = Event(), Event()

    def slow(piece: Piece, ticket: Ticket) -> Report:
        entered.set()
        assert leave.wait(10)
        return stage.SENT

    platform, post = Platform(answers=[slow]), play.post(play.account())
    play.session.commit()
    engine, other, at = stage.engine(platform), stage.engine(platform), clock.now()
    engine.ring()
    assert entered.wait(10)
    for seconds in (60, 150, 240):
        with clock.frozen(at + timedelta(seconds=seconds)):
            engine.ring()
            stage.ring(other)
            assert stage.post_now(post.pid).claimed_until == clock.now() + LEASE
    leave.set()
    assert engine.drain(10)
    assert (len(platform.asked), platform.looked_up) == (1, [])
    assert stage.post_now(post.pid).state is PostState.SENT


def test_what_was_changed_since_it_was_read_is_read_again(
    play: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    platform, post = Platform(), play.post(play.account())
    play.session.commit()
    read = claim.due_of

    def then_change(*given: Any, **named: Any) -> list[Due]:
        found = read(*given, **named)
        monkeypatch.setattr(claim, "due_of", read)
        with transaction() as session:
            row = session.get_one(Post, post.id)
            row.text, row.version = "Autrement", row.version + 1
        return found

    monkeypatch.setattr(claim, "due_of", then_change)
    engine = stage.engine(platform)
    stage.ring(engine)
    untouched = stage.post_now(post.pid)
    assert (untouched.state, untouched.claimed_by, untouched.tries) == (PostState.SCHEDULED, "", 0)
    assert (platform.asked, stage.attempts(post.pid)) == ([], [])
    stage.ring(engine)
    assert [piece.text for piece in platform.pieces] == ["Autrement"]
    assert stage.post_now(post.pid).tries == 1


def test_a_group_leaves_an_account_to_the_process_that_was_quicker(
    play: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    quick, slow = Platform(), Platform()
    first, second = play.post(play.account()), play.post(play.account())
    play.session.commit()
    read, before = claim.due_of, [stage.engine(quick)]

    def then_other(*given: Any, **named: Any) -> list[Due]:
        found = read(*given, **named)
        while before:
            stage.ring(before.pop())
        return found

    monkeypatch.setattr(claim, "due_of", then_other)
    stage.ring(stage.engine(slow))
    assert (len(quick.accepted), slow.asked) == (2, [])
    assert {stage.post_now(one.pid).state for one in (first, second)} == {PostState.SENT}


def test_a_try_on_a_lost_account_is_asked_of_a_person(play: Stage) -> None:
    platform, account = Platform(answers=[Report(Outcome.UNKNOWN)]), play.account()
    post = play.post(account)
    play.session.commit()
    stage.ring(stage.engine(platform))
    with transaction() as session:
        accounts.lose(session, account.id, "revoked")
    with clock.frozen(clock.now() + timedelta(minutes=3)):
        stage.ring(stage.engine(platform))
    assert stage.post_now(post.pid).state is PostState.UNCONFIRMED


def test_a_clock_stepped_back_sends_nothing_twice(play: Stage) -> None:
    platform, post = Platform(), play.post(play.account())
    play.session.commit()
    engine, at = stage.engine(platform), clock.now()
    stage.ring(engine)
    for step in (-3600, -1, 0, 60):
        with clock.frozen(at + timedelta(seconds=step)):
            stage.ring(engine)
            judge_late_posts()
    assert len(platform.accepted) == 1
    assert stage.post_now(post.pid).state is PostState.SENT


def follow(play: Stage, post: Post, *captions: str) -> None:
    """Let other frames follow the post's first."""
    for position, caption in enumerate(captions, 1):
        frame = Frame(
            campaign_id=play.campaign.id, day_id=play.frame.day_id, position=position, caption=caption
        )
        play.session.add(frame)
        play.session.flush()
        play.session.add(FollowingFrame(post_id=post.id, frame_id=frame.id, position=position))
    play.session.commit()


def account_now(account_id: int) -> ChannelAccount:
    with reading() as session:
        return session.get_one(ChannelAccount, account_id)
