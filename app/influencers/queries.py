"""Reads of influencers; studio reads are filtered by campaign, which access has tied to the organisation."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, func, select

from app.campaigns.models import Campaign
from app.core import clock
from app.core.ids import token_hash
from app.influencers.models import BriefSession, Influencer, PersonalLink
from app.influencers.rules import Agreement, Stage


def of_campaign(session: Session, campaign: Campaign) -> Sequence[Influencer]:
    """The campaign's influencers in the order they were added."""
    return session.exec(
        select(Influencer).where(Influencer.campaign_id == campaign.id).order_by(col(Influencer.id))
    ).all()


def of_campaigns(session: Session, campaign_ids: Collection[int]) -> dict[int, list[Influencer]]:
    """The influencers of some campaigns in the order they were added."""
    found: dict[int, list[Influencer]] = {}
    for one in session.exec(
        select(Influencer).where(col(Influencer.campaign_id).in_(campaign_ids)).order_by(col(Influencer.id))
    ):
        found.setdefault(one.campaign_id, []).append(one)
    return found


def one(session: Session, campaign: Campaign, pid: str) -> Influencer | None:
    """An influencer of this campaign."""
    return session.exec(
        select(Influencer).where(Influencer.pid == pid, Influencer.campaign_id == campaign.id)
    ).first()


def confirmed(session: Session, campaign: Campaign) -> Sequence[Influencer]:
    """Those who said yes."""
    return [one for one in of_campaign(session, campaign) if one.stage is Stage.CONFIRMED]


@dataclass(frozen=True)
class Tie:
    """What binds someone who carries a story to the organisation: the public reads it where it gives."""

    name: str
    agreement: Agreement
    label: str  # what each of their posts says


def ties(session: Session, campaign: Campaign) -> list[Tie]:
    """Of everyone who carries the campaign on agreed terms."""
    return [
        Tie(one.name, one.agreement, one.disclosure)
        for one in confirmed(session, campaign)
        if one.agreement is not None
    ]


@dataclass(frozen=True)
class LinkView:
    """The state of someone's personal link, as the organiser sees it."""

    created_at: datetime
    expires_at: datetime
    seen_at: datetime | None
    phones: int


def live_link(session: Session, influencer: Influencer) -> PersonalLink | None:
    """The link that works now."""
    return session.exec(
        select(PersonalLink)
        .where(
            PersonalLink.influencer_id == influencer.id,
            col(PersonalLink.revoked_at).is_(None),
            PersonalLink.expires_at > clock.now(),
        )
        .order_by(col(PersonalLink.id).desc())
    ).first()


def link_view(session: Session, influencer: Influencer) -> LinkView | None:
    link = live_link(session, influencer)
    if link is None:
        return None
    phones = session.exec(select(func.count()).where(BriefSession.link_id == link.id)).one()
    return LinkView(link.created_at, link.expires_at, link.seen_at, int(phones))


def link_by_token(session: Session, token: str) -> PersonalLink | None:
    """The link a token opens; None when it is unknown, revoked or over."""
    return _valid(
        session.exec(select(PersonalLink).where(PersonalLink.token_hash == token_hash(token))).first()
    )


def link_by_id(session: Session, link_id: int) -> PersonalLink | None:
    """A link that still works, by its number (calendar feeds carry it, signed)."""
    return _valid(session.get(PersonalLink, link_id))


def _valid(link: PersonalLink | None) -> PersonalLink | None:
    if link is None or link.revoked_at is not None or link.expires_at <= clock.now():
        return None
    return link


@dataclass(frozen=True)
class Carrier:
    """The influencer behind a personal link, and the campaign it opens."""

    influencer: Influencer
    campaign: Campaign
    link: PersonalLink


def carrier_of(session: Session, link: PersonalLink) -> Carrier:
    """The influencer and campaign of a valid link."""
    influencer, campaign = session.exec(
        select(Influencer, Campaign)
        .join(Campaign, col(Campaign.id) == Influencer.campaign_id)
        .where(Influencer.id == link.influencer_id)
    ).one()
    return Carrier(influencer, campaign, link)


def carrier_by_cookie(session: Session, token: str) -> Carrier | None:
    """The influencer whose phone holds this cookie, while the link it came from still works."""
    moment = clock.now()
    row = session.exec(
        select(Influencer, Campaign, PersonalLink)
        .join(PersonalLink, col(PersonalLink.influencer_id) == Influencer.id)
        .join(BriefSession, col(BriefSession.link_id) == PersonalLink.id)
        .join(Campaign, col(Campaign.id) == Influencer.campaign_id)
        .where(
            BriefSession.token_hash == token_hash(token),
            BriefSession.expires_at > moment,
            col(PersonalLink.revoked_at).is_(None),
            PersonalLink.expires_at > moment,
        )
    ).first()
    return Carrier(*row) if row else None


def by_email(session: Session, organisation_id: int, emails: Collection[str]) -> Sequence[Influencer]:
    """Whoever has one of some addresses, in every campaign of an organisation."""
    return session.exec(
        select(Influencer)
        .where(Influencer.organisation_id == organisation_id, func.lower(Influencer.email).in_(emails))
        .order_by(col(Influencer.id))
    ).all()
