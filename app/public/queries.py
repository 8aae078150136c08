"""Reads of the public face across rooms, few per page. Content of days to come is never selected."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, case, exists, false
from sqlalchemy import select as sql_select
from sqlmodel import Session, and_, col, or_, select

from app.campaigns.drawers import now_of
from app.campaigns.models import Campaign
from app.campaigns.rules import State
from app.donations.models import LedgerEntry
from app.impact.models import Picture, Update
from app.impact.spend_models import Evidence
from app.influencers.models import Influencer
from app.influencers.rules import Stage
from app.media.models import Media
from app.media.portraits import declared, showable
from app.media.queries import MediaUrls, urls_of
from app.people.models import Organisation
from app.stories.models import Day, Frame, FrameKind


@dataclass(frozen=True)
class Story:
    """A frame as followers see it; `picture` is None when it shows words, or a picture kept private."""

    frame: Frame
    picture: MediaUrls | None


@dataclass(frozen=True)
class Week:
    """All days of a campaign by number, and the stories of one of them."""

    days: dict[int, Day]
    stories: Sequence[Story]


def week(session: Session, campaign: Campaign, *, stories_of: int | None) -> Week:
    """The days and the stories of day `stories_of` with their pictures, in one query."""
    rows = session.exec(
        select(Day, Frame, Media)
        .outerjoin(Frame, and_(Frame.day_id == Day.id, Day.number == stories_of))
        .outerjoin(
            Media,
            and_(
                Media.id == Frame.media_id,
                Frame.kind != FrameKind.TEXT,
                col(Media.is_public).is_(True),
                showable(),
            ),
        )
        .where(Day.campaign_id == campaign.id)
        .order_by(col(Day.number), col(Frame.position))
    ).all()
    stories = [
        Story(frame, urls_of(picture) if picture else None)
        for _, frame, picture in rows
        if frame is not None and (picture or frame.caption or frame.title)
    ]
    return Week({day.number: day for day, _, _ in rows}, stories)


@dataclass(frozen=True)
class ShownMedia:
    """A medium that a public page shows; `revocable` when somebody in it may change their mind."""

    media: Media
    revocable: bool


def shown_media(session: Session, pid: str) -> ShownMedia | None:
    """A public medium that some public page shows by now, in one query.

    A frame's medium waits for the frame's day, an account's for its publication; public evidence waits for
    nothing. What nothing shows any more is nobody's business either.
    """
    frames = session.execute(
        sql_select(Media, Campaign, col(Day.number), _accounted_for(), or_(declared(), _covered()))
        .outerjoin(Frame, col(Frame.media_id) == col(Media.id))
        .outerjoin(Day, col(Day.id) == col(Frame.day_id))
        .outerjoin(Campaign, col(Campaign.id) == col(Frame.campaign_id))
        .where(col(Media.pid) == pid, col(Media.is_public).is_(True), showable())
    ).all()
    for media_row, campaign, number, accounted, revocable in frames:
        if accounted or (campaign is not None and number <= now_of(campaign).shown):
            return ShownMedia(media_row, bool(revocable))
    return None


def _accounted_for() -> ColumnElement[bool]:
    """Whether an account or the ledger shows a medium; not looked for when a frame carries it."""
    told = exists().where(
        col(Picture.media_id) == Media.id,
        col(Update.id) == col(Picture.update_id),
        col(Update.published_at).is_not(None),
        col(Update.withdrawn_at).is_(None),
    )
    proves = exists().where(
        col(LedgerEntry.evidence_media_id) == Media.id,
        col(LedgerEntry.organisation_id) == Media.organisation_id,  # its index spares the whole ledger
    )
    return case((col(Frame.id).is_not(None), false()), else_=or_(told, proves, _covered()))


def _covered() -> ColumnElement[bool]:
    """Whether a medium is the covered copy of evidence: it may be taken back when a name was overlooked."""
    return exists().where(col(Evidence.copy_id) == Media.id)


def shown_days(session: Session, campaign: Campaign, shown: int) -> list[tuple[Day, list[Frame]]]:
    """Days 1 to `shown` with their frames, in order, in one query."""
    rows = session.exec(
        select(Day, Frame)
        .outerjoin(Frame, Frame.day_id == Day.id)  # type: ignore[arg-type]
        .where(Day.campaign_id == campaign.id, Day.number <= shown)
        .order_by(col(Day.number), col(Frame.position))
    ).all()
    found: dict[int, tuple[Day, list[Frame]]] = {}
    for day, frame in rows:
        _, frames = found.setdefault(day.number, (day, []))
        if frame is not None:
            frames.append(frame)
    return list(found.values())


def carriers(session: Session, campaign: Campaign) -> Sequence[Influencer]:
    """The influencers who said yes, in the order they were added."""
    return session.exec(
        select(Influencer)
        .where(Influencer.campaign_id == campaign.id, Influencer.stage == Stage.CONFIRMED)
        .order_by(col(Influencer.id))
    ).all()


def published_updates(session: Session, campaign: Campaign) -> Sequence[Update]:
    """The accounts of impact that are public, the latest first; without those whose words were withdrawn."""
    return session.exec(
        select(Update)
        .where(
            Update.campaign_id == campaign.id,
            col(Update.published_at).is_not(None),
            col(Update.withdrawn_at).is_(None),
        )
        .order_by(col(Update.published_at).desc(), col(Update.id).desc())
    ).all()


def withdrawn_updates(session: Session, campaign: Campaign) -> list[tuple[str, datetime]]:
    """Feed keys of accounts whose words were withdrawn, and when."""
    rows = session.exec(
        select(Update.pid, Update.withdrawn_at).where(
            Update.campaign_id == campaign.id, col(Update.withdrawn_at).is_not(None)
        )
    )
    return [(f"update:{pid}", at) for pid, at in rows if at is not None]


CURRENT = (State.DRIVE, State.LIVE, State.READY, State.REPORTING)


def current_campaigns(session: Session, *, limit: int = 60) -> list[tuple[Campaign, str]]:
    """Campaigns that run, are announced or give their account, with the organisation's name; latest first."""
    rows = session.exec(
        select(Campaign, Organisation.name)
        .join(Organisation, col(Organisation.id) == Campaign.organisation_id)
        .where(col(Campaign.state).in_(CURRENT))
        .order_by(col(Campaign.starts_on).desc(), col(Campaign.id).desc())
        .limit(limit)
    ).all()
    return list(rows)


def closed_campaigns(session: Session, *, limit: int = 12) -> list[tuple[Campaign, str]]:
    """Campaigns whose account is closed, the latest first."""
    rows = session.exec(
        select(Campaign, Organisation.name)
        .join(Organisation, col(Organisation.id) == Campaign.organisation_id)
        .where(Campaign.state == State.CLOSED)
        .order_by(col(Campaign.starts_on).desc(), col(Campaign.id).desc())
        .limit(limit)
    ).all()
    return list(rows)


def listed_campaigns(session: Session) -> Sequence[Campaign]:
    """Every public campaign, for the site map (at most 50 000 addresses by sitemaps.org)."""
    return session.exec(
        select(Campaign)
        .where(Campaign.state != State.DRAFT)
        .order_by(col(Campaign.starts_on).desc(), col(Campaign.id).desc())
        .limit(1500)
    ).all()
