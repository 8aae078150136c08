"""Steps that can be undone: what rows were before, restored exactly. Refuses any but the last step.

A step keeps, per table, the fields to put back by public id; `None` says that the row did not exist.
Rooms above keep their own rows in the same step (`post`) and put them back themselves.
"""

from datetime import timedelta
from typing import Any

from sqlmodel import Session, col, delete, select

from app.core import clock
from app.core.errors import Conflict
from app.core.i18n import mark
from app.people.rules import Actor
from app.stories import queries, rules
from app.stories.models import Day, Edit, Frame, FrameKind

Images = dict[str, dict[str, dict[str, Any] | None]]
"""By table ("day", "frame", and those of the rooms above), by public id: the fields as they were."""

DAY_FIELDS = ("beat", "headline", "lead", "guidance")
FRAME_FIELDS = (
    "kind",
    "title",
    "caption",
    "media_id",
    "alt_text",
    "sticker",
    "link_url",
    "label",
    "guidance",
    "blanks",
)


class Changed(Conflict):
    """Something else was changed since: undoing now would undo another step than the one that was shown."""

    def __init__(self) -> None:
        super().__init__(mark("Something else was changed since. Look at the board, then undo."))


class CannotUndo(Conflict):
    """What the step would put back no longer fits."""

    def __init__(self) -> None:
        super().__init__(mark("This step can no longer be undone: the week has changed around it."))


def record(
    session: Session, actor: Actor, campaign_id: int, label: str, *, title: str, before: Images
) -> Edit:
    """Keep a step. An edit of the same row by the same person shortly after another joins it."""
    last = queries.last_edit(session, campaign_id)
    if last is not None and _joins(last, actor, label, before):
        last.before = {**last.before, **_joined(last.before, before), "title": title[:80]}
        last.at = clock.now()
        session.add(last)
        return last
    edit = Edit(
        campaign_id=campaign_id,
        person_id=actor.person_id,
        label=label,
        before={"title": title[:80], **before},
    )
    session.add(edit)
    session.flush()
    _forget_beyond(session, campaign_id, rules.STEPS_KEPT)
    return edit


def take_back(session: Session, campaign_id: int, pid: str) -> Edit:
    """The last step, marked undone. Raises Changed when `pid` is not the last one (any more)."""
    last = queries.last_edit(session, campaign_id)
    if last is None or last.pid != pid:
        raise Changed
    last.undone_at = clock.now()
    session.add(last)
    return last


def restore(session: Session, campaign_id: int, before: dict[str, Any]) -> None:
    """Put the days and frames of a step back. Raises CannotUndo when a day they stood in is gone."""
    days = {row.pid: row for row in queries.days(session, campaign_id)}
    for pid, fields in before.get("day", {}).items():
        if pid not in days:
            raise CannotUndo
        _put(days[pid], fields)
        session.add(days[pid])
    images: dict[str, dict[str, Any] | None] = before.get("frame", {})
    present = {row.pid: row for row in queries.frames(session, campaign_id) if row.pid in images}
    for pid, image in images.items():
        if image is None:
            if pid in present:
                session.delete(present[pid])
            continue
        session.add(_restored(campaign_id, days, present.get(pid), pid, image))
    session.flush()


def frame_image(frame: Frame, day_pid: str) -> dict[str, Any]:
    """A whole frame, ready to be put back."""
    fields = {name: getattr(frame, name) for name in FRAME_FIELDS}
    return {**fields, "kind": frame.kind.value, "day": day_pid, "position": frame.position}


def place_image(frame: Frame, day_pid: str) -> dict[str, Any]:
    """Where a frame stands, without its content."""
    return {"day": day_pid, "position": frame.position}


def forget(session: Session, campaign_id: int) -> None:
    """Forget all steps: the week was laid out anew, nothing before can be put back."""
    session.exec(delete(Edit).where(col(Edit.campaign_id) == campaign_id))


def _restored(
    campaign_id: int, days: dict[str, Day], frame: Frame | None, pid: str, image: dict[str, Any]
) -> Frame:
    fields = dict(image)
    day_pid = fields.pop("day", None)
    if day_pid is not None and day_pid not in days:
        raise CannotUndo
    if frame is None:
        if day_pid is None:
            raise CannotUndo
        frame = Frame(pid=pid, campaign_id=campaign_id, day_id=days[day_pid].id, position=0)
    elif day_pid is not None:
        frame.day_id = days[day_pid].id
    if "kind" in fields:
        fields["kind"] = FrameKind(fields["kind"])
    _put(frame, fields)
    frame.updated_at = clock.now()
    return frame


def _put(row: Day | Frame, fields: dict[str, Any]) -> None:
    for name, value in fields.items():
        setattr(row, name, value)
    row.version += 1  # a form opened before is stale: what it showed may have been undone


def _joins(last: Edit, actor: Actor, label: str, before: Images) -> bool:
    if not label.endswith(".edited") or last.label != label or last.person_id != actor.person_id:
        return False
    if last.at < clock.now() - timedelta(seconds=rules.MERGE_SECONDS):
        return False
    return all(set(rows) == set(last.before.get(table, {})) for table, rows in before.items())


def _joined(old: dict[str, Any], new: Images) -> Images:
    """The older value of each field wins: it is what the joined step started from."""
    return {
        table: {pid: {**(image or {}), **old[table][pid]} for pid, image in rows.items()}
        for table, rows in new.items()
    }


def _forget_beyond(session: Session, campaign_id: int, kept: int) -> None:
    oldest = session.exec(
        select(Edit.id)
        .where(Edit.campaign_id == campaign_id)
        .order_by(col(Edit.id).desc())
        .offset(kept)
        .limit(1)
    ).first()
    if oldest is not None:
        session.exec(delete(Edit).where(col(Edit.campaign_id) == campaign_id, col(Edit.id) <= oldest))
