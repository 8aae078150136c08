"""Reads of testimonials: what the public may see, what a team works with, where each one is used."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, exists, func
from sqlmodel import Session, and_, col, or_, select

from app.campaigns.models import Campaign
from app.core.i18n import gettext
from app.intake import queries as intake
from app.intake.models import Item
from app.intake.rules import ItemState, Kind
from app.media import queries as media
from app.media.models import Media
from app.media.queries import MediaUrls
from app.stories.models import Frame
from app.testimonials.models import Card, Testimonial, TestimonialUse
from app.testimonials.rules import PER_PAGE, Fate, Naming, Place

_LATEST = (col(Testimonial.created_at).desc(), col(Testimonial.id).desc())
_FEATURED_FIRST = (
    col(Testimonial.featured_at).is_(None),
    col(Testimonial.featured_at).desc(),
    *_LATEST,
)


@dataclass(frozen=True)
class Voice:
    """A testimonial with its files, as a page shows it."""

    row: Testimonial
    picture: MediaUrls | None
    voice: MediaUrls | None

    @property
    def who(self) -> str:
        """The name it is shown under, or words that say there is none. Speaks the current language."""
        return shown_name(self.row)


@dataclass(frozen=True)
class Worked(Voice):
    """A testimonial as the team works with it."""

    item: Item
    cards: Sequence[tuple[Card, MediaUrls]]
    uses: Sequence[TestimonialUse]  # that last


def shown_name(row: Testimonial) -> str:
    """The name a testimonial is shown under. Speaks the current language."""
    if row.naming is Naming.ANONYMOUS or not row.name:
        return gettext("Someone who gave no name")
    return row.name


def _public(campaign_id: int) -> ColumnElement[bool]:
    return and_(
        col(Testimonial.campaign_id) == campaign_id,
        col(Testimonial.for_page).is_(True),
        intake.public_only(Kind.TESTIMONIAL, col(Testimonial.id)),
    )


def page(session: Session, campaign: Campaign, number: int) -> tuple[list[Voice], int]:
    """A page of what the public may see, chosen ones first, then the latest; and how many there are."""
    count = session.exec(select(func.count(col(Testimonial.id))).where(_public(campaign.id))).one()
    rows = session.exec(
        select(Testimonial)
        .where(_public(campaign.id))
        .order_by(*_FEATURED_FIRST)
        .limit(PER_PAGE)
        .offset((number - 1) * PER_PAGE)
    ).all()
    return _with_files(session, rows), count


def has_featured(campaign_id: int) -> ColumnElement[bool]:
    """Whether the team chose anything, for a query that looks for more."""
    return exists().where(_public(campaign_id), col(Testimonial.featured_at).is_not(None))


def featured(session: Session, campaign_id: int, *, limit: int) -> Sequence[Testimonial]:
    """What the team chose among what the public may see, the last chosen first."""
    return session.exec(
        select(Testimonial)
        .where(_public(campaign_id), col(Testimonial.featured_at).is_not(None))
        .order_by(*_FEATURED_FIRST)
        .limit(limit)
    ).all()


def latest(session: Session, campaign_id: int, *, limit: int) -> Sequence[Testimonial]:
    """What the public may see, the last sent first."""
    return session.exec(
        select(Testimonial).where(_public(campaign_id)).order_by(col(Testimonial.id).desc()).limit(limit)
    ).all()


def left_feed(session: Session, campaign_id: int) -> list[tuple[str, datetime]]:
    """The keys of entries that left the feed for good, the last first, and when; for readers to delete their copy."""
    rows = session.exec(
        select(Testimonial.pid, func.max(col(TestimonialUse.ended_at)))
        .join(TestimonialUse, col(TestimonialUse.testimonial_id) == Testimonial.id)
        .where(
            TestimonialUse.campaign_id == campaign_id,
            TestimonialUse.place == Place.FEED,
            col(TestimonialUse.ended_at).is_not(None),
            col(Testimonial.featured_at).is_(None),
        )
        .group_by(Testimonial.pid)
        .order_by(func.max(col(TestimonialUse.ended_at)).desc())
        .limit(50)
    ).all()
    return [(f"voice:{pid}", at) for pid, at in rows if at is not None]


def shown_media(session: Session, pid: str) -> Media | None:
    """A picture or voice note that the page of testimonials shows by now."""
    return session.exec(
        select(Media)
        .join(
            Testimonial,
            or_(col(Testimonial.picture_id) == Media.id, col(Testimonial.voice_id) == Media.id),
        )
        .where(
            Media.pid == pid,
            col(Testimonial.for_page).is_(True),
            intake.public_only(Kind.TESTIMONIAL, col(Testimonial.id)),
        )
    ).first()


def is_card(session: Session, media_id: int) -> bool:
    """Whether a medium is a card, which its author may take back at any time."""
    return session.exec(select(Card.id).where(Card.media_id == media_id)).first() is not None


def _with_files(session: Session, rows: Sequence[Testimonial], *, studio: bool = False) -> list[Voice]:
    files = media.urls(
        session, [one for row in rows for one in (row.picture_id, row.voice_id)], studio=studio
    )
    return [Voice(row, files.get(row.picture_id or 0), files.get(row.voice_id or 0)) for row in rows]


def with_files(session: Session, row: Testimonial) -> Voice:
    """One testimonial with the studio's addresses of its files."""
    return _with_files(session, [row], studio=True)[0]


