"""Plan posts: when, by whom, on which channel and in what words. Refuses to change what has been posted.

Planning a post is a step of the storyboard that can be undone; what the carrier or a platform said is not.
"""

from dataclasses import dataclass
from datetime import date, time
from typing import Any

from sqlmodel import Session

from app.accounts.models import ChannelAccount
from app.campaigns.models import Campaign
from app.campaigns.rules import day_date
from app.channels.base import Shape
from app.core import clock
from app.core.errors import Conflict, NotFound
from app.core.i18n import mark
from app.influencers.models import Influencer
from app.people.rules import Actor
from app.publishing import queries, review, rules
from app.publishing.models import Post
from app.publishing.rules import HAND, Late, PostState
from app.publishing.service import images
from app.publishing.service.changing import (
    check_changeable,
    frame_of,
    get_post,
    open_post,
    reset,
    set_due,
)
from app.stories import queries as stories_queries
from app.stories import service as stories
from app.stories import steps
from app.stories.models import Frame


@dataclass(frozen=True)
class Delivery:
    """How a post leaves: by hand (no account) or from an account, in which shape and words, and how late."""

    account: ChannelAccount | None = None
    shape: Shape = Shape.STORY
    text: str = ""
    late: Late = Late.SEND
    late_minutes: int = 60


BY_HAND = Delivery()

# What makes two posts of a frame the same post twice.
_PLACE = ("influencer_id", "channel", "account_id", "on_date", "at_time")


def add_post(
    session: Session,
    actor: Actor,
    campaign: Campaign,
    frame_pid: str,
    *,
    at_time: time,
    influencer: Influencer | None,
    on: date | None = None,
    delivery: Delivery = BY_HAND,
) -> Post:
    """Plan a frame at a local hour, of its day unless `on` says another, carried by an influencer or (None)
    the organisation.

    Raises NotFound; Conflict when the same carrier already posts this frame there at that hour.
    """
    stories.check_editable(actor, campaign)
    frame = stories.get_frame(session, campaign, frame_pid)
    values = {
        "on_date": on or _date_of(session, campaign, frame),
        "at_time": at_time,
        "zone": campaign.timezone,
        "influencer_id": _carrier(campaign, influencer),
        **_delivered(campaign, delivery),
    }
    _check_alone(session, frame.id, "", values)
    post = Post(campaign_id=campaign.id, frame_id=frame.id, due_at=clock.now(), send_at=clock.now(), **values)
    post.state = first_state(campaign, post)
    set_due(post)
    session.add(post)
    session.flush()
    steps.record(
        session, actor, campaign.id, "post.added", title=frame.title, before={"post": {post.pid: None}}
    )
    return post


def change_post(
    session: Session,
    actor: Actor,
    campaign: Campaign,
    pid: str,
    *,
    version: int,
    at_time: time,
    influencer: Influencer | None,
    on: date | None = None,
    delivery: Delivery | None = None,
) -> Post:
    """Change when, by whom and how a post goes out; one that was declined, held or missed is planned again.

    Without `on` it keeps its day, without `delivery` its channel and words.
    Raises NotFound, Stale, AlreadyPosted, OnItsWay, Undecided, Conflict (twice the same).
    """
    post = open_post(session, actor, campaign, pid, version)
    values = {
        "on_date": on or post.on_date,
        "at_time": at_time,
        "influencer_id": _carrier(campaign, influencer),
        **(_delivered(campaign, delivery) if delivery is not None else {}),
    }
    return _change(session, actor, campaign, post, values, "post.changed")


def move_post(
    session: Session,
    actor: Actor,
    campaign: Campaign,
    pid: str,
    *,
    version: int,
    on: date,
    at_time: time | None = None,
) -> Post:
    """Give a post another day, and another hour if one is given; the rest stays.

    Raises as `change_post` does.
    """
    post = open_post(session, actor, campaign, pid, version)
    values = {"on_date": on, "at_time": at_time or post.at_time}
    return _change(session, actor, campaign, post, values, "post.moved")


