"""What the team reads of questions: the list with drafts of answers, and what waits in the inbox."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import func
from sqlmodel import Session, col, select

from app.intake.models import Item
from app.intake.rules import ItemState, Kind
from app.questions.models import Answer, Question
from app.questions.queries import asked_in, has_answer, public


@dataclass(frozen=True)
class Line:
    """A question as the team sees it: drafts of answers too."""

    question: Question
    votes: int
    people: int
    answer: Answer | None


@dataclass(frozen=True)
class Desk:
    """The team's list: waiting by votes, drafts among them; how many are still to be read."""

    lines: Sequence[Line] = ()
    total: int = 0
    unread: int = 0
    counts: Mapping[str, int] = field(default_factory=dict)


def desk(session: Session, campaign_id: int, *, answered: bool, limit: int, offset: int = 0) -> Desk:
    """Accepted or publicly shown questions for the team, with drafts; those to read wait in the inbox."""
    own = (public, col(Question.campaign_id) == campaign_id)
    statement, votes = asked_in(campaign_id)
    order = (col(Answer.published_at).desc(),) if answered else (votes.desc(), col(Question.id).desc())
    rows = session.execute(
        statement.where(*own, has_answer if answered else ~has_answer)
        .order_by(*order)
        .limit(limit)
        .offset(offset)
    ).all()
    counts = {
        name: session.exec(select(func.count(col(Question.id))).where(*own, condition)).one()
        for name, condition in (("open", ~has_answer), ("answered", has_answer))
    }
    lines = [Line(question, votes, people, answer) for question, answer, votes, people in map(tuple, rows)]
    return Desk(lines, counts["answered" if answered else "open"], unread(session, campaign_id), counts)


def unread(session: Session, campaign_id: int) -> int:
    """How many questions wait in the inbox."""
    return session.exec(
        select(func.count(col(Item.id))).where(
            Item.campaign_id == campaign_id, Item.kind == Kind.QUESTION, Item.state == ItemState.PENDING
        )
    ).one()
