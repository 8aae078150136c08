"""Ends uses of a testimonial, all at once: pages, feed, cards, frames, posts. Says what could not be recalled."""

from collections.abc import Collection, Sequence
from typing import Any

from sqlmodel import Session, col, or_, select, update

from app.campaigns.models import Campaign
from app.core import clock
from app.core.templating import absolute
from app.intake import queries as items
from app.intake import service as intake
from app.intake.models import Item
from app.intake.rules import Kind
from app.media import service as media
from app.media.models import Media
from app.publishing.withdrawing import Stopped, pull_frame
from app.stories import steps
from app.stories.models import Frame
from app.supporters import service as supporters
from app.supporters.models import Subject
from app.testimonials import queries, tidings
from app.testimonials.models import Card, Testimonial, TestimonialUse
from app.testimonials.rules import Fate, Naming, Place, Use, Why


def withdraw(session: Session, campaign: Campaign, row: Testimonial) -> list[TestimonialUse]:
    """Its author takes it back: every use ends now, its words and files are gone; returns the log of the uses.

    The team and those who carry the campaign are told by mail. The log of consents stays, closed.
    """
    ended = _forget(session, campaign, row, Why.WITHDRAWN)
    item = items.of_subject(session, Kind.TESTIMONIAL, row.id)
    if item is not None:
        intake.withdraw(session, item)
    session.flush()
    return ended


def lapse(session: Session, campaign: Campaign, row: Testimonial, item: Item) -> None:
    """Its time is over: it goes from everywhere, as if its author had taken it back."""
    _forget(session, campaign, row, Why.LAPSED)
    intake.lapse(session, item)
    session.flush()


def _forget(session: Session, campaign: Campaign, row: Testimonial, why: Why) -> list[TestimonialUse]:
    ended = recall(session, campaign, row, list(Use), why)
    for medium_id in (row.picture_id, row.voice_id):
        if medium_id is not None:
            row.picture_id = row.voice_id = None
            session.flush()
            media.erase(session, session.get_one(Media, medium_id))
    _forget_words(row)
    session.add(row)
    supporters.take_back(session, subject=Subject.TESTIMONIAL, subject_pid=row.pid)
    return ended


def _forget_words(row: Testimonial) -> None:
    row.text = row.alt_text = row.transcript = row.name = row.guardian = ""
    row.naming, row.may_correct = Naming.ANONYMOUS, False
    row.for_page = row.for_story = row.for_report = False
    row.original, row.before = {}, {}
    row.withdrawn_at = clock.now()
    row.version += 1


def recall(
    session: Session, campaign: Campaign, row: Testimonial, uses: Collection[Use], why: Why
) -> list[TestimonialUse]:
    """End some uses, log each with what became of it, and tell whom it concerns; nothing happens where none was."""
    ended: list[TestimonialUse] = []
    if Use.PAGE in uses:
        ended += _unpublished(session, campaign, row, why)
    if Use.REPORT in uses:
        ended += _unquoted(session, row, why)
    if Use.STORY in uses:
        ended += _unrelayed(session, campaign, row, why)
    session.flush()
    if ended:
        tidings.tell_recalled(session, campaign, ended, why)
    return ended


def begin(session: Session, rows: Sequence[Testimonial]) -> None:
    """They were accepted: the uses that begin by themselves are noted, once."""
    lasting = {
        (one.testimonial_id, one.place)
        for one in _lasting(session, [row.id for row in rows], Place.PAGE, Place.REPORT)
    }
    for row in rows:
        for place, agreed in ((Place.PAGE, row.for_page), (Place.REPORT, row.for_report)):
            if agreed and (row.id, place) not in lasting:
                session.add(TestimonialUse(testimonial_id=row.id, campaign_id=row.campaign_id, place=place))
    session.flush()


def _lasting(session: Session, ids: Collection[int], *places: Place) -> Sequence[TestimonialUse]:
    """The uses of some testimonials in some places that began and have not ended."""
    return session.exec(
        select(TestimonialUse)
        .where(
            col(TestimonialUse.testimonial_id).in_(ids),
            col(TestimonialUse.place).in_(places),
            col(TestimonialUse.ended_at).is_(None),
        )
        .order_by(col(TestimonialUse.id))
    ).all()


