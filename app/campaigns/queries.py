"""Reads of campaigns. Studio reads filter by the member's organisation; public ones by state."""

from collections.abc import Sequence

from sqlmodel import Session, col, select

from app.campaigns.models import Campaign, PastSlug
from app.campaigns.rules import PUBLIC_STATES
from app.people.rules import Actor


def own_campaign(session: Session, actor: Actor, pid: str) -> Campaign | None:
    """A campaign of the actor's organisation."""
    return session.exec(
        select(Campaign).where(Campaign.pid == pid, Campaign.organisation_id == actor.organisation_id)
    ).first()


def own_campaigns(session: Session, actor: Actor) -> Sequence[Campaign]:
    """All campaigns of the actor's organisation, the latest first."""
    return session.exec(
        select(Campaign)
        .where(Campaign.organisation_id == actor.organisation_id)
        .order_by(col(Campaign.starts_on).desc(), col(Campaign.id).desc())
    ).all()


def public_campaign(session: Session, slug: str) -> Campaign | None:
    """A campaign anyone may see."""
    return session.exec(
        select(Campaign).where(Campaign.slug == slug, col(Campaign.state).in_(PUBLIC_STATES))
    ).first()


def slug_now(session: Session, slug: str) -> str | None:
    """The present slug of the public campaign that once had this one."""
    return session.exec(
        select(Campaign.slug)
        .join(PastSlug, col(PastSlug.campaign_id) == Campaign.id)
        .where(PastSlug.slug == slug, col(Campaign.state).in_(PUBLIC_STATES))
    ).first()
