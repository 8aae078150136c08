"""What people told of a campaign of the demo: sent, read, chosen, drawn as a card, taken back, each at its moment."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from app.campaigns.rules import day_date
from app.core import clock, stamps
from app.intake import queries as items
from app.intake import screening
from app.intake import service as intake
from app.intake.models import Item
from app.intake.rules import ItemState, Kind
from app.intake.screening import Sent
from app.media import service as media
from app.print import cards
from app.stories import queries as stories
from app.supporters import service as supporters
from app.testimonials import service as testimonials
from app.testimonials.models import Testimonial
from app.testimonials.rules import Naming, Use, Words

if TYPE_CHECKING:
    from seed import schema
    from seed.load import Stage

READ_AFTER = timedelta(hours=3)


def tell(stage: Stage) -> None:
    """Everything that was told by now."""
    for number, told in enumerate(stage.told.voices):
        at = stage.at(told.day, told.hour)
        if at <= clock.now():
            _one(stage, told, at, f"192.0.2.{number + 1}")
    stage.session.flush()


def _one(stage: Stage, told: schema.Voice, at: datetime, address: str) -> None:
    session, campaign = stage.session, stage.campaign
    with clock.frozen(at, everywhere=False):
        row = _sent(stage, told, at, address)
    item = items.of_subject(session, Kind.TESTIMONIAL, row.id)
    if item is None or told.state == "pending":
        return
    with clock.frozen(min(at + READ_AFTER, clock.now()), everywhere=False):
        _decide(stage, row, item, told)
        if told.chosen:
            testimonials.feature(session, stage.actor, campaign, row, on=True)
        if told.card_on:
            _relay(stage, row, told.card_on)
    if told.taken_back_after:
        taken = at + timedelta(days=told.taken_back_after)
        with clock.frozen(min(taken, clock.now()), everywhere=False):
            testimonials.withdraw(session, campaign, row)


def _sent(stage: Stage, told: schema.Voice, at: datetime, address: str) -> Testimonial:
    session, campaign = stage.session, stage.campaign
    with clock.frozen(at - timedelta(minutes=4), everywhere=False):
        stamp = stamps.form_stamp()
    words = Words(
        text=told.text,
        language=told.language or campaign.language,
        naming=Naming(told.naming),
        name=told.name,
        uses=frozenset(Use(one) for one in told.uses),
        may_correct=True,
    )
    supporter = supporters.begin(
        session,
        organisation_id=campaign.organisation_id,
        language=campaign.language,
        email=told.email,
    )
    sent = Sent(words.shown, address, "demo", stamp=stamp)
    screened = screening.screen(session, campaign, sent)
    return testimonials.send(session, campaign, supporter, words, screening=screened)


def _decide(stage: Stage, row: Testimonial, item: Item, told: schema.Voice) -> None:
    intake.move(
        stage.session,
        item,
        ItemState(told.state),
        person_id=stage.actor.person_id,
        reason_text=told.reason,
    )
    testimonials.decided(stage.session, row, item)


def _relay(stage: Stage, row: Testimonial, number: int) -> None:
    """Its card in the colour of a day, and the day's story of it."""
    session, campaign = stage.session, stage.campaign
    weekday = day_date(campaign.starts_on, number).weekday()
    drawing = testimonials.drawing(
        session, stage.actor, campaign, row, weekday=weekday, language=campaign.language
    )
    drawn = [(media.prepare(one.png), one.text) for one in cards.draw(drawing.quotation)]
    testimonials.keep_cards(session, stage.actor, campaign, row, drawing, drawn)
    day = stories.day(session, campaign.id, number)
    if day is not None:
        testimonials.into_week(session, stage.actor, campaign, row, day)
