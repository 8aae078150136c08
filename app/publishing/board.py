"""What concerns frames and posts at once: removing, moving, undoing. Refuses to rewrite what went out."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlmodel import Session

from app.campaigns.models import Campaign
from app.core.errors import Conflict, NotFound
from app.core.i18n import mark
from app.influencers import queries as influencers
from app.media.models import Media
from app.people import audit
from app.people.rules import Actor
from app.publishing import queries, review, service
from app.publishing.models import Post
from app.publishing.rules import ON_ITS_WAY, OUT, PostState
from app.publishing.service.images import follow
from app.stories import queries as stories_queries
from app.stories import service as stories
from app.stories import steps
from app.stories.models import Edit, Frame
from app.stories.rules import Direction
from app.stories.service import FrameText
from app.stories.steps import CannotUndo, Images

_STAYS = OUT | ON_ITS_WAY | {PostState.UNCONFIRMED}
"""States in which a post keeps the date on which it was, or may have been, published."""


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
    queries.lock(session, campaign.id)
    frame = stories.get_frame(session, campaign, pid)
    posts, carried = queries.of_frame(session, frame.id), queries.followed_by(session, frame.id)
    for post in (*posts, *carried):
        _check_frame_free(session, post)
    images: Images = {"post": {post.pid: service.image(session, post, pid, whole=True) for post in posts}}
    for post in posts:
        session.delete(post)
    session.flush()
    images["post"] |= _unfollowed(session, carried, frame)
    review.reopen_changed(session, campaign, carried, actor=actor)
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
    queries.lock(session, campaign.id)
    frame = stories.get_frame(session, campaign, pid)
    day = stories_queries.day(session, campaign.id, day_number)
    if day is None:
        raise NotFound
    images: Images = {}
    if frame.day_id != day.id:
        numbers = {one.id: one.number for one in stories_queries.days(session, campaign.id)}
        images = {"post": _shifted(session, frame, timedelta(day_number - numbers[frame.day_id]))}
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
    queries.lock(session, campaign.id)
    edit = steps.take_back(session, campaign.id, pid)
    images: dict[str, dict[str, Any] | None] = edit.before.get("post", {})
    present = {post.pid: post for post in queries.of_campaign(session, campaign.id)}
    _check_not_out(session, campaign, edit, present)
    for post_pid, image in images.items():
        if image is None and post_pid in present:
            session.delete(present[post_pid])
    session.flush()
    steps.restore(session, campaign.id, edit.before)
    _put_back(session, campaign, edit, present)
    review.reopen_changed(session, campaign, queries.of_campaign(session, campaign.id), actor=actor)
    return edit


def realign(session: Session, campaign: Campaign, *, moved_by: timedelta = timedelta(0)) -> int:
    """Move each post that has not gone out by as many days as the campaign, into its zone.

    Returns how many posts moved. The steps before no longer fit and are forgotten.
    """
    queries.lock(session, campaign.id)
    moved = 0
    for post in queries.of_campaign(session, campaign.id):
        on = post.on_date + moved_by
        if post.state in _STAYS or (post.on_date, post.zone) == (on, campaign.timezone):
            continue
        post.on_date, post.zone = on, campaign.timezone
        service.set_due(post)
        post.version += 1
        session.add(post)
        moved += 1
    review.reopen_changed(session, campaign, queries.of_campaign(session, campaign.id))
    steps.forget(session, campaign.id)
    return moved


def _shifted(session: Session, frame: Frame, by: timedelta) -> dict[str, dict[str, Any] | None]:
    """Move the posts of a frame that have not gone out by some days; returns how they were."""
    images: dict[str, dict[str, Any] | None] = {}
    for post in queries.of_frame(session, frame.id):
        if post.state in _STAYS:
            continue
        images[post.pid] = service.image(session, post, frame.pid)
        post.on_date += by
        service.set_due(post)
        post.version += 1
        session.add(post)
    return images


def _unfollowed(session: Session, posts: Sequence[Post], frame: Frame) -> dict[str, dict[str, Any] | None]:
    """Take a frame out of the posts it follows in; returns how they were."""
    after = queries.following(session, [post.id for post in posts])
    firsts = stories_queries.frames_by_id(session, [post.frame_id for post in posts])
    images: dict[str, dict[str, Any] | None] = {}
    for post in posts:
        images[post.pid] = service.image(session, post, firsts[post.frame_id].pid)
        follow(session, post, [one for one in after[post.id] if one != frame.id])
        post.version += 1
        session.add(post)
    return images


def _check_frame_free(session: Session, post: Post) -> None:
    """Raises Conflict when followers saw the frame in this post, or may have."""
    if post.state in _STAYS or queries.attempts(session, post.id):
        raise Conflict(mark("This story has been posted: it stays on record and cannot be removed."))


def _check_not_out(session: Session, campaign: Campaign, edit: Edit, present: dict[str, Post]) -> None:
    """A step cannot be undone once what it planned is on its way or has been posted."""
    planned: dict[str, dict[str, Any] | None] = edit.before.get("post", {})
    for pid, image in planned.items():
        if pid in present:
            service.check_changeable(session, present[pid])
            if image is None:
                service.check_removable(session, present[pid])
    for pid, image in edit.before.get("frame", {}).items():
        if image is None:
            frame = stories_queries.frame(session, campaign.id, pid)
            if frame is not None and _is_carried(session, frame, present):
                raise CannotUndo


def _is_carried(session: Session, frame: Frame, present: dict[str, Post]) -> bool:
    first = any(post.frame_id == frame.id for post in present.values())
    return first or bool(queries.followed_by(session, frame.id))


def _put_back(session: Session, campaign: Campaign, edit: Edit, present: dict[str, Post]) -> None:
    """The posts of a step as they were."""
    images: dict[str, dict[str, Any] | None] = edit.before.get("post", {})
    if not any(images.values()):
        return
    frames = {frame.pid: frame.id for frame in stories_queries.frames(session, campaign.id)}
    people = {person.id for person in influencers.of_campaign(session, campaign)}
    for pid, image in images.items():
        if image is not None:
            service.put_back(
                session, campaign, present.get(pid), pid, image, frames=frames, people=people, since=edit.at
            )
