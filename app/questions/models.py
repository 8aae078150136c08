"""Tables of questions. Where one stands is on its item (see intake); a voter is a keyed hash, never an address."""

from datetime import date, datetime, time
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Index, UniqueConstraint
from sqlmodel import Field

from app.core import clock
from app.core.db import Row, UtcDateTime
from app.core.ids import new_pid
from app.questions.rules import Course


class Question(Row, table=True):
    """What somebody asked. A duplicate points to the question it was merged into, and may be set free again."""

    __tablename__ = "question"
    __table_args__ = (Index("ix_question_campaign_id_merged_into_id", "campaign_id", "merged_into_id"),)

    id: int = Field(default=None, primary_key=True)
    pid: str = Field(default_factory=new_pid, unique=True, max_length=16)
    campaign_id: int = Field(foreign_key="campaign.id")
    supporter_id: int | None = Field(
        default=None, foreign_key="supporter.id", index=True, ondelete="SET NULL"
    )
    text: str = Field(max_length=400)
    name: str = Field(default="", max_length=60)  # as its author wants it shown; empty for nobody
    language: str = Field(default="fr", max_length=2)  # of the page it was asked on
    may_edit: bool = False  # its author agreed to corrections of spelling and length
    original: str = Field(default="", max_length=400)  # the author's words, once somebody corrected them
    merged_into_id: int | None = Field(
        default=None, foreign_key="question.id", index=True, ondelete="SET NULL"
    )
    link_id: int | None = Field(default=None, foreign_key="tracked_link.id", index=True)  # by which it came
    version: int = 1
    asked_at: datetime = Field(default_factory=clock.now, sa_type=UtcDateTime)


class QuestionVote(Row, table=True):
    """One person wants to know it too: counted once by network and browser, and once by supporter."""

    __tablename__ = "question_vote"
    __table_args__ = (
        UniqueConstraint("question_id", "participant"),
        UniqueConstraint("question_id", "supporter_id"),
    )

    id: int = Field(default=None, primary_key=True)
    campaign_id: int = Field(foreign_key="campaign.id", index=True)
    question_id: int = Field(foreign_key="question.id", ondelete="CASCADE")
    participant: str = Field(max_length=43)  # keyed hash, see challenges.rules
    supporter_id: int | None = Field(
        default=None, foreign_key="supporter.id", index=True, ondelete="SET NULL"
    )
    at: datetime = Field(default_factory=clock.now, sa_type=UtcDateTime)


class QaSession(Row, table=True):
    """An hour at which somebody answers live. Opened and closed by hand."""

    __tablename__ = "qa_session"
    __table_args__ = (CheckConstraint("minutes BETWEEN 10 AND 240", name="minutes"),)

    id: int = Field(default=None, primary_key=True)
    pid: str = Field(default_factory=new_pid, unique=True, max_length=16)
    campaign_id: int = Field(foreign_key="campaign.id", index=True)
    title: str = Field(max_length=120)
    about: str = Field(default="", max_length=600)
    host_id: int | None = Field(default=None, foreign_key="influencer.id", index=True, ondelete="SET NULL")
    on_date: date
    at_time: time
    zone: str = Field(max_length=60)
    starts_at: datetime = Field(sa_type=UtcDateTime)  # the instant of the three above
    minutes: int = 60
    on_air_id: int | None = Field(default=None, foreign_key="question.id", ondelete="SET NULL")
    opened_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    paused_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    closed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    cancelled_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    version: int = 1

    @property
    def course(self) -> Course:
        return Course(
            self.starts_at, self.minutes, self.opened_at, self.paused_at, self.closed_at, self.cancelled_at
        )


class Answer(Row, table=True):
    """The answer to a question. A draft until `published_at`; corrected in the open afterwards."""

    __tablename__ = "question_answer"

    id: int = Field(default=None, primary_key=True)
    pid: str = Field(default_factory=new_pid, unique=True, max_length=16)
    question_id: int = Field(foreign_key="question.id", unique=True, ondelete="CASCADE")
    session_id: int | None = Field(default=None, foreign_key="qa_session.id", index=True, ondelete="SET NULL")
    text: str = Field(default="", max_length=4000)  # empty: answered by word of mouth, the text follows
    by_name: str = Field(default="", max_length=120)
    by_role: str = Field(default="", max_length=160)  # « relectrice à l’atelier », "hydrologist"
    sources: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSON)  # title, publisher, url, date
    person_id: int | None = Field(default=None, foreign_key="person.id")  # who wrote it down
    published_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    corrected_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    correction: str = Field(default="", max_length=400)  # what was put right, in a sentence
    before: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSON)  # earlier texts: text, until
    version: int = 1
