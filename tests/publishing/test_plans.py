"""Plans over real rows: other days and channels, stories that follow, undo, and flags in few queries."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import ClassVar

import pytest
from sqlalchemy import Engine, event
from sqlmodel import Session, select

from app.accounts.models import ChannelAccount
from app.accounts.rules import AccountState
from app.campaigns.models import Campaign
from app.campaigns.rules import Approval
from app.channels import registry
from app.channels.base import Account, Attachment, Fault, Limits, Outcome, Piece, Shape
from app.core import clock
from app.core.errors import Conflict, NotFound
from app.influencers.models import Influencer
from app.influencers.rules import Agreement
from app.people.rules import Actor
from app.publishing import board, plans, queries, service
from app.publishing.flags import FlagKind
from app.publishing.models import Attempt, FollowingFrame, Post, PostWord
from app.publishing.rules import HAND, Hold, Late, PostState, WordKind
from app.publishing.service import Delivery
from app.stories import queries as stories
from app.stories import service as storyboard
from tests import factories
from tests.stories import week


class Square:
    """A channel that takes five words' worth of text and one picture."""

    code, name = "square", "Square"
    taken: ClassVar[Limits] = Limits(text=20, media=1, shapes=(Shape.POST, Shape.STORY))

    def limits(self, account: Account | None = None) -> Limits:
        assert account is None, "a page asks no server"
        return self.taken

    def remembered(self, server: str) -> Limits:
        return replace(self.taken, text=40) if server else self.taken

    def check(self, piece: Piece, limits: Limits | None = None) -> Sequence[Fault]:
        assert limits is not None
        assert all(isinstance(one, Attachment) for one in piece.media)
        return [Fault.TOO_LONG] if len(piece.text) > limits.text else []


@pytest.fixture
def square(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "CHANNELS", {"square": f"{__name__}:Square"})
    registry.get.cache_clear()
    monkeypatch.setattr(registry, "get", lambda code: Square() if code == "square" else _unknown(code))


def _unknown(code: str) -> None:
    raise registry.UnknownChannel(code)


@pytest.fixture
def account(session: Session, campaign: Campaign) -> ChannelAccount:
    return factories.account(session, campaign.organisation_id, channel="square")


def frame(session: Session, campaign: Campaign, day: int = 1, place: int = 0) -> str:
    found = stories.day(session, campaign.id, day)
    assert found is not None
    return week.frame_at(session, found, place).pid


def undo(session: Session, actor: Actor, campaign: Campaign) -> None:
    step = stories.last_step(session, campaign.id)
    assert step is not None
    board.undo(session, actor, campaign, step.pid)


def first(session: Session, campaign: Campaign) -> Post:
    return queries.of_campaign(session, campaign.id)[0]


def followers(session: Session, post: Post) -> list[str]:
    order = queries.following(session, [post.id]).get(post.id, [])
    names = stories.frames_by_id(session, order)
    return [names[one].title for one in order]


def test_a_post_on_any_day_and_channel(
    session: Session, alice: Actor, campaign: Campaign, account: ChannelAccount
) -> None:
    start = week.portrait(session, campaign)
    on = campaign.starts_on - timedelta(days=2)
    delivery = Delivery(account, Shape.POST, "Bientôt.", Late.ASK, 15)
    made = service.add_post(
        session,
        alice,
        campaign,
        frame(session, campaign),
        at_time=time(18),
        influencer=None,
        on=on,
        delivery=delivery,
    )
    assert (made.on_date, made.channel, made.account_id) == (on, "square", account.id)
    assert (made.shape, made.text, made.late, made.late_minutes) == (Shape.POST, "Bientôt.", Late.ASK, 15)
    assert made.due_at == made.send_at == clock.resolve_wall(on, time(18), campaign.timezone)
    service.change_post(
        session, alice, campaign, made.pid, version=1, at_time=time(18), influencer=None, delivery=Delivery()
    )
    assert (made.channel, made.account_id, made.on_date) == (HAND, None, on)
    undo(session, alice, campaign)
    session.refresh(made)
    assert (made.channel, made.account_id, made.text) == ("square", account.id, "Bientôt.")
    undo(session, alice, campaign)
    assert week.portrait(session, campaign) == start


