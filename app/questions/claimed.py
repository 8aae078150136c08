"""What the answers say, for the claims made in them. Says of none that it is public before anyone may read it."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select as sql_select
from sqlmodel import Session, col

from app.campaigns.models import Campaign
from app.claims import queries as claims
from app.claims import subjects
from app.claims.models import Correction
from app.claims.rules import SubjectKind
from app.claims.subjects import Given, Subject
from app.core.i18n import mark
from app.questions.models import Answer, Question
from app.questions.queries import public

_TITLE = 120
"""Characters of a question that name its answer in a list."""


def subject_of(campaign: Campaign, question: Question, answer: Answer, *, shown: bool) -> Subject:
    """An answer as a text that may claim something; `shown`: anyone may read the question."""
    since = answer.published_at if shown else None
    return Subject(
        SubjectKind.ANSWER,
        answer.pid,
        question.text[:_TITLE],
        mark("Answer to a question"),
        answer.text,
        desk=f"/questions/{question.pid}",
        path=f"/voices/questions/{question.pid}",
        public_since=since.astimezone(ZoneInfo(campaign.timezone)).date() if since else None,
        given=tuple(_given(one) for one in answer.sources if one.get("title")),
    )


def _given(source: Mapping[str, Any]) -> Given:
    return Given(
        title=str(source["title"]),
        publisher=str(source.get("publisher", "")),
        url=str(source.get("url", "")),
        published_on=_day(str(source.get("date", ""))),
    )


def _day(words: str) -> date | None:
    """A source's date is free text ("spring 2024"): only a whole day is a date."""
    try:
        return date.fromisoformat(words)
    except ValueError:
        return None


def _speak(session: Session, campaign: Campaign) -> Sequence[Subject]:
    rows = session.execute(
        sql_select(Question, Answer, public)
        .join(Answer, col(Answer.question_id) == col(Question.id))
        .where(col(Question.campaign_id) == campaign.id)
        .order_by(col(Answer.id))
    ).all()
    return [
        subject_of(campaign, question, answer, shown=bool(shown))
        for question, answer, shown in map(tuple, rows)
    ]


subjects.offer(SubjectKind.ANSWER, _speak)


def has_open(session: Session, answer: Answer, text: str) -> bool:
    """Whether a fact would stand unchecked if the answer read so."""
    return bool(claims.with_open_claims(session, SubjectKind.ANSWER, {answer.pid: text}))


def corrected(session: Session, campaign: Campaign) -> Mapping[str, Sequence[Correction]]:
    """What was corrected in each answer, the latest first, by the answer's public id. One query."""
    return claims.corrections_by_subject(session, campaign, SubjectKind.ANSWER)
