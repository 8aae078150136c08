"""Going on after a pause: each post that fell due meanwhile gets a person's word. Sends nothing by itself.

A pause changes no post: nothing is claimed while it lasts, and the brief says "do not post". What fell due is
sorted out when the campaign resumes; what nobody spoke of is held, never sent.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from sqlmodel import Session

from app.campaigns import service as campaigns
from app.campaigns.models import Campaign
from app.core import clock
from app.core.errors import Conflict
from app.core.i18n import mark
from app.people.rules import Actor, Permission
from app.publishing import queries, service
from app.publishing.models import Post
from app.publishing.queries import PlannedPost
from app.publishing.rules import HAND, Hold, PostState

FIRST_AFTER = timedelta(minutes=5)  # time to read the page again before anything goes out
APART = timedelta(minutes=15)


class Choice(StrEnum):
    """What becomes of a post that fell due during a pause."""

    SOON = "soon"  # as soon as the campaign goes on, one after the other
    AT = "at"  # at an instant somebody chose
    LEAVE = "leave"  # not at all


@dataclass(frozen=True)
class Decision:
    """One post's choice; `moment` is the local wall time for Choice.AT, else None."""

    choice: Choice
    moment: datetime | None = None


def fell_due(session: Session, campaign: Campaign) -> Sequence[PlannedPost]:
    """The planned posts whose hour came during the pause, in the order of the clock; none when not paused."""
    since, now = campaign.paused_at, clock.now()
    if since is None:
        return []
    return [
        one
        for one in queries.posts(session, campaign)
        if one.post.state is PostState.SCHEDULED and since <= one.post.due_at <= now
    ]


def resume(session: Session, actor: Actor, campaign: Campaign, decisions: Mapping[str, Decision]) -> None:
    """Go on: each post that fell due takes the hour somebody chose for it, or is left.

    What fell due after the page was read, or was not decided, is held by channel and stays late by hand.
    Raises Forbidden; Conflict, before anything is changed, when a chosen moment is past.
    """
    actor.require(Permission.PUBLISH)
    if campaign.paused_at is None:
        return
    posts = [one.post for one in fell_due(session, campaign)]
    walls = _walls(posts, decisions)
    for post in posts:
        decision = decisions.get(post.pid)
        if post.pid in walls:
            post.on_date, post.at_time = walls[post.pid].date(), walls[post.pid].time()
            service.set_due(post)
        elif decision is not None:
            post.state = PostState.MISSED
        elif post.channel != HAND:
            post.state, post.hold = PostState.HELD, Hold.PAUSE
        post.version += 1
        session.add(post)
    campaigns.resume(session, actor, campaign)


def _walls(posts: Sequence[Post], decisions: Mapping[str, Decision]) -> dict[str, datetime]:
    """The new local wall time of each post that goes out, by public id. Raises Conflict for one that is past."""
    now = clock.now()
    slot, walls = now + FIRST_AFTER, {}
    for post in posts:
        decision = decisions.get(post.pid)
        if decision is None or decision.choice is Choice.LEAVE:
            continue
        if decision.choice is Choice.SOON:
            walls[post.pid] = _wall(post, slot)
            slot += APART
        elif decision.moment is not None:
            if clock.resolve_wall(decision.moment.date(), decision.moment.time(), post.zone) <= now:
                raise Conflict(mark("Choose a moment to come for each post that goes out later."))
            walls[post.pid] = decision.moment
    return walls


def suggested(post: Post) -> datetime:
    """The local wall time offered for a post: the same hour on the first day where it is still to come."""
    zone = ZoneInfo(post.zone)
    local = clock.now().astimezone(zone)
    day = local.date() if local.time() < post.at_time else local.date() + timedelta(days=1)
    return datetime.combine(day, post.at_time)


def _wall(post: Post, instant: datetime) -> datetime:
    """An instant as the post's clock shows it, to the minute, never earlier."""
    local = instant.astimezone(ZoneInfo(post.zone))
    whole = local.replace(second=0, microsecond=0, tzinfo=None)
    return whole if whole == local.replace(tzinfo=None) else whole + timedelta(minutes=1)