def test_a_strangers_account_publishes_nothing(session: Session, alice: Actor, campaign: Campaign) -> None:
    stranger = factories.account(session, factories.organisation(session, "Les Phares").id, channel="square")
    with pytest.raises(NotFound):
        service.add_post(
            session,
            alice,
            campaign,
            frame(session, campaign),
            at_time=time(18),
            influencer=None,
            delivery=Delivery(stranger),
        )


def test_moving_keeps_the_rest_and_is_a_step(session: Session, alice: Actor, campaign: Campaign) -> None:
    start = week.portrait(session, campaign)
    post = first(session, campaign)
    there = post.on_date + timedelta(days=3)
    service.move_post(session, alice, campaign, post.pid, version=post.version, on=there)
    assert (post.on_date, post.at_time) == (there, time(12, 30))
    assert post.due_at == clock.resolve_wall(there, time(12, 30), campaign.timezone)
    with pytest.raises(storyboard.Stale):
        service.move_post(session, alice, campaign, post.pid, version=1, on=there)
    step = stories.last_step(session, campaign.id)
    assert step is not None
    assert "given another hour" in str(step.said)
    undo(session, alice, campaign)
    assert week.portrait(session, campaign) == start
    service.move_post(session, alice, campaign, post.pid, version=post.version, on=post.on_date)
    assert stories.last_step(session, campaign.id) is None, "to where it stands is no step"


def test_a_moved_post_keeps_its_distance_to_the_frame(
    session: Session, alice: Actor, campaign: Campaign
) -> None:
    post = first(session, campaign)
    service.move_post(
        session, alice, campaign, post.pid, version=post.version, on=post.on_date - timedelta(days=1)
    )
    board.move_frame(session, alice, campaign, frame(session, campaign), day_number=4)
    assert post.on_date == campaign.starts_on + timedelta(days=2)


@pytest.mark.parametrize(
    ("state", "refusal"),
    [
        (PostState.SENDING, service.OnItsWay),
        (PostState.SENT, service.AlreadyPosted),
        (PostState.PARTIAL, service.AlreadyPosted),
        (PostState.UNCONFIRMED, service.Undecided),
    ],
)
def test_what_is_out_or_on_its_way_is_left_alone(
    session: Session, alice: Actor, campaign: Campaign, state: PostState, refusal: type[Conflict]
) -> None:
    post = first(session, campaign)
    service.move_post(
        session, alice, campaign, post.pid, version=1, on=post.on_date, at_time=time(13)
    )  # a step to undo
    post.state = state
    session.flush()
    with pytest.raises(refusal):
        service.move_post(session, alice, campaign, post.pid, version=2, on=date(2027, 3, 9))
    with pytest.raises(refusal):
        service.remove_post(session, alice, campaign, post.pid)
    with pytest.raises(refusal):
        undo(session, alice, campaign)
    with pytest.raises(Conflict):
        board.remove_frame(session, alice, campaign, frame(session, campaign))
    assert post.at_time == time(13)


def test_what_a_platform_was_asked_stays_on_record(
    session: Session, alice: Actor, campaign: Campaign, account: ChannelAccount
) -> None:
    post = first(session, campaign)
    post.channel, post.account_id, post.state = account.channel, account.id, PostState.FAILED
    session.add(
        Attempt(
            post_id=post.id,
            account_id=account.id,
            number=1,
            key="k",
            due_at=post.due_at,
            started_at=clock.now(),
            outcome=Outcome.REFUSED,
        )
    )
    session.flush()
    with pytest.raises(Conflict, match="on record"):
        service.remove_post(session, alice, campaign, post.pid)
    service.move_post(session, alice, campaign, post.pid, version=1, on=date(2027, 3, 9))
    assert post.state is PostState.SCHEDULED
    undo(session, alice, campaign)
    assert post.state is PostState.FAILED, "undoing a plan leads back to where nothing goes out"


