"""Tables of the plan: the budget, the days on which accounts are promised, what changed since, what remains."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, BigInteger
from sqlmodel import Field

from app.core import clock
from app.core.db import EnumText, Row, UtcDateTime
from app.core.ids import new_pid
from app.impact.money_rules import Category, Planned


class BudgetLine(Row, table=True):
    """What a part of the goal pays for."""

    __tablename__ = "budget_line"

    id: int = Field(default=None, primary_key=True)
    pid: str = Field(default_factory=new_pid, unique=True, max_length=16)
    campaign_id: int = Field(foreign_key="campaign.id", index=True)
    category: Category = Field(sa_type=EnumText(Category))
    label: str = Field(max_length=120)
    amount_minor: int = Field(default=0, sa_type=BigInteger)  # in the campaign's currency
    created_at: datetime = Field(default_factory=clock.now, sa_type=UtcDateTime)


class Commitment(Row, table=True):
    """A day by which the public is to read an account: « Premiers comptes »."""

    __tablename__ = "report_commitment"

    id: int = Field(default=None, primary_key=True)
    pid: str = Field(default_factory=new_pid, unique=True, max_length=16)
    campaign_id: int = Field(foreign_key="campaign.id", index=True)
    title: str = Field(max_length=160)
    due_on: date
    created_at: datetime = Field(default_factory=clock.now, sa_type=UtcDateTime)


class PlanChange(Row, table=True):
    """A change of the plan after the drive had opened, with its reason. Anyone may read it; it is never changed."""

    __tablename__ = "plan_change"

    id: int = Field(default=None, primary_key=True)
    pid: str = Field(default_factory=new_pid, unique=True, max_length=16)
    campaign_id: int = Field(foreign_key="campaign.id", index=True)
    kind: Planned = Field(sa_type=EnumText(Planned))
    before: dict[str, Any] | None = Field(default=None, sa_type=JSON)  # None: it was added
    after: dict[str, Any] | None = Field(default=None, sa_type=JSON)  # None: it was taken away
    reason: str = Field(max_length=400)
    changed_by: int | None = Field(default=None, foreign_key="person.id")
    changed_at: datetime = Field(default_factory=clock.now, sa_type=UtcDateTime)

    @staticmethod
    def day(told: Mapping[str, Any]) -> date:
        """The day of a promised account, as a change keeps it."""
        return date.fromisoformat(told["due_on"])


class Unspent(Row, table=True):
    """What the organisation says becomes of the money that remains. A later word stands above, never instead."""

    __tablename__ = "unspent_word"

    id: int = Field(default=None, primary_key=True)
    pid: str = Field(default_factory=new_pid, unique=True, max_length=16)
    campaign_id: int = Field(foreign_key="campaign.id", index=True)
    words: str = Field(max_length=1200)
    amount_minor: int = Field(sa_type=BigInteger)  # what remained when it was said
    use_by: date | None = None
    said_by: int | None = Field(default=None, foreign_key="person.id")
    said_at: datetime = Field(default_factory=clock.now, sa_type=UtcDateTime)
