"""Tables of refunds, disputes and warnings. Each thing at Stripe is one row, whoever told of it first."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, CheckConstraint
from sqlmodel import Field

from app.core import clock
from app.core.db import EnumText, Row, UtcDateTime
from app.core.ids import new_pid
from app.donations.aftermath.rules import RefundReason, RefundState


class Refund(Row, table=True):
    """Money given back. Stored before Stripe is asked; its pid is Stripe's key, so that one row is one refund."""

    __tablename__ = "refund"
    __table_args__ = (CheckConstraint("amount_minor > 0", name="amount"),)

    id: int = Field(default=None, primary_key=True)
    pid: str = Field(default_factory=new_pid, unique=True, max_length=16)
    organisation_id: int = Field(foreign_key="organisation.id", index=True)
    campaign_id: int = Field(foreign_key="campaign.id", index=True)
    gift_id: int = Field(foreign_key="gift.id", index=True)
    form_key: str = Field(default_factory=new_pid, unique=True, max_length=16)  # one press, one refund
    remote_id: str | None = Field(default=None, unique=True, max_length=120)
    amount_minor: int = Field(sa_type=BigInteger)  # of what was charged: the part added for fees included
    currency: str = Field(max_length=3)
    state: RefundState = Field(default=RefundState.ASKED, sa_type=EnumText(RefundState), index=True)
    reason: RefundReason = Field(sa_type=EnumText(RefundReason))
    note: str = Field(default="", max_length=400)  # for the journal; nobody outside reads it
    failure: str = Field(default="", max_length=80)  # Stripe's word
    asked_by: int | None = Field(default=None, foreign_key="person.id")
    asked_at: datetime = Field(default_factory=clock.now, sa_type=UtcDateTime)
    settled_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class Dispute(Row, table=True):
    """A payment a bank takes back, or asks about. The draft of the answer is ours until it is submitted."""

    __tablename__ = "dispute"

    id: int = Field(default=None, primary_key=True)
    pid: str = Field(default_factory=new_pid, unique=True, max_length=16)
    organisation_id: int = Field(foreign_key="organisation.id", index=True)
    campaign_id: int = Field(foreign_key="campaign.id", index=True)
    gift_id: int = Field(foreign_key="gift.id", index=True)
    remote_id: str = Field(unique=True, max_length=120)
    amount_minor: int = Field(sa_type=BigInteger)
    currency: str = Field(max_length=3)
    cause: str = Field(max_length=60)  # Stripe's words
    status: str = Field(max_length=40, index=True)
    refundable: bool = False
    due_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    opened_at: datetime = Field(sa_type=UtcDateTime)
    closed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    draft: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)  # Stripe's field → text
    drafted_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    submitted_by: int | None = Field(default=None, foreign_key="person.id")
    submitted_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class FraudWarning(Row, table=True):
    """The card's issuer suspects fraud. To answer it is to give the gift back, or to keep it knowingly."""

    __tablename__ = "fraud_warning"

    id: int = Field(default=None, primary_key=True)
    pid: str = Field(default_factory=new_pid, unique=True, max_length=16)
    organisation_id: int = Field(foreign_key="organisation.id", index=True)
    campaign_id: int = Field(foreign_key="campaign.id", index=True)
    gift_id: int = Field(foreign_key="gift.id", index=True)
    remote_id: str = Field(unique=True, max_length=120)
    kind: str = Field(default="", max_length=60)
    actionable: bool = True
    warned_at: datetime = Field(sa_type=UtcDateTime)
    kept_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    kept_by: int | None = Field(default=None, foreign_key="person.id")
