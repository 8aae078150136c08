"""Whatever is done to the board, no frame is lost, positions are dense, and all of it can be undone."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import time, timedelta
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import Session

from app.campaigns.models import Campaign
from app.core import db
from app.core.errors import DomainError
from app.people.rules import Actor
from app.publishing import board
from app.publishing import queries as publishing
from app.publishing import service as posts
from app.publishing.models import Post
from app.stories import queries, service
from app.stories.models import FrameKind
from app.stories.service import DayText, FrameText
from tests import factories
from tests.stories import week

small = st.integers(0, 9)
ACTIONS = st.lists(
    st.tuples(
        st.sampled_from(
            [
                "add",
                "move",
                "remove",
                "step",
                "edit",
                "day",
                "post",
                "unpost",
                "hour",
                "shift",
                "follow",
                "undo",
            ]
        ),
        small,
        small,
        small,
    ),
    max_size=14,
)


@contextmanager
def fresh_week() -> Iterator[tuple[Session, Actor, Campaign]]:
    """A campaign of three days in a transaction that leaves no trace."""
    with db.open_session(write=True) as session:
        org = factories.organisation(session)
        actor = factories.member(session, org)
        campaign = factories.campaign(session, org, length=3)
        week.lay_week(session, actor, campaign)
        yield session, actor, campaign
        session.rollback()


def act(session: Session, actor: Actor, campaign: Campaign, action: tuple[str, int, int, int]) -> None:
    """One thing an organiser may do; what has no object does nothing."""
    name, a, b, c = action
    frames = queries.frames(session, campaign.id)
    days = queries.days(session, campaign.id)
    plans = publishing.of_campaign(session, campaign.id)
    day, hour = days[a % 3], time(b, c)
    if name == "add":
        service.add_frame(session, actor, campaign, day.pid, title=f"new {a}{b}{c}", position=b)
    elif name == "day":
        text = DayText(beat=f"beat {a}", headline=f"head {b}")
        service.edit_day(session, actor, campaign, day.pid, version=day.version, text=text)
    elif name == "undo":
        step = queries.last_step(session, campaign.id)
        if step:
            board.undo(session, actor, campaign, step.pid)
    elif plans and name in ("unpost", "hour", "shift", "follow"):
        plan = plans[a % len(plans)]
        if name == "unpost":
            posts.remove_post(session, actor, campaign, plan.pid)
        elif name == "shift":
            on = campaign.starts_on + timedelta(b - 3)
            posts.move_post(session, actor, campaign, plan.pid, version=plan.version, on=on)
        elif name == "follow":
            on_following(session, actor, campaign, plan, frames[b % len(frames)].pid, up=bool(c % 2))
        else:
            posts.change_post(
                session, actor, campaign, plan.pid, version=plan.version, at_time=hour, influencer=None
            )
    elif frames:
        on_frame(session, actor, campaign, frames[a % len(frames)].pid, action)


def on_following(
    session: Session, actor: Actor, campaign: Campaign, plan: Post, frame: str, *, up: bool
) -> None:
    """Let a frame follow; one that does already moves up or leaves."""
    about: dict[str, Any] = {"version": plan.version, "frame_pid": frame}
    after = publishing.following(session, [plan.id]).get(plan.id, [])
    if not any(one.pid == frame and one.id in after for one in queries.frames(session, campaign.id)):
        posts.add_following(session, actor, campaign, plan.pid, **about)
    elif up:
        posts.step_following(session, actor, campaign, plan.pid, direction="up", **about)
    else:
        posts.drop_following(session, actor, campaign, plan.pid, **about)


def on_frame(
    session: Session, actor: Actor, campaign: Campaign, pid: str, action: tuple[str, int, int, int]
) -> None:
    name, _, b, c = action
    if name == "move":
        board.move_frame(session, actor, campaign, pid, day_number=b % 3 + 1, position=c)
    elif name == "remove":
        board.remove_frame(session, actor, campaign, pid)
    elif name == "step":
        board.step_frame(session, actor, campaign, pid, "up" if b % 2 else "down")
    elif name == "edit":
        frame = service.get_frame(session, campaign, pid)
        text = FrameText(FrameKind.TEXT, title=f"title {b}", caption=f"caption {c}")
        service.edit_frame(session, actor, campaign, pid, version=frame.version, text=text)
    elif name == "post":
        posts.add_post(session, actor, campaign, pid, at_time=time(b, c), influencer=None)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck), database=None)
@given(actions=ACTIONS)
def test_no_frame_is_lost_and_everything_can_be_undone(
    engine: object, actions: list[tuple[str, int, int, int]]
) -> None:
    with fresh_week() as (session, actor, campaign):
        start = week.portrait(session, campaign)
        for action in actions:
            before = set(week.portrait(session, campaign)["frames"])
            try:
                act(session, actor, campaign, action)
            except DomainError:
                session.expire_all()
            after = set(week.portrait(session, campaign)["frames"])
            assert week.is_dense(session, campaign)
            if action[0] not in ("add", "remove", "undo"):
                assert after == before
        while (step := queries.last_step(session, campaign.id)) is not None:
            board.undo(session, actor, campaign, step.pid)
            assert week.is_dense(session, campaign)
        assert week.portrait(session, campaign) == start
