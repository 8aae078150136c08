"""Plan posts and note what became of them. Refuses to change what has been posted.

A post is published by hand: the carrier posts it and says so. Planning a post is a step of the storyboard
that can be undone; what the carrier said is not.
"""

from datetime import date, datetime, time
from typing import Any

from sqlmodel import Session

from app.campaigns.models import Campaign
from app.campaigns.rules import day_date
from app.core import clock
from app.core.errors import Conflict, NotFound
from app.core.i18n import mark
from app.influencers.models import Influencer
from app.people import audit
from app.people.rules import Actor
from app.publishing import queries, review
from app.publishing.models import Post
from app.publishing.rules import PostState
from app.stories import queries as stories_queries
from app.stories import service as stories
from app.stories import steps
from app.stories.models import Frame

PLAN_FIELDS = ("influencer_id", "on_date", "at_time", "zone", "channel")


class AlreadyPosted(Conflict):
    """What went out is history."""

    def __init__(self) -> None:
        super().__init__(mark("This has been posted. It stays as it was; plan another post instead."))


def get_post(session: Session, campaign: Campaign, pid: str) -> Post:
    """A post of the campaign. Raises NotFound."""
    found = queries.post(session, campaign.id, pid)
    if found is None:
        raise NotFound
    return found


def add_post(
    session: Session,
    actor: Actor,
    campaign: Campaign,
    frame_pid: str,
    *,
    at_time: time,
    influencer: Influencer | None,
) -> Post:
    """Plan a frame at a local hour of its day, carried by an influencer or (None) the organisation.

    Raises NotFound; Conflict when the same carrier already posts this frame at that hour.
    """
    stories.check_editable(actor, campaign)
    frame = stories.get_frame(session, campaign, frame_pid)
    carrier = _carrier(campaign, influencer)
    on = _date_of(session, campaign, frame)
    _check_alone(session, frame.id, "", (carrier, on, at_time))
    post = Post(
        campaign_id=campaign.id,
        frame_id=frame.id,
        influencer_id=carrier,
        on_date=on,
        at_time=at_time,
        zone=campaign.timezone,
        due_at=clock.now(),
        send_at=clock.now(),
    )
    set_due(post)
    review.on_planned(session, campaign, post)
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
) -> Post:
    """Change the hour or the carrier of a post; one that was declined is planned again.

    Raises NotFound, AlreadyPosted, Stale, Conflict (twice the same).
    """
    stories.check_editable(actor, campaign)
    post = get_post(session, campaign, pid)
    if post.version != version:
        raise stories.Stale(post.version)
    _check_not_posted(post)
    carrier = _carrier(campaign, influencer)
    if (post.at_time, post.influencer_id) == (at_time, carrier):
        return post
    _check_alone(session, post.frame_id, pid, (carrier, post.on_date, at_time))
    frame = _frame_of(session, post)
    before = image(post, frame.pid)
    post.at_time, post.influencer_id, post.zone = at_time, carrier, campaign.timezone
    _plan(post)
    set_due(post)
    session.add(post)
    review.reopen_if_changed(session, campaign, post, actor=actor)
    steps.record(
        session, actor, campaign.id, "post.changed", title=frame.title, before={"post": {post.pid: before}}
    )
    return post


def remove_post(session: Session, actor: Actor, campaign: Campaign, pid: str) -> None:
    """Take a post out of the plan. Raises NotFound, AlreadyPosted."""
    stories.check_editable(actor, campaign)
    post = get_post(session, campaign, pid)
    _check_not_posted(post)
    frame = _frame_of(session, post)
    before = image(post, frame.pid)
    review.forget(session, [post])
    session.delete(post)
    session.flush()
    steps.record(
        session, actor, campaign.id, "post.removed", title=frame.title, before={"post": {pid: before}}
    )


