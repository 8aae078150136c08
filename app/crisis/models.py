"""Tables of crises: the protocol of a campaign, its incidents and their logs, what influencers were told.

A line of a log is never changed nor removed: what was wrong in it is said in another line.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, UniqueConstraint
from sqlmodel import Field

from app.core import clock
from app.core.db import EnumText, Row, UtcDateTime
from app.core.ids import new_pid
from app.crisis.rules import Kind


class CrisisPlan(Row, table=True):
    """The protocol, written before anything happens."""

    __tablename__ = "crisis_plan"

    id: int = Field(default=None, primary_key=True)
    campaign_id: int = Field(foreign_key="campaign.id", unique=True)
    contacts: list[dict[str, Any]] = Field(
        default_factory=list, sa_type=JSON
    )  # [{"name", "role", "phone", "hours"}], whom to call first comes first
    decides: str = Field(default="", max_length=400)
    statements: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSON)  # [{"key", "fr", "en"}]
    checks: list[str] = Field(default_factory=list, sa_type=JSON)  # what must be true to resume
    updated_at: datetime = Field(default_factory=clock.now, sa_type=UtcDateTime)


class Incident(Row, table=True):
    """Something that went wrong, from the first word of it until the team closes it. One is open at a time."""

    __tablename__ = "incident"

    id: int = Field(default=None, primary_key=True)
    pid: str = Field(default_factory=new_pid, unique=True, max_length=16)
    campaign_id: int = Field(foreign_key="campaign.id", index=True)
    title: str = Field(max_length=160)
    lessons: str = Field(default="", max_length=2000)  # what we do otherwise next time
    opened_at: datetime = Field(default_factory=clock.now, sa_type=UtcDateTime)
    closed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class IncidentEntry(Row, table=True):
    """A line of an incident's log. Only added to."""

    __tablename__ = "incident_entry"

    id: int = Field(default=None, primary_key=True)
    incident_id: int = Field(foreign_key="incident.id", index=True)
    kind: Kind = Field(sa_type=EnumText(Kind))
    text: str = Field(default="", max_length=2600)
    who: str = Field(default="", max_length=120)
    count: int = 0  # of mails for TOLD, of posts that had fallen due for RESUMED
    happened_at: datetime = Field(sa_type=UtcDateTime)
    at: datetime = Field(default_factory=clock.now, sa_type=UtcDateTime)  # when it was written


class CrisisWord(Row, table=True):
    """What the influencers were told: by mail, and at the head of their brief while the incident is open."""

    __tablename__ = "crisis_word"

    id: int = Field(default=None, primary_key=True)
    pid: str = Field(default_factory=new_pid, unique=True, max_length=16)
    incident_id: int = Field(foreign_key="incident.id", index=True)
    text: str = Field(max_length=1200)
    at: datetime = Field(default_factory=clock.now, sa_type=UtcDateTime)


class CrisisReader(Row, table=True):
    """Someone who was told, and when they said that they had read it."""

    __tablename__ = "crisis_reader"
    __table_args__ = (UniqueConstraint("word_id", "influencer_id"),)

    id: int = Field(default=None, primary_key=True)
    word_id: int = Field(foreign_key="crisis_word.id", index=True)
    influencer_id: int = Field(foreign_key="influencer.id", index=True, ondelete="CASCADE")
    mailed: bool = False
    seen_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