def test_stories_follow_in_order(session: Session, alice: Actor, campaign: Campaign) -> None:
    post = first(session, campaign)

    def version() -> int:
        return post.version

    for day in (2, 3, 4):
        service.add_following(
            session, alice, campaign, post.pid, version=version(), frame_pid=frame(session, campaign, day)
        )
    assert followers(session, post) == ["2.1", "3.1", "4.1"]
    with pytest.raises(Conflict, match="already"):
        service.add_following(
            session, alice, campaign, post.pid, version=version(), frame_pid=frame(session, campaign, 3)
        )
    with pytest.raises(Conflict, match="already"):
        service.add_following(
            session, alice, campaign, post.pid, version=version(), frame_pid=frame(session, campaign, 1)
        )
    service.step_following(
        session,
        alice,
        campaign,
        post.pid,
        version=version(),
        frame_pid=frame(session, campaign, 4),
        direction="up",
    )
    assert followers(session, post) == ["2.1", "4.1", "3.1"]
    service.drop_following(
        session, alice, campaign, post.pid, version=version(), frame_pid=frame(session, campaign, 2)
    )
    assert followers(session, post) == ["4.1", "3.1"]
    with pytest.raises(NotFound):
        service.drop_following(
            session, alice, campaign, post.pid, version=version(), frame_pid=frame(session, campaign, 2)
        )
    undo(session, alice, campaign)
    undo(session, alice, campaign)
    assert followers(session, post) == ["2.1", "3.1", "4.1"]


def test_a_removed_frame_leaves_the_posts_it_follows_in_and_comes_back(
    session: Session, alice: Actor, campaign: Campaign
) -> None:
    post = first(session, campaign)
    for day in (2, 3):
        service.add_following(
            session, alice, campaign, post.pid, version=post.version, frame_pid=frame(session, campaign, day)
        )
    board.remove_frame(session, alice, campaign, frame(session, campaign, 2))
    assert followers(session, post) == ["3.1"]
    undo(session, alice, campaign)
    assert followers(session, post) == ["2.1", "3.1"]


def test_a_removed_post_comes_back_with_its_stories_and_what_was_said(
    session: Session, alice: Actor, campaign: Campaign
) -> None:
    post = first(session, campaign)
    service.add_following(
        session, alice, campaign, post.pid, version=post.version, frame_pid=frame(session, campaign, 2)
    )
    post.approved_at, post.approved_by = clock.now(), alice.person_id
    session.add(
        PostWord(post_id=post.id, kind=WordKind.COMMENT, person_id=alice.person_id, text="Plus court")
    )
    session.flush()
    pid = post.pid
    service.remove_post(session, alice, campaign, pid)
    assert not session.exec(select(FollowingFrame)).all()
    assert not session.exec(select(PostWord)).all()
    undo(session, alice, campaign)
    again = service.get_post(session, campaign, pid)
    assert followers(session, again) == ["2.1"]
    assert [one.text for one in queries.words(session, again.id)] == ["Plus court"]
    assert (again.approved_by, again.state) == (alice.person_id, PostState.SCHEDULED)


@pytest.mark.parametrize(
    ("approval", "expected"),
    [
        (Approval.NONE, PostState.SCHEDULED),
        (Approval.TEAM, PostState.DRAFT),
        (Approval.BOTH, PostState.DRAFT),
    ],
)
def test_a_new_post_waits_where_the_campaign_asks_for_agreement(
    session: Session, alice: Actor, campaign: Campaign, approval: Approval, expected: PostState
) -> None:
    campaign.approval = approval
    made = service.add_post(
        session, alice, campaign, frame(session, campaign), at_time=time(18), influencer=None
    )
    assert made.state is expected


def test_undo_never_lets_out_what_nobody_agreed_to(
    session: Session, alice: Actor, campaign: Campaign
) -> None:
    post = first(session, campaign)
    pid = post.pid
    service.remove_post(session, alice, campaign, pid)
    campaign.approval = Approval.TEAM
    undo(session, alice, campaign)
    assert service.get_post(session, campaign, pid).state is PostState.DRAFT


def test_another_hour_frees_a_held_post_and_undo_holds_it_again(
    session: Session, alice: Actor, campaign: Campaign
) -> None:
    post = first(session, campaign)
    post.state, post.hold, post.hold_note = PostState.HELD, Hold.LATE, "3 h"
    session.flush()
    service.move_post(session, alice, campaign, post.pid, version=1, on=date(2027, 3, 9))
    assert (post.state, post.hold, post.hold_note) == (PostState.SCHEDULED, None, "")
    undo(session, alice, campaign)
    assert (post.state, post.hold, post.hold_note) == (PostState.HELD, Hold.LATE, "3 h")


