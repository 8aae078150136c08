"""The team chooses testimonials, draws them as story cards and puts them into the week. Refuses without consent."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import Session

from app.campaigns.card import house
from app.campaigns.models import Campaign
from app.core import clock, i18n
from app.core.errors import Conflict
from app.core.i18n import gettext, mark, ngettext
from app.core.templating import absolute
from app.intake import queries as items
from app.intake.rules import ItemState, Kind
from app.media import service as media
from app.media.models import Media
from app.media.service import Prepared
from app.people import audit
from app.people.rules import Actor, Permission
from app.print.cards import Quotation
from app.publishing import board
from app.stories import service as stories
from app.stories.models import Day, Frame, FrameKind
from app.stories.service import FrameText
from app.testimonials import queries
from app.testimonials.models import Card, Testimonial, TestimonialUse
from app.testimonials.rules import Place
from app.testimonials.service.recalling import erase_cards


class NotAgreed(Conflict):
    """Its author did not agree to this use, or nobody has accepted it yet."""

    def __init__(self) -> None:
        super().__init__(mark("Its author did not agree to this use, or it is not accepted any more."))


@dataclass(frozen=True)
class Drawing:
    """A card to be drawn outside any transaction: what it says, and the words it was read from."""

    quotation: Quotation
    version: int
    weekday: int
    language: str


def feature(session: Session, actor: Actor, campaign: Campaign, row: Testimonial, *, on: bool) -> None:
    """Show it first and on the campaign's own page and in its feed, or no longer. Raises NotAgreed."""
    actor.require(Permission.EDIT)
    item = items.of_subject(session, Kind.TESTIMONIAL, row.id)
    if on and not (row.for_page and item is not None and item.state is ItemState.ACCEPTED):
        raise NotAgreed
    row.featured_at = clock.now() if on else None
    session.add(row)
    action = "testimonial.chosen" if on else "testimonial.unchosen"
    audit.record(session, actor, action, subject=campaign.title, subject_pid=row.pid)


def drawing(
    session: Session, actor: Actor, campaign: Campaign, row: Testimonial, *, weekday: int, language: str
) -> Drawing:
    """What its card says, in a day's colour (0 is Monday) and the house's words in a language.

    Raises Forbidden, NotAgreed.
    """
    actor.require(Permission.EDIT)
    _check_agreed(session, row)
    files = queries.with_files(session, row)
    with i18n.speaking(language):
        listen = _listen(files.voice.seconds) if files.voice and row.for_page else ""
    quotation = Quotation(
        text=row.text or row.transcript,
        who=files.who,
        text_language=row.language,
        house=house(session, campaign, kicker=mark("Testimonial"), weekday=weekday, language=language),
        picture=_picture(session, row),
        alt=row.alt_text,
        listen=listen,
        link=absolute(f"/c/{campaign.slug}/voices#voice-{row.pid}"),
    )
    return Drawing(quotation, row.version, weekday, language)


def _picture(session: Session, row: Testimonial) -> bytes:
    if row.picture_id is None:
        return b""
    return media.open_variant(session.get_one(Media, row.picture_id), "share.jpg").path.read_bytes()


def _listen(seconds: float) -> str:
    whole = max(1, round(seconds))
    return ngettext("Listen: %(num)s second", "Listen: %(num)s seconds", whole) % {"num": whole}


def fits(session: Session, row: Testimonial, *, weekday: int, language: str) -> bool:
    """Whether its cards as they are serve for a day's colour and a language."""
    cards = queries.cards(session, [row.id])
    return bool(cards) and all((one.weekday, one.language) == (weekday, language) for one in cards)


