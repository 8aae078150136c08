"""Posts that were taken out of the plan, as the steps of the storyboard remember them; for calendars to cancel."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from sqlmodel import Session, col, select

from app.core import clock
from app.publishing.models import Post
from app.stories.models import Edit


@dataclass(frozen=True)
class Removed:
    """A post that is no longer planned, as it last was."""

    pid: str
    campaign_id: int
    influencer_id: int | None
    title: str
    due_at: datetime
    counted: int  # the versions of the post and its frame, as calendars last saw them


def removed(session: Session, campaign_ids: Collection[int]) -> list[Removed]:
    """What was taken out of these campaigns and not put back, as far as their steps go back."""
    edits = session.exec(
        select(Edit)
        .where(col(Edit.campaign_id).in_(campaign_ids), col(Edit.undone_at).is_(None))
        .order_by(col(Edit.id))
    ).all()
    last: dict[str, Removed] = {}
    for edit in edits:
        for pid, image in edit.before.get("post", {}).items():
            if image is not None:
                last[pid] = _removed(edit, pid, image)
    present = set(session.exec(select(Post.pid).where(col(Post.pid).in_(list(last)))).all())
    return [one for pid, one in last.items() if pid not in present]


def _removed(edit: Edit, pid: str, image: dict[str, Any]) -> Removed:
    on, at = date.fromisoformat(image["on_date"]), time.fromisoformat(image["at_time"])
    return Removed(
        pid=pid,
        campaign_id=edit.campaign_id,
        influencer_id=image["influencer_id"],
        title=str(edit.before.get("title", "")),
        due_at=clock.resolve_wall(on, at, image["zone"]),
        counted=int(image.get("counted", 1)),
    )
