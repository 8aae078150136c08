"""Reads of campaigns. Studio reads filter by the member's organisation; public ones by state."""

from collections.abc import Collection, Sequence

from sqlmodel import Session, col, select

from app.campaigns.models import Campaign, PastSlug
from app.campaigns.rules import PUBLIC_STATES, State
from app.people.models import Membership, Organisation, Person
from app.people.rules import Actor, Permission, allows


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
    """A campaign anyone may see; who runs it is read with it, since every public page names them."""
    row = session.exec(
        select(Campaign, Organisation)
        .join(Organisation, col(Organisation.id) == Campaign.organisation_id)
        .where(Campaign.slug == slug, col(Campaign.state).in_(PUBLIC_STATES))
    ).first()
    if row is None:
        return None
    campaign, session.info["organisation"] = row  # a session forgets the rows that nobody holds
    return campaign


def public_with_organisation(session: Session, slug: str) -> tuple[Campaign, Organisation] | None:
    """The same with who runs it, in one query: every page of theirs names them."""
    return session.exec(
        select(Campaign, Organisation)
        .join(Organisation, col(Organisation.id) == Campaign.organisation_id)
        .where(Campaign.slug == slug, col(Campaign.state).in_(PUBLIC_STATES))
    ).first()


def slug_now(session: Session, slug: str) -> str | None:
    """The present slug of the public campaign that once had this one."""
    return session.exec(
        select(Campaign.slug)
        .join(PastSlug, col(PastSlug.campaign_id) == Campaign.id)
        .where(PastSlug.slug == slug, col(Campaign.state).in_(PUBLIC_STATES))
    ).first()


def by_id(session: Session, campaign_id: int) -> Campaign | None:
    """A campaign by its row id, for jobs, which act for no member."""
    return session.get(Campaign, campaign_id)


def slugs_like(session: Session, start: str) -> set[str]:
    """The addresses, present and past, that begin with `start`, of every organisation."""
    present = session.exec(select(Campaign.slug).where(col(Campaign.slug).startswith(start, autoescape=True)))
    past = session.exec(select(PastSlug.slug).where(col(PastSlug.slug).startswith(start, autoescape=True)))
    return {*present.all(), *past.all()}


def slug_owner(session: Session, slug: str) -> int | None:
    """The id of the campaign that has, or once had, this address."""
    present = session.exec(select(Campaign.id).where(Campaign.slug == slug)).first()
    if present is not None:
        return present
    return session.exec(select(PastSlug.campaign_id).where(PastSlug.slug == slug)).first()


def past_slugs(session: Session, campaign_id: int) -> Sequence[str]:
    """The addresses a campaign once had, which still lead to it."""
    return session.exec(
        select(PastSlug.slug).where(PastSlug.campaign_id == campaign_id).order_by(col(PastSlug.created_at))
    ).all()


def ids_in(session: Session, *states: State) -> Sequence[int]:
    """Row ids of the campaigns in some states, for jobs."""
    return session.exec(select(Campaign.id).where(col(Campaign.state).in_(states))).all()


def organisation(session: Session, campaign: Campaign) -> Organisation:
    """Who runs a campaign. No query where the session has read them."""
    return session.get_one(Organisation, campaign.organisation_id)


def organisations(session: Session, of: Collection[Campaign]) -> dict[int, Organisation]:
    """Who runs some campaigns, by their ids. Those of one organisation may need no query."""
    ids = {one.organisation_id for one in of}
    if len(ids) == 1:
        return {one: session.get_one(Organisation, one) for one in ids}
    rows = session.exec(select(Organisation).where(col(Organisation.id).in_(ids)))
    return {row.id: row for row in rows}


def organiser_mails(session: Session, campaign: Campaign) -> Sequence[tuple[str, str]]:
    """Address and language of those who may change the campaign's state."""
    rows = session.exec(
        select(Person.email, Person.language, col(Membership.role))
        .join(Membership, col(Membership.person_id) == Person.id)
        .where(Membership.organisation_id == campaign.organisation_id, col(Person.disabled_at).is_(None))
        .order_by(col(Person.id))
    ).all()
    return [(email, language) for email, language, role in rows if allows(role, Permission.PUBLISH)]


def of_organisation(session: Session, organisation_id: int, states: Collection[State]) -> Sequence[Campaign]:
    """An organisation's campaigns in some states, by their first day; for feeds, which act for no browser."""
    return session.exec(
        select(Campaign)
        .where(Campaign.organisation_id == organisation_id, col(Campaign.state).in_(states))
        .order_by(col(Campaign.starts_on), col(Campaign.id))
    ).all()


def organisation_by_id(session: Session, organisation_id: int) -> Organisation:
    """Who an organisation is, by its row id."""
    return session.get_one(Organisation, organisation_id)
