"""Edit the storyboard: each change is one step that can be undone. Refuses to overwrite unseen changes.

Removing, moving and undoing also concern posts: call them through `publishing.board`, which knows both.
"""

from dataclasses import dataclass
from typing import Any

from sqlmodel import Session

from app.campaigns.models import Campaign
from app.campaigns.rules import State
from app.core import clock
from app.core.errors import Conflict, NotFound
from app.core.i18n import mark
from app.media.models import Media, MediaKind
from app.people.rules import Actor, Permission
from app.stories import queries, rules, steps
from app.stories.models import Day, Edit, Frame, FrameKind
from app.stories.rules import Direction
from app.stories.steps import Images


class Stale(Conflict):
    """The row was changed by someone since the form was opened; `version` is its present one."""

    def __init__(self, version: int) -> None:
        super().__init__(
            mark("Someone changed this meanwhile. What you typed is kept: save again to put it in its place.")
        )
        self.version = version


@dataclass(frozen=True)
class FrameText:
    """What is written on and about a frame."""

    kind: FrameKind
    title: str = ""
    caption: str = ""
    alt_text: str = ""
    sticker: str = ""
    link_url: str = ""
    label: str = ""


@dataclass(frozen=True)
class DayText:
    """What is written about a day."""

    beat: str = ""
    headline: str = ""
    lead: str = ""


def check_editable(actor: Actor, campaign: Campaign) -> None:
    """Raises Forbidden by role, Conflict once the campaign is closed."""
    actor.require(Permission.EDIT)
    if campaign.state is State.CLOSED:
        raise Conflict(mark("This campaign is closed: its week can be read, no longer changed."))


def get_frame(session: Session, campaign: Campaign, pid: str) -> Frame:
    """A frame of the campaign. Raises NotFound."""
    found = queries.frame(session, campaign.id, pid)
    if found is None:
        raise NotFound
    return found


def get_day(session: Session, campaign: Campaign, pid: str) -> Day:
    """A day of the campaign by its public id. Raises NotFound."""
    found = queries.day_by_pid(session, campaign.id, pid)
    if found is None:
        raise NotFound
    return found


def edit_day(
    session: Session, actor: Actor, campaign: Campaign, pid: str, *, version: int, text: DayText
) -> Day:
    """Change the words of a day. Raises NotFound, Stale."""
    check_editable(actor, campaign)
    day = get_day(session, campaign, pid)
    _check_version(day, version)
    before = _changed(day, vars(text))
    if before:
        day.version += 1
        session.add(day)
        steps.record(
            session, actor, campaign.id, "day.edited", title=day.beat, before={"day": {day.pid: before}}
        )
    return day


def add_frame(
    session: Session,
    actor: Actor,
    campaign: Campaign,
    day_pid: str,
    *,
    title: str = "",
    position: int | None = None,
    text: FrameText | None = None,
) -> Frame:
    """Add a frame of words, empty unless `text` fills it, last or at a position counted from 0. Raises NotFound."""
    check_editable(actor, campaign)
    day = get_day(session, campaign, day_pid)
    words = vars(text or FrameText(FrameKind.TEXT, title=title))
    frame = Frame(campaign_id=campaign.id, day_id=day.id, position=0, **words)
    others = list(queries.frames_of_day(session, day.id))
    before: Images = {
        "frame": {frame.pid: None} | {one.pid: steps.place_image(one, day.pid) for one in others}
    }
    session.add(frame)
    _arrange(session, [*others, frame], rules.inserted([one.pid for one in others], frame.pid, position))
    steps.record(session, actor, campaign.id, "frame.added", title=frame.title, before=before)
    return frame


def edit_frame(
    session: Session, actor: Actor, campaign: Campaign, pid: str, *, version: int, text: FrameText
) -> Frame:
    """Change the words of a frame; a frame of words lets go of its picture. Raises NotFound, Stale."""
    check_editable(actor, campaign)
    frame = get_frame(session, campaign, pid)
    _check_version(frame, version)
    fields: dict[str, Any] = dict(vars(text))
    if text.kind is FrameKind.TEXT:
        fields["media_id"] = None
    elif frame.media_id is not None:
        fields["kind"] = frame.kind  # a picture stays a picture whatever the form says
    _edit(session, actor, campaign, frame, fields, "frame.edited")
    return frame


