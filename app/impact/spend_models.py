"""Tables of spending: the limit above which two must agree, what was entered and by whom, and what proves it."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, BigInteger
from sqlmodel import Field

from app.core import clock
from app.core.db import EnumText, Row, UtcDateTime
from app.core.ids import new_pid
from app.impact.money_rules import Category, SpendState


class SpendingRule(Row, table=True):
    """From which amount on a spending waits for a second member; an organisation without one has no limit."""

    __tablename__ = "spending_rule"

    organisation_id: int = Field(primary_key=True, foreign_key="organisation.id")
    limit_minor: int = Field(sa_type=BigInteger)  # of a currency with two decimals; others by the same figure
    changed_by: int | None = Field(default=None, foreign_key="person.id")
    changed_at: datetime = Field(default_factory=clock.now, sa_type=UtcDateTime)


class Spend(Row, table=True):
    """Money used, as somebody entered it. In the ledger once it counts; before that it is nobody's but the team's."""

    __tablename__ = "spend"

    id: int = Field(default=None, primary_key=True)
    pid: str = Field(default_factory=new_pid, unique=True, max_length=16)
    organisation_id: int = Field(foreign_key="organisation.id", index=True)
    campaign_id: int = Field(foreign_key="campaign.id", index=True)
    amount_minor: int = Field(sa_type=BigInteger)  # positive, in the campaign's currency
    category: Category = Field(sa_type=EnumText(Category))
    note: str = Field(max_length=400)
    payee: str = Field(default="", max_length=120)
    withheld: str = Field(
        default="", max_length=200
    )  # why the public does not read the payee; empty: it does
    on_date: date
    evidence_note: str = Field(default="", max_length=200)
    state: SpendState = Field(sa_type=EnumText(SpendState))
    entered_by: int | None = Field(default=None, foreign_key="person.id")
    entered_at: datetime = Field(default_factory=clock.now, sa_type=UtcDateTime)
    decided_by: int | None = Field(default=None, foreign_key="person.id")
    decided_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    refusal: str = Field(default="", max_length=400)
    ledger_entry_id: int | None = Field(default=None, foreign_key="ledger_entry.id", unique=True)


class Evidence(Row, table=True):
    """A page that proves a spending: the original is the team's, the covered copy anyone's."""

    __tablename__ = "spend_evidence"

    id: int = Field(default=None, primary_key=True)
    pid: str = Field(default_factory=new_pid, unique=True, max_length=16)
    spend_id: int = Field(foreign_key="spend.id", index=True)
    page: int = 1  # counted from 1 within the spending
    original_id: int = Field(foreign_key="media.id")
    copy_id: int | None = Field(default=None, foreign_key="media.id", index=True)
    boxes: list[Any] = Field(default_factory=list, sa_type=JSON)  # [[left, top, width, height]], per mille
    published_by: int | None = Field(default=None, foreign_key="person.id")
    published_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