def mark_posted(
    session: Session, post: Post, *, by: Actor | str, proof_url: str = "", at: datetime | None = None
) -> None:
    """Note that a post went out, with a link that proves it. Said again, it keeps the first instant.

    `by` is the member who says so, or the name of the influencer.
    """
    if post.state is not PostState.SENT:
        post.posted_at = at or clock.now()
        _note(session, post, "post.posted", by)
    post.state = PostState.SENT
    post.declined_at, post.declined_reason = None, ""
    post.proof_url = proof_url or post.proof_url
    post.version += 1
    session.add(post)


def decline(session: Session, post: Post, *, by: Actor | str, reason: str) -> None:
    """Note that the carrier cannot make a post, and why. Raises AlreadyPosted."""
    _check_not_posted(post)
    post.state = PostState.DECLINED
    post.declined_at, post.declined_reason = clock.now(), reason
    post.version += 1
    session.add(post)
    _note(session, post, "post.declined", by)


def plan_again(session: Session, post: Post, *, by: Actor | str) -> None:
    """Take back "posted" or "cannot": the post is planned again at its hour, as far as its approval goes."""
    if post.state not in (PostState.SENT, PostState.DECLINED):
        return
    _plan(post)
    session.add(post)
    review.reopen_if_changed(session, session.get_one(Campaign, post.campaign_id), post)
    _note(session, post, "post.planned_again", by)


def set_due(post: Post) -> None:
    """Derive the instants from the wall time and the zone."""
    post.due_at = post.send_at = clock.resolve_wall(post.on_date, post.at_time, post.zone)
    post.zone_rules = clock.zone_rules()


def image(post: Post, frame_pid: str) -> dict[str, Any]:
    """The plan of a post as JSON, to be put back by `board.undo`."""
    fields = {name: getattr(post, name) for name in PLAN_FIELDS}
    return {
        **fields,
        "on_date": post.on_date.isoformat(),
        "at_time": post.at_time.isoformat(),
        "state": post.state.value,
        "declined_at": post.declined_at.isoformat() if post.declined_at else None,
        "declined_reason": post.declined_reason,
        "frame": frame_pid,
    }


def _plan(post: Post) -> None:
    post.state = PostState.SCHEDULED
    post.posted_at, post.proof_url = None, ""
    post.declined_at, post.declined_reason = None, ""
    post.version += 1


def _carrier(campaign: Campaign, influencer: Influencer | None) -> int | None:
    if influencer is not None and influencer.campaign_id != campaign.id:
        raise NotFound
    return influencer.id if influencer else None


def _date_of(session: Session, campaign: Campaign, frame: Frame) -> date:
    number = next(one.number for one in stories_queries.days(session, campaign.id) if one.id == frame.day_id)
    return day_date(campaign.starts_on, number)


def _frame_of(session: Session, post: Post) -> Frame:
    return stories_queries.frames_by_id(session, [post.frame_id])[post.frame_id]


def _check_not_posted(post: Post) -> None:
    if post.state is PostState.SENT:
        raise AlreadyPosted


def _check_alone(session: Session, frame_id: int, pid: str, plan: tuple[int | None, date, time]) -> None:
    """Raises Conflict when another post of the frame has the same carrier, date and hour."""
    for other in queries.of_frame(session, frame_id):
        if other.pid != pid and (other.influencer_id, other.on_date, other.at_time) == plan:
            raise Conflict(mark("This story already has a post at this hour by the same carrier."))


def _note(session: Session, post: Post, action: str, by: Actor | str) -> None:
    """In the audit log: who said so, member or influencer."""
    frame = _frame_of(session, post)
    actor = by if isinstance(by, Actor) else None
    organisation = _organisation_of(session, post)
    who = {} if actor else {"by": str(by)}
    audit.record(
        session,
        actor,
        action,
        subject=frame.title,
        subject_pid=post.pid,
        organisation_id=organisation,
        **who,
    )


def _organisation_of(session: Session, post: Post) -> int:
    campaign = session.get_one(Campaign, post.campaign_id)
    return campaign.organisation_id
