"""Reads of questions: what anyone may see, with its votes and its published answer; what belongs to whom."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, func
from sqlalchemy import select as sql_select
from sqlmodel import Session, col, select

from app.campaigns.models import Campaign
from app.challenges.models import ParticipantSalt
from app.core.crypto import keyed_hash
from app.core.recognising import participant
from app.intake.queries import public_only
from app.intake.rules import Kind
from app.questions.models import Answer, QaSession, Question, QuestionVote

PER_PAGE = 20
COMPARED = 2000
"""How many of a campaign's latest public questions a new one is compared with."""


@dataclass(frozen=True)
class Voter:
    """Who stands before the page, as far as one vote each needs it."""

    participant: str = ""  # "" while the campaign has counted nobody
    supporters: Sequence[int] = ()


@dataclass(frozen=True)
class Asked:
    """A question as it is shown: with its duplicates' votes, and its answer once that is published."""

    question: Question
    votes: int
    answer: Answer | None = None
    people: int = 1  # who asked it in their own words: itself and its duplicates
    mine: bool = False  # this visitor votes for it


@dataclass(frozen=True)
class Page:
    """A part of a list and how many there are in all."""

    rows: Sequence[Asked] = ()
    total: int = 0


_head: ColumnElement[int] = func.coalesce(col(Question.merged_into_id), col(Question.id))
has_answer: ColumnElement[bool] = (
    sql_select(col(Answer.id))
    .where(col(Answer.question_id) == col(Question.id), col(Answer.published_at).is_not(None))
    .correlate(Question)
    .exists()
)
public = public_only(Kind.QUESTION, col(Question.id)) & col(Question.merged_into_id).is_(None)


def asked_in(campaign_id: int) -> tuple[Select[tuple[Question, Answer | None, int, int]], ColumnElement[int]]:
    """The questions of a campaign that stand for themselves, with answer, votes and askers; the votes' column."""
    counted = (
        sql_select(
            _head.label("head"),
            func.count(func.distinct(col(QuestionVote.participant))).label("votes"),
            func.count(func.distinct(col(Question.id))).label("people"),
        )
        .select_from(Question)
        .outerjoin(QuestionVote, col(QuestionVote.question_id) == col(Question.id))
        .where(col(Question.campaign_id) == campaign_id)
        .group_by(_head)
        .subquery()
    )
    statement = (
        sql_select(Question, Answer, counted.c.votes, counted.c.people)
        .join(counted, counted.c.head == col(Question.id))
        .outerjoin(Answer, col(Answer.question_id) == col(Question.id))
        .where(col(Question.campaign_id) == campaign_id, col(Question.merged_into_id).is_(None))
    )
    return statement, counted.c.votes


def known_voter(
    session: Session, campaign: Campaign, *, address: str, agent: str, supporters: Sequence[int]
) -> Voter:
    """Who looks at a page, found without writing anything: nobody yet, while the campaign has no salt."""
    salt = session.exec(
        select(ParticipantSalt.salt).where(ParticipantSalt.campaign_id == campaign.id)
    ).first()
    who = participant(keyed_hash("participant", salt), address, agent) if salt else ""
    return Voter(who, supporters)


def voted(session: Session, campaign_id: int, voter: Voter | None) -> frozenset[int]:
    """The ids of the questions a visitor votes for; a vote for a duplicate is one for its head."""
    if voter is None or not (voter.participant or voter.supporters):
        return frozenset()
    mine = col(QuestionVote.participant) == voter.participant
    if voter.supporters:
        mine |= col(QuestionVote.supporter_id).in_(voter.supporters)
    rows = session.execute(
        sql_select(_head)
        .join(QuestionVote, col(QuestionVote.question_id) == col(Question.id))
        .where(col(QuestionVote.campaign_id) == campaign_id, mine)
    )
    return frozenset(rows.scalars())


def shown(
    session: Session,
    campaign_id: int,
    *,
    answered: bool,
    voter: Voter | None = None,
    limit: int = PER_PAGE,
    offset: int = 0,
) -> Page:
    """The public questions: those that wait by votes, or those answered, the latest first."""
    wanted = (public, has_answer if answered else ~has_answer, col(Question.campaign_id) == campaign_id)
    statement, votes = asked_in(campaign_id)
    order = (
        (col(Answer.published_at).desc(), col(Question.id).desc())
        if answered
        else (votes.desc(), col(Question.id).desc())
    )
    rows = session.execute(statement.where(*wanted).order_by(*order).limit(limit).offset(offset)).all()
    total = session.exec(select(func.count(col(Question.id))).where(*wanted)).one()
    return Page(_shown(rows, voted(session, campaign_id, voter)), total)