def remove_post(session: Session, actor: Actor, campaign: Campaign, pid: str) -> None:
    """Take a post out of the plan. Raises NotFound, AlreadyPosted, OnItsWay, Undecided; Conflict once tried."""
    stories.check_editable(actor, campaign)
    post = get_post(session, campaign, pid, locked=True)
    check_removable(session, post)
    frame = frame_of(session, post)
    before = images.image(session, post, frame.pid, whole=True)
    session.delete(post)
    session.flush()
    steps.record(
        session, actor, campaign.id, "post.removed", title=frame.title, before={"post": {pid: before}}
    )


def check_removable(session: Session, post: Post) -> None:
    """Raises what `check_changeable` does, and Conflict when a platform was asked: its answers stay on record."""
    check_changeable(session, post)
    if queries.attempts(session, post.id):
        raise Conflict(
            mark("A platform was asked to publish this post: it stays on record. Hold it instead.")
        )


def first_state(campaign: Campaign, post: Post) -> PostState:
    """The state of a post that has just been planned: the one place that says so."""
    return rules.planned_state(
        campaign.approval, approved=False, agreed=False, by_influencer=post.influencer_id is not None
    )


def _change(
    session: Session, actor: Actor, campaign: Campaign, post: Post, values: dict[str, Any], label: str
) -> Post:
    """Put a changed plan in place: instants, state, step. Nothing happens when nothing changes."""
    values = {"zone": campaign.timezone, **values}
    if all(getattr(post, name) == value for name, value in values.items()):
        return post
    _check_alone(session, post.frame_id, post.pid, {name: getattr(post, name) for name in _PLACE} | values)
    frame = frame_of(session, post)
    before = images.image(session, post, frame.pid)
    for name, value in values.items():
        setattr(post, name, value)
    set_due(post)
    _plan_anew(post)
    session.add(post)
    review.reopen_if_changed(session, campaign, post, actor=actor)
    steps.record(session, actor, campaign.id, label, title=frame.title, before={"post": {post.pid: before}})
    return post


def _plan_anew(post: Post) -> None:
    """What waits for agreement goes on waiting; what had failed, been held or declined starts afresh."""
    waiting = post.state in (PostState.DRAFT, PostState.IN_REVIEW, PostState.SCHEDULED)
    if waiting or (post.state is PostState.APPROVED and post.due_at <= clock.now()):
        post.tries = 0
        post.version += 1
    else:
        reset(post)


def _delivered(campaign: Campaign, delivery: Delivery) -> dict[str, Any]:
    account = delivery.account
    if account is not None and account.organisation_id != campaign.organisation_id:
        raise NotFound
    return {
        "channel": account.channel if account is not None else HAND,
        "account_id": account.id if account is not None else None,
        "shape": delivery.shape,
        "text": delivery.text,
        "late": delivery.late,
        "late_minutes": delivery.late_minutes,
    }


def _carrier(campaign: Campaign, influencer: Influencer | None) -> int | None:
    if influencer is not None and influencer.campaign_id != campaign.id:
        raise NotFound
    return influencer.id if influencer else None


def _date_of(session: Session, campaign: Campaign, frame: Frame) -> date:
    number = next(one.number for one in stories_queries.days(session, campaign.id) if one.id == frame.day_id)
    return day_date(campaign.starts_on, number)


def _check_alone(session: Session, frame_id: int, pid: str, values: dict[str, Any]) -> None:
    """Raises Conflict when another post of the frame has the same carrier, channel, date and hour."""
    wanted = [values[name] for name in _PLACE]
    for other in queries.of_frame(session, frame_id):
        if other.pid != pid and [getattr(other, name) for name in _PLACE] == wanted:
            raise Conflict(mark("This story already has a post at this hour by the same carrier."))
