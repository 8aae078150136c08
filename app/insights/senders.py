"""Who sent testimonials and questions, as far as lists that hide small groups need it: how many different people."""

from typing import Any

from sqlalchemy import and_, func
from sqlalchemy import select as sql_select
from sqlmodel import Session, col

from app.campaigns.models import Campaign
from app.insights.sources import local_day, read_day
from app.intake.models import Item
from app.intake.rules import ItemState, Kind
from app.questions.models import Question
from app.testimonials.models import Testimonial


def senders(session: Session, campaign: Campaign, kind: str) -> dict[str, list[tuple[Any, int, int]]]:
    """Testimonials or questions by "day" and "language": key, how many, of how many people.

    All whose author is not known are taken for one person.
    """
    table, of = (Testimonial, Kind.TESTIMONIAL) if kind == "testimonials" else (Question, Kind.QUESTION)
    instant = col(Testimonial.created_at) if table is Testimonial else col(Question.asked_at)
    keys = {"day": local_day(session, campaign, instant), "language": col(table.language)}
    found: dict[str, list[tuple[Any, int, int]]] = {}
    for by, key in keys.items():
        who = func.coalesce(col(table.supporter_id), 0)
        rows = session.execute(
            sql_select(key.label("k_key"), func.count(), func.count(func.distinct(who)))
            .select_from(table)
            .join(Item, and_(col(Item.kind) == of, col(Item.subject_id) == col(table.id)))
            .where(col(table.campaign_id) == campaign.id, col(Item.state) != ItemState.WITHDRAWN)
            .group_by("k_key")
        )
        found[by] = [
            (read_day(one) if by == "day" else str(one), int(number), int(people))
            for one, number, people in rows
        ]
    return found