def _shown(rows: Iterable[Any], mine: Collection[int]) -> list[Asked]:
    return [
        Asked(
            question,
            votes,
            answer if answer is not None and answer.published_at is not None else None,
            people,
            question.id in mine,
        )
        for question, answer, votes, people in rows
    ]


def answered_in(session: Session, qa: QaSession) -> Sequence[Asked]:
    """What was answered in a session, the latest first; only what is public."""
    statement, _ = asked_in(qa.campaign_id)
    rows = session.execute(
        statement.where(public, col(Answer.session_id) == qa.id, col(Answer.published_at).is_not(None))
        .order_by(col(Answer.published_at).desc(), col(Answer.id).desc())
        .limit(100)
    ).all()
    return _shown(rows, ())


def one(session: Session, campaign_id: int, pid: str, *, voter: Voter | None = None) -> Asked | None:
    """A public question by its public id; a duplicate leads to the question it was merged into."""
    found = of_campaign(session, campaign_id, pid)
    if found is None:
        return None
    statement, _ = asked_in(campaign_id)
    rows = session.execute(
        statement.where(public, col(Question.id) == (found.merged_into_id or found.id))
    ).all()
    return next(iter(_shown(rows, voted(session, campaign_id, voter))), None)


def some(
    session: Session, campaign_id: int, ids: Sequence[int], *, voter: Voter | None = None
) -> list[Asked]:
    """Public questions by id, in the given order."""
    if not ids:
        return []
    statement, _ = asked_in(campaign_id)
    rows = session.execute(statement.where(public, col(Question.id).in_(ids))).all()
    found = {row.question.id: row for row in _shown(rows, voted(session, campaign_id, voter))}
    return [found[number] for number in ids if number in found]


def texts(session: Session, campaign_id: int) -> Sequence[tuple[int, str]]:
    """The ids and words of the public questions, to compare a new one with."""
    rows = session.exec(
        select(Question.id, Question.text)
        .where(Question.campaign_id == campaign_id, public)
        .order_by(col(Question.id).desc())
        .limit(COMPARED)
    )
    return [(number, text) for number, text in rows]


def of_campaign(session: Session, campaign_id: int, pid: str) -> Question | None:
    """A question of a campaign, wherever it stands."""
    return session.exec(
        select(Question).where(Question.pid == pid, Question.campaign_id == campaign_id)
    ).first()


def answer_of(session: Session, question_id: int) -> Answer | None:
    """The answer to a question, a draft as well."""
    return session.exec(select(Answer).where(Answer.question_id == question_id)).first()


def answers_of(session: Session, question_ids: Sequence[int]) -> Mapping[int, Answer]:
    """The published answers to some questions, by question id."""
    rows = session.exec(
        select(Answer).where(col(Answer.question_id).in_(question_ids), col(Answer.published_at).is_not(None))
    )
    return {row.question_id: row for row in rows}


def duplicates(session: Session, question_id: int) -> Sequence[Question]:
    """What was merged into a question, the oldest first."""
    return session.exec(
        select(Question).where(Question.merged_into_id == question_id).order_by(col(Question.id))
    ).all()


def of_supporters(session: Session, supporter_ids: Sequence[int]) -> Sequence[Question]:
    """Everything some supporters asked, the latest first."""
    return session.exec(
        select(Question)
        .where(col(Question.supporter_id).in_(supporter_ids))
        .order_by(col(Question.id).desc())
    ).all()


def votes_of_supporters(session: Session, supporter_ids: Sequence[int]) -> Sequence[tuple[str, datetime]]:
    """What some supporters voted for while they were known, and when; their own questions among them."""
    rows = session.exec(
        select(Question.text, QuestionVote.at)
        .join(QuestionVote, col(QuestionVote.question_id) == col(Question.id))
        .where(col(QuestionVote.supporter_id).in_(supporter_ids))
        .order_by(col(QuestionVote.id))
    )
    return [(text, at) for text, at in rows]