@pytest.mark.usefixtures("square")
def test_a_channel_says_what_it_would_refuse(
    session: Session, alice: Actor, campaign: Campaign, account: ChannelAccount
) -> None:
    post = first(session, campaign)
    service.change_post(
        session,
        alice,
        campaign,
        post.pid,
        version=1,
        at_time=time(12, 30),
        influencer=None,
        on=date(2027, 3, 5),
        delivery=Delivery(account, text="Beaucoup trop de mots pour ce canal"),
    )
    (plan,) = [one for one in plans.plans(session, campaign) if one.post.pid == post.pid]
    assert plan.channel_name == "Square"
    assert [(flag.kind, flag.fault, flag.limit) for flag in plan.flags] == [(FlagKind.FAULT, "too_long", 20)]
    account.server = "https://wide.example"
    assert not plans.plans(session, campaign)[4].flags, "this server was heard to take more"
    account.state = AccountState.RECONNECT
    post.text = "Court"
    session.flush()
    (plan,) = [one for one in plans.plans(session, campaign) if one.post.pid == post.pid]
    assert [flag.kind for flag in plan.flags] == [FlagKind.RECONNECT]


@pytest.mark.usefixtures("square")
def test_a_story_is_looked_at_frame_by_frame(
    session: Session, alice: Actor, campaign: Campaign, account: ChannelAccount
) -> None:
    post = first(session, campaign)
    post.channel, post.account_id = account.channel, account.id
    service.add_following(
        session, alice, campaign, post.pid, version=1, frame_pid=frame(session, campaign, 2)
    )
    for one, words in zip(stories.frames(session, campaign.id)[::2], ("Un", "Deux"), strict=False):
        one.caption = words
    session.flush()
    plan = plans.plans(session, campaign)[0]
    assert [(piece.text, piece.shape) for piece in plans.pieces(plan, campaign)] == [
        ("Un", Shape.STORY),
        ("Deux", Shape.STORY),
    ]
    post.shape = Shape.POST
    (whole,) = plans.pieces(plan, campaign)
    assert (whole.text, whole.shape) == ("Un\n\nDeux", Shape.POST)
    assert plans.length(whole) == len("Un\n\nDeux") + sum(len(f"\n\n#{tag}") for tag in campaign.hashtags)


def test_a_label_is_missing_when_any_frame_lacks_it(
    session: Session, alice: Actor, campaign: Campaign
) -> None:
    maia = Influencer(
        organisation_id=campaign.organisation_id,
        campaign_id=campaign.id,
        name="Maïa",
        agreement=Agreement.PAID,
    )
    session.add(maia)
    session.flush()
    post = first(session, campaign)
    service.change_post(session, alice, campaign, post.pid, version=1, at_time=time(12, 30), influencer=maia)

    def kinds() -> list[FlagKind]:
        return [flag.kind for flag in plans.plans(session, campaign)[0].flags]

    assert kinds() == [FlagKind.LABEL]
    stories.frames(session, campaign.id)[0].label = "Partenariat rémunéré"
    assert kinds() == []
    service.add_following(
        session, alice, campaign, post.pid, version=post.version, frame_pid=frame(session, campaign, 2)
    )
    assert kinds() == [FlagKind.LABEL]
    maia.disclosure = "Partenariat rémunéré"
    assert kinds() == []


def test_a_night_that_loses_an_hour(session: Session, alice: Actor, campaign: Campaign) -> None:
    post = first(session, campaign)
    with clock.frozen(datetime(2027, 3, 1, tzinfo=UTC)):
        service.move_post(
            session, alice, campaign, post.pid, version=1, on=date(2027, 3, 28), at_time=time(2, 30)
        )
        plan = next(one for one in plans.plans(session, campaign) if one.post.pid == post.pid)
    assert [(flag.kind, flag.at) for flag in plan.flags] == [
        (FlagKind.GAP, time(3)),
        (FlagKind.OUTSIDE, None),
    ]


def test_plans_take_five_queries(session: Session, campaign: Campaign, alice: Actor, engine: Engine) -> None:
    for post in queries.of_campaign(session, campaign.id)[:3]:
        service.add_following(
            session, alice, campaign, post.pid, version=1, frame_pid=frame(session, campaign, 5, 1)
        )
    session.flush()
    session.refresh(campaign)
    seen: list[str] = []

    def note(_c: object, _cur: object, statement: str, *_: object) -> None:
        seen.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        assert len(plans.plans(session, campaign)) == 7
    finally:
        event.remove(engine, "before_cursor_execute", note)
    assert len(seen) <= 5
