"""Makes, renames and retires short links. A code once given is never given again: stories and posters carry it.

Refuses a day the campaign does not have, an influencer of another campaign, and two links that say the same.
"""

from dataclasses import dataclass, field
from typing import Any

from sqlmodel import Session

from app.campaigns.models import Campaign
from app.core import clock
from app.core.errors import Conflict
from app.core.i18n import mark
from app.influencers.models import Influencer
from app.links import queries, rules
from app.links.models import TrackedLink
from app.links.rules import Target
from app.people import audit
from app.people.rules import Actor, Permission

MOST = 500
"""Links a team makes by hand in one campaign; those of the posts are not counted."""


@dataclass(frozen=True)
class Wanted:
    """Where a link of one's own leads and whose it is. `day_number` counts only for a day's page."""

    label: str
    place: Target
    day_number: int = 0
    influencer: Influencer | None = None
    channel: str = ""
    utm: dict[str, str] = field(default_factory=dict)


def make(session: Session, actor: Actor, campaign: Campaign, wanted: Wanted) -> TrackedLink:
    """A link of the team's own. Raises Conflict when there are more than anybody can tell apart."""
    actor.require(Permission.EDIT)
    if queries.own_count(session, campaign.id) >= MOST:
        raise Conflict(mark("This campaign has 500 links of its own. Use one of them anew."))
    row = add(
        session,
        campaign,
        label=wanted.label,
        place=wanted.place,
        day_number=wanted.day_number if wanted.place in rules.OF_A_DAY else 0,
        influencer_id=wanted.influencer.id if wanted.influencer else None,
        channel=wanted.channel,
        utm={name: value for name, value in wanted.utm.items() if value},
    )
    audit.record(session, actor, "link.made", subject=row.label or row.code, subject_pid=row.pid)
    return row


def add(session: Session, campaign: Campaign, **values: Any) -> TrackedLink:
    """Add a link under a code of its own, flushed."""
    row = TrackedLink(campaign_id=campaign.id, code=_free_code(session), **values)
    session.add(row)
    session.flush()
    return row


def _free_code(session: Session) -> str:
    """A code that no link has. One in a hundred thousand is taken with ten thousand links: asking once more does."""
    while True:
        code = rules.new_code()
        if queries.by_code(session, code) is None:
            return code


def rename(session: Session, actor: Actor, link: TrackedLink, *, label: str) -> None:
    """Call a link something else; its address stays."""
    actor.require(Permission.EDIT)
    link.label = label
    session.add(link)
    audit.record(session, actor, "link.renamed", subject=label or link.code, subject_pid=link.pid)


def retire(session: Session, actor: Actor, link: TrackedLink) -> None:
    """End a link: from now on it leads to the campaign's page. What was counted stays."""
    actor.require(Permission.EDIT)
    if link.retired_at is None:
        link.retired_at = clock.now()
        session.add(link)
        audit.record(session, actor, "link.retired", subject=link.label or link.code, subject_pid=link.pid)


def restore(session: Session, actor: Actor, link: TrackedLink) -> None:
    """Let a retired link lead again where it led."""
    actor.require(Permission.EDIT)
    if link.retired_at is not None:
        link.retired_at = None
        session.add(link)
        audit.record(session, actor, "link.restored", subject=link.label or link.code, subject_pid=link.pid)
