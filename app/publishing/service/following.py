"""The frames that follow a post's first, in order: a story in several parts, a gallery. Each change is a step."""

from sqlmodel import Session

from app.campaigns.models import Campaign
from app.core.errors import Conflict, NotFound
from app.core.i18n import mark
from app.people.rules import Actor
from app.publishing import queries, review
from app.publishing.models import Post
from app.publishing.service import images
from app.publishing.service.changing import frame_of, open_post
from app.stories import service as stories
from app.stories import steps
from app.stories.rules import Direction

MOST = 9
"""Frames after the first; ten in all is what the galleries of most platforms take."""


def add_following(
    session: Session, actor: Actor, campaign: Campaign, pid: str, *, version: int, frame_pid: str
) -> Post:
    """Let a frame of the campaign follow, last. Raises NotFound, Stale, Conflict (there already, or too many)."""
    post = open_post(session, actor, campaign, pid, version)
    frame = stories.get_frame(session, campaign, frame_pid)
    order = _order(session, post)
    if frame.id in (post.frame_id, *order):
        raise Conflict(mark("This post already shows that story."))
    if len(order) >= MOST:
        raise Conflict(mark("A post shows ten stories at most."))
    return _arranged(session, actor, campaign, post, [*order, frame.id])


def step_following(
    session: Session,
    actor: Actor,
    campaign: Campaign,
    pid: str,
    *,
    version: int,
    frame_pid: str,
    direction: Direction,
) -> Post:
    """Move a following frame one place up or down. Raises NotFound, Stale."""
    post = open_post(session, actor, campaign, pid, version)
    order = _order(session, post)
    frame_id = _following(session, campaign, frame_pid, order)
    place = order.index(frame_id)
    other = max(0, place - 1) if direction == "up" else min(len(order) - 1, place + 1)
    order[place], order[other] = order[other], order[place]
    return _arranged(session, actor, campaign, post, order)


def drop_following(
    session: Session, actor: Actor, campaign: Campaign, pid: str, *, version: int, frame_pid: str
) -> Post:
    """Let a frame no longer follow. Raises NotFound, Stale."""
    post = open_post(session, actor, campaign, pid, version)
    order = _order(session, post)
    frame_id = _following(session, campaign, frame_pid, order)
    return _arranged(session, actor, campaign, post, [one for one in order if one != frame_id])


def _order(session: Session, post: Post) -> list[int]:
    return list(queries.following(session, [post.id]).get(post.id, []))


def _following(session: Session, campaign: Campaign, frame_pid: str, order: list[int]) -> int:
    frame = stories.get_frame(session, campaign, frame_pid)
    if frame.id not in order:
        raise NotFound
    return frame.id


def _arranged(session: Session, actor: Actor, campaign: Campaign, post: Post, order: list[int]) -> Post:
    if order == _order(session, post):
        return post
    frame = frame_of(session, post)
    before = images.image(session, post, frame.pid)
    images.follow(session, post, order)
    post.version += 1
    session.add(post)
    review.reopen_if_changed(session, campaign, post, actor=actor)
    steps.record(
        session, actor, campaign.id, "post.changed", title=frame.title, before={"post": {post.pid: before}}
    )
    return post
