"""Tables of impact: promises, updates and their figures."""

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import JSON, Numeric
from sqlmodel import Field

from app.core import clock
from app.core.db import Row, UtcDateTime
from app.core.ids import new_pid


class Promise(Row, table=True):
    """What will be true, by when, and how anyone can tell."""

    __tablename__ = "promise"

    id: int = Field(default=None, primary_key=True)
    pid: str = Field(default_factory=new_pid, unique=True, max_length=16)
    campaign_id: int = Field(foreign_key="campaign.id", index=True)
    position: int = 0
    indicator: str = Field(max_length=160)  # « adultes inscrits à l’atelier »
    unit: str = Field(default="", max_length=40)
    baseline: Decimal = Field(default=Decimal(0), sa_type=Numeric(14, 2))
    target: Decimal = Field(sa_type=Numeric(14, 2))
    due_on: date
    method: str = Field(default="", max_length=600)  # how it is measured
    locked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)  # fixed when the drive opens
    created_at: datetime = Field(default_factory=clock.now, sa_type=UtcDateTime)


class Update(Row, table=True):
    """A dated account of what happened."""

    __tablename__ = "impact_update"

    id: int = Field(default=None, primary_key=True)
    pid: str = Field(default_factory=new_pid, unique=True, max_length=16)
    campaign_id: int = Field(foreign_key="campaign.id", index=True)
    title: str = Field(max_length=160)
    body: str = Field(default="", max_length=8000)
    media_id: int | None = Field(default=None, foreign_key="media.id")
    alt_text: str = Field(default="", max_length=600)
    ledger_entry_ids: list[int] = Field(default_factory=list, sa_type=JSON)  # spending it accounts for
    created_by: int | None = Field(default=None, foreign_key="person.id")
    created_at: datetime = Field(default_factory=clock.now, sa_type=UtcDateTime)
    published_at: datetime | None = Field(default=None, sa_type=UtcDateTime, index=True)


class Figure(Row, table=True):
    """A measured value of a promise, given with an update. The latest published one counts."""

    __tablename__ = "impact_figure"

    id: int = Field(default=None, primary_key=True)
    update_id: int = Field(foreign_key="impact_update.id", index=True)
    promise_id: int = Field(foreign_key="promise.id", index=True)
    value: Decimal = Field(sa_type=Numeric(14, 2))