def own(session: Session, campaign: Campaign, pid: str) -> Testimonial | None:
    """A testimonial of a campaign that was not withdrawn."""
    return session.exec(
        select(Testimonial).where(
            Testimonial.pid == pid,
            Testimonial.campaign_id == campaign.id,
            col(Testimonial.withdrawn_at).is_(None),
        )
    ).first()


def by_ids(session: Session, ids: Collection[int]) -> dict[int, Testimonial]:
    """Several testimonials by row id."""
    return {
        row.id: row for row in session.exec(select(Testimonial).where(col(Testimonial.id).in_(ids))).all()
    }


def used(session: Session, ids: Collection[int]) -> set[int]:
    """Which of some testimonials are in use, or have a card."""
    lasting = select(TestimonialUse.testimonial_id).where(
        col(TestimonialUse.testimonial_id).in_(ids), col(TestimonialUse.ended_at).is_(None)
    )
    drawn = select(Card.testimonial_id).where(col(Card.testimonial_id).in_(ids))
    return {*session.exec(lasting), *session.exec(drawn)}


def of_supporters(session: Session, ids: Collection[int]) -> Sequence[tuple[Testimonial, Item, Campaign]]:
    """What some supporters sent and did not withdraw, with where each stands, the latest first."""
    return session.exec(
        select(Testimonial, Item, Campaign)
        .join(Item, and_(col(Item.kind) == Kind.TESTIMONIAL, col(Item.subject_id) == Testimonial.id))
        .join(Campaign, col(Campaign.id) == Testimonial.campaign_id)
        .where(col(Testimonial.supporter_id).in_(ids), col(Testimonial.withdrawn_at).is_(None))
        .order_by(*_LATEST)
    ).all()


def of_supporter(
    session: Session, ids: Collection[int], pid: str
) -> tuple[Testimonial, Item, Campaign] | None:
    """One of them."""
    return next((one for one in of_supporters(session, ids) if one[0].pid == pid), None)


def accepted(session: Session, campaign: Campaign, number: int) -> tuple[list[Worked], int]:
    """A page of the accepted ones with their cards and lasting uses, and how many there are."""
    mine = (
        col(Testimonial.campaign_id) == campaign.id,
        col(Item.kind) == Kind.TESTIMONIAL,
        col(Item.state) == ItemState.ACCEPTED,
    )
    joined = select(Testimonial, Item).join(Item, col(Item.subject_id) == Testimonial.id).where(*mine)
    count = session.exec(select(func.count()).select_from(joined.subquery())).one()
    rows = session.exec(
        joined.order_by(*_FEATURED_FIRST).limit(PER_PAGE).offset((number - 1) * PER_PAGE)
    ).all()
    return _worked(session, rows), count


def _worked(session: Session, rows: Sequence[tuple[Testimonial, Item]]) -> list[Worked]:
    ids = [row.id for row, _ in rows]
    voices = _with_files(session, [row for row, _ in rows], studio=True)
    made = cards(session, ids)
    pictures = media.urls(session, [card.media_id for card in made], studio=True)
    lasting = session.exec(
        select(TestimonialUse)
        .where(col(TestimonialUse.testimonial_id).in_(ids), col(TestimonialUse.ended_at).is_(None))
        .order_by(col(TestimonialUse.id))
    ).all()
    return [
        Worked(
            voice.row,
            voice.picture,
            voice.voice,
            item,
            [(card, pictures[card.media_id]) for card in made if card.testimonial_id == voice.row.id],
            [use for use in lasting if use.testimonial_id == voice.row.id],
        )
        for voice, (_, item) in zip(voices, rows, strict=True)
    ]


