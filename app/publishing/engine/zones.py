"""New rules of a time zone: posts to come keep their wall time, their instants follow; the past is left alone."""

from collections.abc import Sequence

from sqlmodel import Session, col, select

from app.campaigns.models import Campaign
from app.core import clock
from app.core.db import reading, transaction
from app.people import audit
from app.publishing.models import Post
from app.publishing.rules import OPEN

AT_ONCE = 500


def follow_zone_rules() -> int:
    """Derive the instants of future posts anew where the zone data is another than theirs; returns how many moved."""
    moved = 0
    while ids := _outdated():
        with transaction() as session:
            rows = session.exec(select(Post).where(col(Post.id).in_(ids)).with_for_update())
            moved += sum([_follow(session, post) for post in rows])
    return moved


def _outdated() -> Sequence[int]:
    with reading() as session:
        return session.exec(
            select(Post.id)
            .where(
                Post.zone_rules != clock.zone_rules(),
                col(Post.state).in_(OPEN),
                Post.due_at > clock.now(),
            )
            .limit(AT_ONCE)
        ).all()


def _follow(session: Session, post: Post) -> bool:
    if post.state not in OPEN:
        return False
    before, post.zone_rules = post.due_at, clock.zone_rules()
    due_at = clock.resolve_wall(post.on_date, post.at_time, post.zone)
    session.add(post)
    if due_at == before:
        return False
    post.due_at = post.send_at = due_at
    post.version += 1
    campaign = session.get_one(Campaign, post.campaign_id)
    audit.record(
        session,
        None,
        "post.zone_changed",
        subject=campaign.title,
        subject_pid=post.pid,
        organisation_id=campaign.organisation_id,
        zone=post.zone,
        before=before.isoformat(),
        after=due_at.isoformat(),
    )
    return True
