"""What concerns frames and posts at once: removing, moving, undoing. Refuses to rewrite what went out."""

from datetime import date, datetime, time
from typing import Any

from sqlmodel import Session

from app.campaigns.models import Campaign
from app.campaigns.rules import day_date
from app.core.errors import Conflict, NotFound
from app.core.i18n import mark
from app.influencers import queries as influencers
from app.media.models import Media
from app.people import audit
from app.people.rules import Actor
from app.publishing import queries, review, service
from app.publishing.models import Post
from app.publishing.rules import PostState
from app.stories import queries as stories_queries
from app.stories import service as stories
from app.stories import steps
from app.stories.models import Edit, Frame
from app.stories.rules import Direction
from app.stories.service import FrameText
from app.stories.steps import CannotUndo, Images


def edit_frame(
    session: Session, actor: Actor, campaign: Campaign, pid: str, *, version: int, text: FrameText
) -> Frame:
    """Change the words of a frame; its posts that were approved wait for approval again.

    Raises NotFound, stories.Stale.
    """
    frame = stories.edit_frame(session, actor, campaign, pid, version=version, text=text)
    review.reopen_changed(session, campaign, queries.carrying(session, frame.id), actor=actor)
    return frame


def set_media(session: Session, actor: Actor, campaign: Campaign, pid: str, *, media: Media | None) -> Frame:
    """Give a frame its picture or take it away; its posts that were approved wait for approval again.

    Raises NotFound.
    """
    frame = stories.set_media(session, actor, campaign, pid, media=media)
    review.reopen_changed(session, campaign, queries.carrying(session, frame.id), actor=actor)
    return frame


def remove_frame(session: Session, actor: Actor, campaign: Campaign, pid: str) -> Edit:
    """Take a frame out with its posts; one step brings all of it back.

    Raises NotFound; Conflict when the frame has been posted: what followers saw stays on record.
    """
    stories.check_editable(actor, campaign)
    frame = stories.get_frame(session, campaign, pid)
    posts = queries.of_frame(session, frame.id)
    if any(post.state is PostState.SENT for post in posts):
        raise Conflict(mark("This story has been posted: it stays on record and cannot be removed."))
    images: Images = {"post": {post.pid: service.image(post, pid) for post in posts}}
    review.forget(session, posts)
    for post in posts:
        session.delete(post)
    session.flush()
    audit.record(session, actor, "frame.removed", subject=frame.title, subject_pid=pid)
    return stories.remove_frame(session, actor, campaign, pid, also=images)


def move_frame(
    session: Session,
    actor: Actor,
    campaign: Campaign,
    pid: str,
    *,
    day_number: int,
    position: int | None = None,
) -> Frame:
    """Put a frame into a day, last or at a position counted from 0; its planned posts follow to that date.

    What was posted keeps the date on which it was. Raises NotFound.
    """
    stories.check_editable(actor, campaign)
    frame = stories.get_frame(session, campaign, pid)
    day = stories_queries.day(session, campaign.id, day_number)
    if day is None:
        raise NotFound
    images: Images = {}
    if frame.day_id != day.id:
        images = {"post": _redated(session, frame, day_date(campaign.starts_on, day_number))}
        review.reopen_changed(session, campaign, queries.of_frame(session, frame.id), actor=actor)
    return stories.move_frame(session, actor, campaign, pid, day=day, position=position, also=images)


def step_frame(session: Session, actor: Actor, campaign: Campaign, pid: str, direction: Direction) -> Frame:
    """Move a frame one place up or down within its day; its posts keep their hours."""
    return stories.step_frame(session, actor, campaign, pid, direction)


def undo(session: Session, actor: Actor, campaign: Campaign, pid: str) -> Edit:
    """Undo the last step, named by `pid` so that nobody undoes what they have not seen.

    Raises Changed when another step came in between, CannotUndo when it no longer fits or went out since.
    """
    stories.check_editable(actor, campaign)
    edit = steps.take_back(session, campaign.id, pid)
    images: dict[str, dict[str, Any] | None] = edit.before.get("post", {})
    present = {post.pid: post for post in queries.of_campaign(session, campaign.id)}
    _check_not_out(session, campaign, edit, present)
    added = [present[post_pid] for post_pid, image in images.items() if image is None and post_pid in present]
    review.forget(session, added)
    for post in added:
        session.delete(post)
    session.flush()
    steps.restore(session, campaign.id, edit.before)
    _put_back(session, campaign, edit, present)
    review.reopen_changed(session, campaign, queries.of_campaign(session, campaign.id), actor=actor)
    return edit


