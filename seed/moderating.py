"""What the teams of the demo did with what came in: words of gifts read, a wave of attacks answered.

Also the words they watch for and a reason they wrote themselves.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from sqlmodel import Session, col, select

from app.core import clock
from app.donations.models import Gift
from app.intake import queries as inbox
from app.intake import service as intake
from app.intake.rules import Kind, Watch
from app.intake.screening import screen_words
from app.moderation import keeping, queries, service, warning
from app.moderation.rules import Verb
from app.moderation.service import Ruling
from app.people.rules import Actor
from app.questions.service import Words
from seed import asking

if TYPE_CHECKING:
    from seed.load import Stage

READ_AFTER = timedelta(hours=2)
APART = timedelta(minutes=6)  # the attacks of a wave
ANSWERED_AFTER = timedelta(minutes=24)
UNREAD = 2  # of a running drive: something waits in the inbox

WORDS = {
    "fr": (("rentre apprendre le français", Watch.HOSTILE), ("rue de l’Épeule", Watch.PERSONAL)),
    "en": (("bike thieves", Watch.HOSTILE), ("Depot Lane", Watch.PERSONAL), ("retard", Watch.ALLOWED)),
}
TITLE = {"fr": "Parle d’une autre personne", "en": "Speaks of somebody else"}
TEXT_FR = "Vous parlez d’une autre personne. Est-elle d’accord ? Redites-le sans son nom, ou demandez-lui."
TEXT_EN = "You speak of somebody else. Do they agree? Tell it again without their name, or ask them first."


def prepare(session: Session, actor: Actor, language: str) -> None:
    """What an organisation keeps for its inbox."""
    for word, watch in WORDS[language]:
        keeping.add_word(session, actor, word=word, watch=watch)
    keeping.add_reason(
        session,
        actor,
        verb=Verb.RETURN,
        title=TITLE[language],
        text_fr=TEXT_FR,
        text_en=TEXT_EN,
    )


def read_gift_messages(stage: Stage, *, unread: int) -> None:
    """File the words of each gift when it was paid; a member reads them within hours, the latest still wait."""
    session, campaign = stage.session, stage.campaign
    gifts = session.exec(
        select(Gift)
        .where(Gift.campaign_id == campaign.id, Gift.message != "")
        .order_by(col(Gift.paid_at), col(Gift.id))
    ).all()
    for place, gift in enumerate(gifts):
        paid = gift.paid_at or gift.created_at
        with clock.frozen(paid, everywhere=False):
            item = intake.file(
                session,
                campaign,
                kind=Kind.GIFT_MESSAGE,
                subject_id=gift.id,
                screening=screen_words(session, campaign, gift.message),
            )
        if place < len(gifts) - unread:
            with clock.frozen(min(paid + READ_AFTER, clock.now()), everywhere=False):
                service.decide(session, stage.second, item, Ruling(Verb.ACCEPT), version=item.version)


def weather(stage: Stage) -> None:
    """The wave of attacks of a campaign that had one: warned of, refused, answered, and calm again hours later."""
    told, session, campaign = stage.told.wave, stage.session, stage.campaign
    if told is None:
        return
    at = stage.at(told.day, told.hour)
    asked = [
        asking.ask(stage, Words(text, "", may_edit=False), at + place * APART)
        for place, text in enumerate(told.texts)
    ]
    at += len(asked) * APART
    with clock.frozen(at, everywhere=False):
        warning.watch_campaign(session, campaign.id)
        for question in asked:
            item = inbox.of_subject(session, Kind.QUESTION, question.id)
            if item is not None:
                service.decide(
                    session, stage.second, item, Ruling(Verb.REJECT, "attack"), version=item.version
                )
    with clock.frozen(at + ANSWERED_AFTER, everywhere=False):
        for alert, _ in queries.alerts_of(session, campaign):
            warning.answer(session, stage.second, campaign, pid=alert.pid, note=told.note)
    with clock.frozen(at + 2 * warning.CALM, everywhere=False):
        warning.watch_campaign(session, campaign.id)
