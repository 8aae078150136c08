"""Tables of privacy: that someone was erased, and what the schedule forgot. Neither says who."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON
from sqlmodel import Field

from app.core import clock
from app.core.db import Row, UtcDateTime
from app.core.ids import new_pid


class Erasure(Row, table=True):
    """Someone was erased: how much of what, and what the law kept."""

    __tablename__ = "erasure"

    id: int = Field(default=None, primary_key=True)
    pid: str = Field(default_factory=new_pid, unique=True, max_length=16)
    organisation_id: int = Field(foreign_key="organisation.id", index=True)
    by_person: int | None = Field(
        default=None, foreign_key="person.id"
    )  # None: by themselves, or the command
    counts: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)  # rows by kind of data
    kept: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSON)  # [{"what", "why", "count"}]
    at: datetime = Field(default_factory=clock.now, sa_type=UtcDateTime)


class RetentionRun(Row, table=True):
    """What the schedule forgot at once."""

    __tablename__ = "retention_run"

    id: int = Field(default=None, primary_key=True)
    counts: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)  # rows by rule
    at: datetime = Field(default_factory=clock.now, sa_type=UtcDateTime, index=True)
