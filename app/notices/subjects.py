"""What an address points at: something the public sent, or a piece of the organisation's own pages.

One visible table says how each kind of item is found, quoted and answered to; whatever stands in no table is the
organisation's own page.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlmodel import Session, col, select

from app.campaigns.models import Campaign
from app.challenges.models import ChallengeAct
from app.core.i18n import Message, mark
from app.donations.models import Gift
from app.impact.models import Update
from app.intake.models import Item
from app.intake.rules import Kind
from app.notices import rules
from app.people.rules import Actor
from app.questions.models import Question
from app.stories.models import Day, Edit, Frame
from app.supporters.models import Supporter
from app.testimonials import service as testimonials
from app.testimonials.models import Testimonial

QUOTED = 4000
_PID = re.compile(r"(?<![0-9a-z])[0-9a-z]{16}(?![0-9a-z])")


@dataclass(frozen=True)
class Author:
    """Whom to tell that their words were restricted; `email` is empty when they left none."""

    supporter_id: int | None
    email: str
    language: str


@dataclass(frozen=True)
class Subject:
    """A kind of item: its table, its words, its author where that is no supporter.

    `changed` follows each restriction and release, in its transaction: what else shows the words comes down too.
    """

    table: Any  # a row with `id` and `pid`
    words: Callable[[Any], str]
    author: Callable[[Any], Author] | None = None
    changed: Callable[[Session, Actor, Item], None] | None = None


def _follow_testimonial(session: Session, actor: Actor, item: Item) -> None:  # noqa: ARG001 - its log says who
    """Cards, frames and the feed come down with it; a release shows the words again, and nothing made of them."""
    row = session.get(Testimonial, item.subject_id)
    if row is not None:
        testimonials.decided(session, row, item)


SUBJECTS: Mapping[Kind, Subject] = {
    Kind.TESTIMONIAL: Subject(Testimonial, testimonials.text_of, changed=_follow_testimonial),
    Kind.QUESTION: Subject(Question, lambda question: question.text),
    Kind.ACT: Subject(ChallengeAct, lambda act: act.text),
    Kind.GIFT_MESSAGE: Subject(
        Gift, lambda gift: gift.message, lambda gift: Author(None, gift.donor_email, gift.language)
    ),
}

KIND_WORDS: Mapping[Kind, Message] = {
    Kind.TESTIMONIAL: mark("A testimonial"),
    Kind.QUESTION: mark("A question"),
    Kind.ACT: mark("An act with its words"),
    Kind.GIFT_MESSAGE: mark("A donor’s message"),
}


@dataclass(frozen=True)
class Piece:
    """A piece of the organisation's own pages; `wrote` are the members who had a hand in it."""

    name: Message
    href: str
    quoted: str
    wrote: frozenset[int]


def find_item(session: Session, address: str) -> Item | None:
    """The item an address names by its own public id or by its row's."""
    for pid in _PID.findall(address):
        item = session.exec(select(Item).where(Item.pid == pid)).first()
        if item is not None:
            return item
        for kind, subject in SUBJECTS.items():
            row_id = session.exec(select(subject.table.id).where(subject.table.pid == pid)).first()
            if row_id is None:
                continue
            item = session.exec(select(Item).where(Item.kind == kind, Item.subject_id == row_id)).first()
            if item is not None:
                return item
    return None


def words_of(session: Session, item: Item) -> str:
    """The words of an item as they stand; its excerpt where its kind is in no table or its row is gone."""
    subject = SUBJECTS.get(item.kind)
    row = session.get(subject.table, item.subject_id) if subject else None
    return (subject.words(row) if subject and row is not None else item.excerpt)[:QUOTED]


def author_of(session: Session, item: Item) -> Author:
    """Who sent an item, as far as anyone knows."""
    subject = SUBJECTS.get(item.kind)
    if subject is not None and subject.author is not None:
        row = session.get(subject.table, item.subject_id)
        if row is not None:
            return subject.author(row)
    supporter = session.get(Supporter, item.supporter_id) if item.supporter_id else None
    if supporter is None:
        return Author(None, "", "")
    return Author(supporter.id, supporter.email, supporter.language)


def piece_at(session: Session, campaign: Campaign | None, address: str) -> Piece:
    """The piece of the organisation's own pages an address points at."""
    if campaign is None:
        return Piece(mark("A page of the site"), "/studio/organisation", "", frozenset())
    base = f"/studio/campaigns/{campaign.pid}"
    for pid in _PID.findall(address):
        frame = session.exec(select(Frame).where(Frame.pid == pid, Frame.campaign_id == campaign.id)).first()
        if frame is not None:
            words = "\n\n".join(filter(None, (frame.title, frame.caption, frame.alt_text)))
            return Piece(mark("A story"), f"{base}/frames/{pid}", words[:QUOTED], _tellers(session, campaign))
        update = session.exec(
            select(Update).where(Update.pid == pid, Update.campaign_id == campaign.id)
        ).first()
        if update is not None:
            wrote = frozenset(filter(None, (update.created_by,)))
            words = f"{update.title}\n\n{update.body}"
            return Piece(mark("An impact update"), f"{base}/impact/updates/{pid}", words[:QUOTED], wrote)
    return _page_of(session, campaign, address, base)


def _page_of(session: Session, campaign: Campaign, address: str, base: str) -> Piece:
    if rules.page_in(address) == "impact":
        wrote = session.exec(select(Update.created_by).where(Update.campaign_id == campaign.id)).all()
        return Piece(mark("The page of the proof"), f"{base}/impact", "", frozenset(filter(None, wrote)))
    number = rules.day_in(address)
    if number is None:
        words = "\n\n".join(filter(None, (campaign.headline, campaign.summary, campaign.drive_ask)))
        name = mark("The campaign’s page")
        return Piece(name, f"{base}/week", words[:QUOTED], _tellers(session, campaign))
    day = session.exec(select(Day).where(Day.campaign_id == campaign.id, Day.number == number)).first()
    captions = session.exec(
        select(Frame.caption)
        .where(Frame.campaign_id == campaign.id, Frame.day_id == (day.id if day else 0))
        .order_by(col(Frame.position))
    ).all()
    words = "\n\n".join(filter(None, (day.headline if day else "", day.lead if day else "", *captions)))
    name = mark("The page of day %(number)s").with_values(number=number)
    return Piece(name, f"{base}/week#day-{number}", words[:QUOTED], _tellers(session, campaign))


def _tellers(session: Session, campaign: Campaign) -> frozenset[int]:
    """The members who edited the storyboard of a campaign."""
    people = session.exec(select(Edit.person_id).where(Edit.campaign_id == campaign.id).distinct()).all()
    return frozenset(filter(None, people))
