"""Reads of sessions: those of a campaign or a host, the next one, and the pulse that listeners wait for."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, func
from sqlalchemy import select as sql_select
from sqlmodel import Session, col, select

from app.campaigns.models import Campaign
from app.claims.models import Correction
from app.core import clock
from app.core.crypto import sha256_hex
from app.influencers.models import Influencer
from app.intake.models import Item
from app.intake.rules import Kind
from app.questions.models import QaSession, Question, QuestionVote
from app.questions.queries import public
from app.questions.rules import LEFT_OPEN, LONGEST, Stage, stage


@dataclass(frozen=True)
class Held:
    """A session with who holds it."""

    session: QaSession
    host: Influencer | None


@dataclass(frozen=True)
class Told:
    """What a campaign's page says of its questions: how many are shown, and the session to come or on air.

    `beside` answers what was asked in the same query.
    """

    shown: int = 0
    session: QaSession | None = None
    beside: Sequence[bool] = ()


def of_campaign(session: Session, campaign_id: int) -> Sequence[Held]:
    """The sessions of a campaign by their hour, cancelled ones among them."""
    rows = session.exec(
        select(QaSession, Influencer)
        .outerjoin(Influencer, col(Influencer.id) == col(QaSession.host_id))
        .where(QaSession.campaign_id == campaign_id)
        .order_by(col(QaSession.starts_at), col(QaSession.id))
    ).all()
    return [Held(qa, host) for qa, host in rows]


def find(session: Session, campaign_id: int, pid: str) -> Held | None:
    """A session of a campaign by its public id."""
    return next((held for held in of_campaign(session, campaign_id) if held.session.pid == pid), None)


def of_host(session: Session, influencer_id: int) -> Sequence[QaSession]:
    """The sessions an influencer holds, by their hour."""
    return session.exec(
        select(QaSession).where(QaSession.host_id == influencer_id).order_by(col(QaSession.starts_at))
    ).all()


def told(session: Session, campaign_id: int, *beside: ColumnElement[bool]) -> Told:
    """How many questions anyone may read, and the session on air or next to come, in one query.

    `beside` are conditions of the page's other parts, so that it asks only for those that are there.
    """
    count = (
        select(func.count(col(Question.id)))
        .where(Question.campaign_id == campaign_id, public)
        .scalar_subquery()
    )
    now = clock.now()
    row = session.execute(
        sql_select(count, QaSession, *beside)
        .select_from(Campaign)
        .outerjoin(
            QaSession,
            (col(QaSession.campaign_id) == col(Campaign.id))
            & col(QaSession.closed_at).is_(None)
            & col(QaSession.cancelled_at).is_(None)
            & (col(QaSession.starts_at) > now - LONGEST - LEFT_OPEN),
        )
        .where(col(Campaign.id) == campaign_id)
        .order_by(col(QaSession.starts_at))
    ).all()
    running = [qa for _, qa, *_ in row if qa is not None and stage(qa.course, now) is not Stage.OVER]
    if not row:
        return Told(beside=[False] * len(beside))
    return Told(row[0][0], running[0] if running else None, [bool(one) for one in row[0][2:]])


def pulse(session: Session, session_pid: str) -> str:
    """A short text that changes with everything the page of a session shows; "" when there is no such session.

    One query of counts and latest instants: rooms that decide about questions need not know who is listening.
    """
    items = (col(Item.campaign_id) == col(QaSession.campaign_id)) & (col(Item.kind) == Kind.QUESTION)
    votes = col(QuestionVote.campaign_id) == col(QaSession.campaign_id)
    asked = col(Question.campaign_id) == col(QaSession.campaign_id)
    row = session.execute(
        sql_select(
            QaSession,
            col(Campaign.version),
            col(Campaign.state),
            col(Campaign.paused_at),
            _scalar(func.sum(col(Item.version)), items),
            _scalar(func.count(col(Item.id)), items & col(Item.public).is_(True)),
            _scalar(func.sum(col(Question.version)), asked),
            _scalar(func.count(col(QuestionVote.id)), votes),
            _scalar(func.max(col(QuestionVote.at)), votes),
            _scalar(
                func.count(col(Correction.id)), col(Correction.campaign_id) == col(QaSession.campaign_id)
            ),
        )
        .join(Campaign, col(Campaign.id) == col(QaSession.campaign_id))
        .where(col(QaSession.pid) == session_pid)
    ).first()
    if row is None:
        return ""
    qa, *counted = row
    return sha256_hex(repr((qa.version, stage(qa.course, clock.now()), counted)).encode())[:20]


def _scalar(value: ColumnElement[Any], condition: ColumnElement[bool]) -> Any:
    return sql_select(value).where(condition).correlate(QaSession).scalar_subquery()