def waiting(session: Session, campaign: Campaign) -> int:
    """How many of a campaign's testimonials nobody has read yet."""
    return session.exec(
        select(func.count(col(Item.id))).where(
            Item.campaign_id == campaign.id,
            Item.kind == Kind.TESTIMONIAL,
            Item.state == ItemState.PENDING,
        )
    ).one()


def cards(session: Session, testimonial_ids: Collection[int]) -> Sequence[Card]:
    """The cards of some testimonials, in reading order."""
    return session.exec(
        select(Card)
        .where(col(Card.testimonial_id).in_(testimonial_ids))
        .order_by(col(Card.testimonial_id), col(Card.part))
    ).all()


def frames_of(session: Session, testimonial_id: int) -> Sequence[Frame]:
    """The frames of the storyboard that show it now, in order."""
    made = (
        select(TestimonialUse.subject_pid)
        .where(
            TestimonialUse.testimonial_id == testimonial_id,
            TestimonialUse.place == Place.FRAME,
            col(TestimonialUse.ended_at).is_(None),
        )
        .distinct()
    )
    return session.exec(select(Frame).where(col(Frame.pid).in_(made)).order_by(col(Frame.id))).all()


def relayed(session: Session, campaign: Campaign) -> list[tuple[Testimonial, list[Card]]]:
    """What may be shared as cards now, the last made first."""
    rows = session.exec(
        select(Testimonial, Card)
        .join(Card, col(Card.testimonial_id) == Testimonial.id)
        .join(Item, and_(col(Item.kind) == Kind.TESTIMONIAL, col(Item.subject_id) == Testimonial.id))
        .where(
            Testimonial.campaign_id == campaign.id,
            col(Testimonial.for_story).is_(True),
            Item.state == ItemState.ACCEPTED,
        )
        .order_by(col(Card.made_at).desc(), col(Testimonial.id).desc(), col(Card.part))
    ).all()
    found: dict[int, tuple[Testimonial, list[Card]]] = {}
    for row, card in rows:
        found.setdefault(row.id, (row, []))[1].append(card)
    return list(found.values())


def card_medium(session: Session, campaign_id: int, pid: str) -> Media | None:
    """The file of a card of the campaign that may be shared, by the medium's public id."""
    return session.exec(
        select(Media)
        .join(Card, col(Card.media_id) == Media.id)
        .join(Testimonial, col(Testimonial.id) == Card.testimonial_id)
        .where(
            Media.pid == pid,
            Testimonial.campaign_id == campaign_id,
            col(Testimonial.for_story).is_(True),
            intake.public_only(Kind.TESTIMONIAL, col(Testimonial.id)),
        )
    ).first()


def for_report(session: Session, campaign: Campaign) -> list[tuple[Testimonial, Item]]:
    """The accepted ones whose authors agreed to be quoted in the report, the first first."""
    return list(
        session.exec(
            select(Testimonial, Item)
            .join(Item, and_(col(Item.kind) == Kind.TESTIMONIAL, col(Item.subject_id) == Testimonial.id))
            .where(
                Testimonial.campaign_id == campaign.id,
                col(Testimonial.for_report).is_(True),
                Item.state == ItemState.ACCEPTED,
            )
            .order_by(col(Testimonial.id))
        ).all()
    )


def relaying_frames(session: Session, campaign_id: int) -> set[int]:
    """Row ids of the frames that show a testimonial: they stay with the campaign people told it to."""
    made = (
        select(TestimonialUse.subject_pid)
        .where(TestimonialUse.campaign_id == campaign_id, TestimonialUse.place == Place.FRAME)
        .distinct()
    )
    drawn = select(Card.media_id)
    return set(
        session.exec(
            select(Frame.id).where(
                Frame.campaign_id == campaign_id,
                or_(col(Frame.pid).in_(made), col(Frame.media_id).in_(drawn)),
            )
        ).all()
    )


def ended(session: Session, campaign: Campaign, *, limit: int = 60) -> Sequence[TestimonialUse]:
    """The uses that ended, the last first: what was removed, held, or could not be recalled."""
    return session.exec(
        select(TestimonialUse)
        .where(TestimonialUse.campaign_id == campaign.id, col(TestimonialUse.ended_at).is_not(None))
        .order_by(col(TestimonialUse.fate) != Fate.NOT_RECALLED, col(TestimonialUse.id).desc())
        .limit(limit)
    ).all()