def keep_cards(
    session: Session,
    actor: Actor,
    campaign: Campaign,
    row: Testimonial,
    drawn: Drawing,
    pictures: Sequence[tuple[Prepared, str]],
) -> list[Card]:
    """Keep what was drawn, each with the words it shows, instead of earlier cards.

    Raises NotAgreed; Conflict when the words changed meanwhile, or earlier cards stand in the week.
    """
    _check_agreed(session, row)
    if row.version != drawn.version:
        raise Conflict(mark("The words changed meanwhile. Look at them, then make the card again."))
    if queries.frames_of(session, row.id):
        raise Conflict(mark("Its card stands in the week already. Take that story out first."))
    erase_cards(session, campaign, row)
    cards = [
        Card(
            testimonial_id=row.id,
            part=part,
            media_id=media.keep(session, actor, prepared, "", public=True).id,
            text=text,
            weekday=drawn.weekday,
            language=drawn.language,
        )
        for part, (prepared, text) in enumerate(pictures, start=1)
    ]
    session.add_all(cards)
    session.add_all(_begun(row, Place.CARD, one.pid, part=one.part) for one in cards)
    session.flush()
    audit.record(session, actor, "testimonial.card", subject=campaign.title, subject_pid=row.pid)
    return cards


def into_week(session: Session, actor: Actor, campaign: Campaign, row: Testimonial, day: Day) -> list[Frame]:
    """A story for each of its cards, last in a day: picture, description, caption and link, in one gesture.

    Raises Forbidden, NotAgreed; Conflict when it stands in the week already, has no card, or the campaign is closed.
    """
    _check_agreed(session, row)
    cards = queries.cards(session, [row.id])
    if not cards or queries.frames_of(session, row.id):
        raise Conflict(mark("Its card stands in the week already, or is not drawn yet."))
    frames = [_frame(session, actor, campaign, row, day, card, len(cards)) for card in cards]
    session.add_all(_begun(row, Place.FRAME, one.pid, day=day.number) for one in frames)
    session.flush()
    audit.record(session, actor, "testimonial.relayed", subject=campaign.title, subject_pid=row.pid)
    return frames


def _frame(
    session: Session, actor: Actor, campaign: Campaign, row: Testimonial, day: Day, card: Card, count: int
) -> Frame:
    with i18n.speaking(campaign.language):
        title = gettext("Testimonial") + (f" {card.part}/{count}" if count > 1 else "")
        words = _cut(card.text, 540)
        alt = gettext("A card with these words: %(words)s") % {"words": words}
        caption = caption_of(campaign, row, card.text)
    frame = stories.add_frame(session, actor, campaign, day.pid, title=title)
    board.set_media(session, actor, campaign, frame.pid, media=session.get_one(Media, card.media_id))
    text = FrameText(
        FrameKind.IMAGE,
        title=title,
        caption=caption,
        alt_text=f"{alt} {row.alt_text}"[:600] if card.part == 1 and row.alt_text else alt,
        link_url=absolute(f"/c/{campaign.slug}/voices"),
    )
    return board.edit_frame(session, actor, campaign, frame.pid, version=frame.version, text=text)


def caption_of(campaign: Campaign, row: Testimonial, words: str) -> str:
    """What to write with a card: the words, whose they are, where the others stand. Speaks the current language."""
    more = gettext("All the testimonials: %(url)s") % {"url": absolute(f"/c/{campaign.slug}/voices")}
    return f"{_cut(words, 1800)}\n— {queries.shown_name(row)}\n\n{more}"


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1].rstrip()}…"


def _check_agreed(session: Session, row: Testimonial) -> None:
    item = items.of_subject(session, Kind.TESTIMONIAL, row.id)
    if not (row.for_story and item is not None and item.state is ItemState.ACCEPTED):
        raise NotAgreed


def _begun(
    row: Testimonial, place: Place, subject_pid: str, *, day: int | None = None, part: int | None = None
) -> TestimonialUse:
    return TestimonialUse(
        testimonial_id=row.id,
        campaign_id=row.campaign_id,
        place=place,
        subject_pid=subject_pid,
        day=day,
        part=part,
    )