def _unpublished(session: Session, campaign: Campaign, row: Testimonial, why: Why) -> list[TestimonialUse]:
    """Off the page; off the campaign's own page and the feed where it was chosen for them."""
    base = absolute(f"/c/{campaign.slug}")
    item = items.of_subject(session, Kind.TESTIMONIAL, row.id)
    ended = [_ended(session, one, Fate.REMOVED, why) for one in _lasting(session, [row.id], Place.PAGE)]
    if not ended and item is not None and item.public:  # shown unread, as the campaign's policy allows
        ended = [_note(session, row, Fate.REMOVED, why, place=Place.PAGE)]
    for one in ended:
        one.url = f"{base}/voices"
    if row.featured_at is not None:
        row.featured_at = None
        session.add(row)
        for place, url in ((Place.CAMPAIGN, base), (Place.FEED, f"{base}/feed.atom")):
            ended.append(_note(session, row, Fate.REMOVED, why, place=place, url=url))
    return ended


def _unquoted(session: Session, row: Testimonial, why: Why) -> list[TestimonialUse]:
    return [_ended(session, one, Fate.REMOVED, why) for one in _lasting(session, [row.id], Place.REPORT)]


def _unrelayed(session: Session, campaign: Campaign, row: Testimonial, why: Why) -> list[TestimonialUse]:
    """Cards erased, frames pulled wherever they went, their posts held."""
    cards = queries.cards(session, [row.id])
    begun = _lasting(session, [row.id], Place.CARD, Place.FRAME)
    ended: list[TestimonialUse] = []
    for frame in _frames(session, begun, cards):
        owner = session.get_one(Campaign, frame.campaign_id)
        for stopped in pull_frame(session, owner, frame):
            fate = Fate.NOT_RECALLED if stopped.out else Fate.HELD
            ended.append(_note(session, row, fate, why, **_of_post(stopped)))
    ended += [_ended(session, one, Fate.REMOVED, why) for one in begun]
    erase_cards(session, campaign, row)
    return ended


def forget_carrier(session: Session, campaign_id: int, name: str) -> None:
    """Take the name of an influencer who is erased out of the log of posts."""
    session.execute(
        update(TestimonialUse)
        .where(col(TestimonialUse.campaign_id) == campaign_id, col(TestimonialUse.carrier) == name)
        .values(carrier="")
    )


def erase_cards(session: Session, campaign: Campaign, row: Testimonial) -> None:
    """Delete its cards and their files; no frame may show them any more.

    A step of the storyboard could bring back a frame that showed one: those steps are forgotten.
    """
    cards = queries.cards(session, [row.id])
    pictures = [card.media_id for card in cards]
    for card in cards:
        session.delete(card)
    session.flush()
    for media_id in pictures:
        media.erase(session, session.get_one(Media, media_id))
    if pictures:
        steps.forget(session, campaign.id)


def _frames(session: Session, begun: Sequence[TestimonialUse], cards: Sequence[Card]) -> Sequence[Frame]:
    """The frames made of it, and whichever others show one of its cards."""
    made = [one.subject_pid for one in begun if one.place is Place.FRAME]
    drawn = [card.media_id for card in cards]
    return session.exec(
        select(Frame)
        .where(or_(col(Frame.pid).in_(made), col(Frame.media_id).in_(drawn)))
        .order_by(col(Frame.id))
    ).all()


def _of_post(stopped: Stopped) -> dict[str, Any]:
    return {
        "place": Place.POST,
        "subject_pid": stopped.post.pid,
        "carrier": stopped.carrier,
        "channel": stopped.post.channel,
        "due_at": stopped.post.due_at,
        "url": stopped.url,
    }


def _note(session: Session, row: Testimonial, fate: Fate, why: Why, **values: Any) -> TestimonialUse:
    """A use that was never noted when it began."""
    use = TestimonialUse(testimonial_id=row.id, campaign_id=row.campaign_id, **values)
    return _ended(session, use, fate, why)


def _ended(session: Session, use: TestimonialUse, fate: Fate, why: Why) -> TestimonialUse:
    use.ended_at, use.fate, use.why = clock.now(), fate, why
    session.add(use)
    return use
