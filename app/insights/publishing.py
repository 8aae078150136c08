"""Publishes the open data of a campaign: made once, after its last day, never made anew.

Two editions could be subtracted from each other, and the difference be one person: so there is one. It may be
withdrawn, and the same one shown again.
"""

from sqlmodel import Session

from app.campaigns.models import Campaign
from app.campaigns.rules import PUBLIC_STATES, last_date
from app.core import clock
from app.core.errors import Conflict
from app.core.i18n import mark
from app.insights import queries
from app.insights.models import OpenData
from app.insights.open_data import Document
from app.people import audit
from app.people.rules import Actor, Permission


def can_publish(campaign: Campaign) -> bool:
    """Whether the week is over and was public: what still moves is not published."""
    over = clock.today(campaign.timezone) > last_date(campaign.starts_on, campaign.length)
    return campaign.state in PUBLIC_STATES and over


def prepare(session: Session, actor: Actor, campaign: Campaign, document: Document) -> OpenData:
    """Keep what would be published, for the team to read. Raises Conflict once it was published.

    The document is built by the caller, who holds no transaction: that reads every row.
    """
    actor.require(Permission.PUBLISH)
    row = queries.open_data(session, campaign)
    if row is not None and row.published_by is not None:
        raise Conflict(mark("The open data were published: they are never made anew."))
    row = row or OpenData(campaign_id=campaign.id, document={})
    row.document, row.withdrawn_at = document.model_dump(mode="json"), clock.now()
    session.add(row)
    session.flush()
    return row


def publish(session: Session, actor: Actor, campaign: Campaign) -> OpenData:
    """Show to everyone what was prepared, or again what was withdrawn. Raises Conflict during the week."""
    if not can_publish(campaign):
        raise Conflict(mark("Open data are published after the last day: until then, figures move."))
    row = queries.open_data(session, campaign)
    if row is None:
        raise Conflict(mark("Prepare the open data first, and read them."))
    row.published_by, row.withdrawn_at = actor.person_id, None
    session.add(row)
    audit.record(session, actor, "insight.data_published", subject=campaign.title, subject_pid=campaign.pid)
    return row


def withdraw(session: Session, actor: Actor, campaign: Campaign) -> None:
    """Take the data off the public pages; they are kept, and stay as they were made."""
    row = queries.open_data(session, campaign)
    if row is None or row.withdrawn_at is not None:
        return
    row.withdrawn_at = clock.now()
    session.add(row)
    audit.record(session, actor, "insight.data_withdrawn", subject=campaign.title, subject_pid=campaign.pid)
