"""Tables of stories: days and frames. Positions are dense from 0 within a day."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, UniqueConstraint
from sqlmodel import Field

from app.core import clock
from app.core.db import EnumText, Row, UtcDateTime
from app.core.ids import new_pid


class FrameKind(StrEnum):
    TEXT = "text"
    IMAGE = "image"
    VIDEO = "video"


class Day(Row, table=True):
    __tablename__ = "day"
    __table_args__ = (UniqueConstraint("campaign_id", "number"),)

    id: int = Field(default=None, primary_key=True)
    pid: str = Field(default_factory=new_pid, unique=True, max_length=16)
    campaign_id: int = Field(foreign_key="campaign.id", index=True)
    number: int  # 1 is the first day
    beat: str = Field(default="", max_length=60)  # « Son histoire »
    headline: str = Field(default="", max_length=160)  # the big words of the public page that day
    lead: str = Field(default="", max_length=600)
    guidance: str = Field(default="", max_length=2000)  # for the team, from the template
    version: int = 1


class Frame(Row, table=True):
    __tablename__ = "frame"

    id: int = Field(default=None, primary_key=True)
    pid: str = Field(default_factory=new_pid, unique=True, max_length=16)
    campaign_id: int = Field(foreign_key="campaign.id", index=True)
    day_id: int = Field(foreign_key="day.id", index=True)
    position: int
    kind: FrameKind = Field(default=FrameKind.TEXT, sa_type=EnumText(FrameKind))
    title: str = Field(default="", max_length=120)
    caption: str = Field(default="", max_length=2200)
    media_id: int | None = Field(default=None, foreign_key="media.id", index=True)
    alt_text: str = Field(default="", max_length=600)
    sticker: str = Field(default="", max_length=300)
    link_url: str = Field(default="", max_length=500)
    label: str = Field(default="", max_length=80)  # disclosure shown on the frame
    guidance: str = Field(default="", max_length=2000)
    blanks: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSON)  # [{"blank", "help"}]
    version: int = 1
    updated_at: datetime = Field(default_factory=clock.now, sa_type=UtcDateTime)


class Edit(Row, table=True):
    """One step of the storyboard that can be undone: what to restore, for whom."""

    __tablename__ = "storyboard_edit"

    id: int = Field(default=None, primary_key=True)
    pid: str = Field(default_factory=new_pid, unique=True, max_length=16)
    campaign_id: int = Field(foreign_key="campaign.id", index=True)
    person_id: int | None = Field(default=None, foreign_key="person.id")
    label: str = Field(max_length=60)
    before: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    at: datetime = Field(default_factory=clock.now, sa_type=UtcDateTime)
    undone_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