def set_media(session: Session, actor: Actor, campaign: Campaign, pid: str, *, media: Media | None) -> Frame:
    """Give a frame its picture or video, or take it away. The old description of another picture is dropped.

    Raises NotFound, also when the medium belongs to another organisation.
    """
    check_editable(actor, campaign)
    frame = get_frame(session, campaign, pid)
    if media is not None and media.organisation_id != campaign.organisation_id:
        raise NotFound
    fields: dict[str, Any] = {"media_id": media.id if media else None}
    if media is not None:
        fields["kind"] = FrameKind.VIDEO if media.kind is MediaKind.VIDEO else FrameKind.IMAGE
    if frame.media_id is not None:
        fields["alt_text"] = ""
    _edit(session, actor, campaign, frame, fields, "frame.media")
    return frame


def move_frame(
    session: Session,
    actor: Actor,
    campaign: Campaign,
    pid: str,
    *,
    day: Day,
    position: int | None = None,
    also: Images | None = None,
) -> Frame:
    """Put a frame into a day, last or at a position counted from 0. `also`: what rooms above changed."""
    check_editable(actor, campaign)
    frame = get_frame(session, campaign, pid)
    here = next(one for one in queries.days(session, campaign.id) if one.id == frame.day_id)
    left = list(queries.frames_of_day(session, here.id))
    there = left if day.id == here.id else list(queries.frames_of_day(session, day.id))
    images = {one.pid: steps.place_image(one, here.pid) for one in left}
    if day.id != here.id:
        images |= {one.pid: steps.place_image(one, day.pid) for one in there}
    order = rules.inserted([one.pid for one in there], pid, position)
    if day.id == here.id and order == [one.pid for one in left]:
        return frame
    if day.id != here.id:
        _arrange(session, left, rules.without([one.pid for one in left], pid))
        frame.day_id = day.id
        there.append(frame)
    _arrange(session, there, order)
    frame.version += 1
    before: Images = {"frame": dict(images), **(also or {})}
    steps.record(session, actor, campaign.id, "frame.moved", title=frame.title, before=before)
    return frame


def step_frame(session: Session, actor: Actor, campaign: Campaign, pid: str, direction: Direction) -> Frame:
    """Move a frame one place up or down within its day."""
    frame = get_frame(session, campaign, pid)
    order = [one.pid for one in queries.frames_of_day(session, frame.day_id)]
    day = next(one for one in queries.days(session, campaign.id) if one.id == frame.day_id)
    return move_frame(session, actor, campaign, pid, day=day, position=rules.stepped(order, pid, direction))


def remove_frame(
    session: Session, actor: Actor, campaign: Campaign, pid: str, *, also: Images | None = None
) -> Edit:
    """Take a frame out. Its posts must have left before: `publishing.board.remove_frame` sees to it."""
    check_editable(actor, campaign)
    frame = get_frame(session, campaign, pid)
    day = next(one for one in queries.days(session, campaign.id) if one.id == frame.day_id)
    others = [one for one in queries.frames_of_day(session, day.id) if one.pid != pid]
    images = {one.pid: steps.place_image(one, day.pid) for one in others}
    before: Images = {"frame": {**images, pid: steps.frame_image(frame, day.pid)}, **(also or {})}
    session.delete(frame)
    _arrange(session, others, [one.pid for one in others])
    return steps.record(session, actor, campaign.id, "frame.removed", title=frame.title, before=before)


def _edit(
    session: Session, actor: Actor, campaign: Campaign, frame: Frame, fields: dict[str, Any], label: str
) -> None:
    title = frame.title
    before = _changed(frame, fields)
    if not before:
        return
    if "kind" in before:
        before["kind"] = FrameKind(before["kind"]).value
    frame.version += 1
    frame.updated_at = clock.now()
    session.add(frame)
    images: Images = {"frame": {frame.pid: before}}
    steps.record(session, actor, campaign.id, label, title=frame.title or title, before=images)


def _changed(row: Day | Frame, fields: dict[str, Any]) -> dict[str, Any]:
    """Set the fields that differ; returns what they were."""
    before = {name: getattr(row, name) for name, value in fields.items() if getattr(row, name) != value}
    for name in before:
        setattr(row, name, fields[name])
    return before


def _check_version(row: Day | Frame, version: int) -> None:
    if row.version != version:
        raise Stale(row.version)


def _arrange(session: Session, frames: list[Frame], order: list[str]) -> None:
    """Number frames from 0 in the given order."""
    for frame in frames:
        if frame.pid in order:
            frame.position = order.index(frame.pid)
            session.add(frame)
    session.flush()
