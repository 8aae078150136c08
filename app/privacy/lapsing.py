"""What becomes of something sent once its time is over, kind by kind: one visible table."""

from collections.abc import Callable, Mapping

from sqlmodel import Session, col, select

from app.campaigns.models import Campaign
from app.challenges import writing as acts
from app.challenges.models import ChallengeAct
from app.donations.service import forgetting as gifts
from app.intake import service as intake
from app.intake.models import Item
from app.intake.rules import Kind
from app.questions import service as questions
from app.questions.models import Question
from app.testimonials import service as testimonials
from app.testimonials.models import Testimonial


def _testimonial(session: Session, item: Item) -> None:
    row = session.get(Testimonial, item.subject_id)
    if row is not None:
        testimonials.lapse(session, session.get_one(Campaign, row.campaign_id), row, item)


def _question(session: Session, item: Item) -> None:
    row = session.get(Question, item.subject_id)
    if row is not None:
        questions.lapse(session, row, item)


def _act(session: Session, item: Item) -> None:
    row = session.get(ChallengeAct, item.subject_id)
    if row is not None:
        acts.lapse(session, row, item)


def _gift_message(session: Session, item: Item) -> None:
    gifts.forget_message(session, item.subject_id, item)


LAPSE: Mapping[Kind, Callable[[Session, Item], None]] = {
    Kind.TESTIMONIAL: _testimonial,
    Kind.QUESTION: _question,
    Kind.ACT: _act,
    Kind.GIFT_MESSAGE: _gift_message,
}


def lapse(session: Session, ids: list[int]) -> None:
    """Forget the words of some items, with whatever was made of them."""
    for item in session.exec(select(Item).where(col(Item.id).in_(ids)).order_by(col(Item.id))).all():
        LAPSE[item.kind](session, item)
        if item.forgotten_at is None:  # its row is gone
            intake.lapse(session, item)
