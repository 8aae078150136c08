"""Tables of challenges. A participant is a keyed hash that dies with the campaign, never an address."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, UniqueConstraint
from sqlmodel import Field

from app.core import clock
from app.core.db import Row, UtcDateTime
from app.core.ids import new_pid


class Challenge(Row, table=True):
    __tablename__ = "challenge"

    id: int = Field(default=None, primary_key=True)
    pid: str = Field(default_factory=new_pid, unique=True, max_length=16)
    campaign_id: int = Field(foreign_key="campaign.id", index=True)
    day_id: int = Field(foreign_key="day.id", unique=True)
    title: str = Field(default="", max_length=120)  # a verb: « Lire à voix haute pour quelqu’un »
    unit_one: str = Field(default="", max_length=40)  # « geste »
    unit_many: str = Field(default="", max_length=40)  # « gestes »
    how_to: str = Field(default="", max_length=1200)
    levels: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSON)  # 3 × {"title", "detail"}
    window_days: int = 1  # how many days it is offered as today's; logging stays open to the end
    guidance: str = Field(default="", max_length=2000)
    version: int = 1


class ChallengeAct(Row, table=True):
    """Someone did the challenge."""

    __tablename__ = "challenge_act"
    __table_args__ = (UniqueConstraint("challenge_id", "participant"),)

    id: int = Field(default=None, primary_key=True)
    pid: str = Field(default_factory=new_pid, unique=True, max_length=16)
    campaign_id: int = Field(foreign_key="campaign.id", index=True)
    challenge_id: int = Field(foreign_key="challenge.id", index=True)
    participant: str = Field(max_length=43)  # keyed hash, see challenges.rules
    level: int = 0
    text: str = Field(default="", max_length=600)  # shown to the team; public only after review
    late: bool = False
    removed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    at: datetime = Field(default_factory=clock.now, sa_type=UtcDateTime)


class ParticipantSalt(Row, table=True):
    """The random salt of a campaign's participant hashes; deleted at the end, which unlinks them for good."""

    __tablename__ = "participant_salt"

    campaign_id: int = Field(foreign_key="campaign.id", primary_key=True)
    salt: str = Field(max_length=64)
