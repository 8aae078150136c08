"""A whole running week for the public pages: stories with pictures, a promise, an influencer, gifts."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from sqlmodel import Session

from app.claims.models import Claim, Correction
from app.claims.rules import SubjectKind
from app.core import clock
from app.donations import ledger
from app.donations.rules import EntryKind
from app.drive.models import SponsorMatch
from app.impact.models import Promise
from app.influencers.models import Influencer
from app.influencers.rules import Stage as Step
from app.intake.models import Item
from app.intake.rules import Kind
from app.media.models import Media, MediaKind
from app.stories.models import Frame, FrameKind
from app.testimonials.models import Testimonial
from tests.challenges.stage import Stage, stage


def picture(session: Session, organisation_id: int, kind: MediaKind = MediaKind.IMAGE) -> Media:
    """A public medium, without its file: pages only name its address."""
    row = Media(
        organisation_id=organisation_id,
        kind=kind,
        mime="image/webp",
        width=1080,
        height=1920,
        bytes=1,
        sha256="0" * 64,
        is_public=True,
    )
    session.add(row)
    session.flush()
    return row


def full_stage(session: Session, **values: Any) -> Stage:
    """A campaign whose third day is today, complete enough for every part of its page."""
    made = stage(
        session, **{"drive_title": "Sunday, twenty places", "drive_ask": "One gift, one place.", **values}
    )
    campaign, organisation = made.campaign, made.organisation
    for number, day in made.days.items():
        for position, kind in enumerate((FrameKind.IMAGE, FrameKind.VIDEO, FrameKind.TEXT)):
            media = None
            if kind is not FrameKind.TEXT:
                media = picture(session, organisation.id, MediaKind(kind.value))
            session.add(
                Frame(
                    campaign_id=campaign.id,
                    day_id=day.id,
                    position=position,
                    kind=kind,
                    title=f"Story {number}.{position}",
                    caption=f"Caption {number}.{position}",
                    alt_text=f"Alt {number}.{position}",
                    media_id=media.id if media else None,
                    label="Volunteer",
                )
            )
    session.add(
        Promise(
            campaign_id=campaign.id,
            indicator="adults enrolled",
            target=Decimal(20),
            due_on=clock.today("Europe/Paris") + timedelta(days=60),
        )
    )
    session.add(
        Influencer(
            organisation_id=organisation.id,
            campaign_id=campaign.id,
            name="Maïa",
            public_role="ancienne élève",
            stage=Step.CONFIRMED,
        )
    )
    give(session, made, 4000, f"gift-of-{campaign.pid}")
    session.flush()
    return made


def give(session: Session, made: Stage, minor: int, source: str, on: date | None = None) -> None:
    """A paid gift in the ledger."""
    ledger.record(
        session,
        made.campaign,
        kind=EntryKind.GIFT,
        amount_minor=minor,
        source=source,
        on_date=on or clock.today("Europe/Paris"),
    )


def tell_everything(session: Session, made: Stage) -> None:
    """Two sponsors, a correction and somebody's own words: what most campaigns have not yet."""
    campaign = made.campaign
    hour = timedelta(hours=1)
    for number in (1, 2):
        session.add(
            SponsorMatch(
                organisation_id=campaign.organisation_id,
                campaign_id=campaign.id,
                sponsor=f"Bakery {number}",
                percent=100,
                cap_minor=5_000,
                currency=campaign.currency,
                starts_at=clock.now() - hour,
                ends_at=clock.now() + hour,
            )
        )
    claim = Claim(campaign_id=campaign.id, subject=SubjectKind.FRAME, subject_pid="frame-1", words="Eleven")
    told = Testimonial(
        campaign_id=campaign.id, text="Somebody told this", for_page=True, featured_at=clock.now()
    )
    session.add_all((claim, told))
    session.flush()
    session.add(
        Correction(
            campaign_id=campaign.id,
            claim_id=claim.id,
            said="Eleven",
            right="It was ten, not eleven",
            since=clock.today("Europe/Paris"),
            why="A miscount",
        )
    )
    session.add(
        Item(
            organisation_id=campaign.organisation_id,
            campaign_id=campaign.id,
            kind=Kind.TESTIMONIAL,
            subject_id=told.id,
            public=True,
        )
    )
    session.flush()