def realign(session: Session, campaign: Campaign) -> int:
    """Give each planned post the date and zone of its day, after the campaign's own have changed.

    Returns how many posts moved. The steps before no longer fit and are forgotten.
    """
    days = {day.id: day.number for day in stories_queries.days(session, campaign.id)}
    frames = {frame.id: frame for frame in stories_queries.frames(session, campaign.id)}
    moved = 0
    for post in queries.of_campaign(session, campaign.id):
        on = day_date(campaign.starts_on, days[frames[post.frame_id].day_id])
        if post.state is not PostState.SENT and (post.on_date, post.zone) != (on, campaign.timezone):
            post.on_date, post.zone = on, campaign.timezone
            service.set_due(post)
            post.version += 1
            session.add(post)
            moved += 1
    review.reopen_changed(session, campaign, queries.of_campaign(session, campaign.id))
    steps.forget(session, campaign.id)
    return moved


def _redated(session: Session, frame: Frame, on: date) -> dict[str, dict[str, Any] | None]:
    """Move the posts of a frame that have not gone out; returns how they were."""
    images: dict[str, dict[str, Any] | None] = {}
    for post in queries.of_frame(session, frame.id):
        if post.state is PostState.SENT:
            continue
        images[post.pid] = service.image(post, frame.pid)
        post.on_date = on
        service.set_due(post)
        post.version += 1
        session.add(post)
    return images


def _check_not_out(session: Session, campaign: Campaign, edit: Edit, present: dict[str, Post]) -> None:
    """A step cannot be undone once what it planned has been posted."""
    planned = edit.before.get("post", {})
    if any(pid in present and present[pid].state is PostState.SENT for pid in planned):
        raise service.AlreadyPosted
    for pid, image in edit.before.get("frame", {}).items():
        if image is None:
            frame = stories_queries.frame(session, campaign.id, pid)
            if frame is not None and any(post.frame_id == frame.id for post in present.values()):
                raise CannotUndo


def _put_back(session: Session, campaign: Campaign, edit: Edit, present: dict[str, Post]) -> None:
    """The posts of a step as they were; one whose influencer has left goes to the organisation."""
    images: dict[str, dict[str, Any] | None] = edit.before.get("post", {})
    if not any(images.values()):
        return
    frames = {frame.pid: frame.id for frame in stories_queries.frames(session, campaign.id)}
    known = {person.id for person in influencers.of_campaign(session, campaign)}
    for pid, image in images.items():
        if image is None:
            continue
        if image["frame"] not in frames:
            raise CannotUndo
        post = present.get(pid) or Post(
            pid=pid,
            campaign_id=campaign.id,
            frame_id=0,
            on_date=campaign.starts_on,
            at_time=time(),
            zone=campaign.timezone,
            due_at=campaign.created_at,
            send_at=campaign.created_at,
        )
        post.frame_id = frames[image["frame"]]
        post.influencer_id = image["influencer_id"] if image["influencer_id"] in known else None
        _apply(post, image, since=edit.at)
        session.add(post)
    session.flush()


def _apply(post: Post, image: dict[str, Any], *, since: datetime) -> None:
    post.on_date = date.fromisoformat(image["on_date"])
    post.at_time = time.fromisoformat(image["at_time"])
    post.zone, post.channel = image["zone"], image["channel"]
    post.version += 1
    service.set_due(post)
    if post.declined_at is not None and post.declined_at >= since:
        return  # what the carrier has said since is theirs, not ours to undo
    post.state = PostState(image["state"])
    post.declined_reason = image["declined_reason"]
    post.declined_at = datetime.fromisoformat(image["declined_at"]) if image["declined_at"] else None
