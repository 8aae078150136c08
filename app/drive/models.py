"""Tables of the drive: sponsors' matches, who entered a gift by hand, the bank account and its statements' lines."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, CheckConstraint, UniqueConstraint
from sqlmodel import Field

from app.core import clock
from app.core.db import EnumText, Row, UtcDateTime
from app.core.ids import new_pid
from app.drive.rules import LineState


class SponsorMatch(Row, table=True):
    """A sponsor's promise to add to each gift. What it comes to is summed from the ledger, never kept."""

    __tablename__ = "sponsor_match"
    __table_args__ = (
        CheckConstraint("percent BETWEEN 1 AND 1000", name="percent"),
        CheckConstraint("cap_minor > 0", name="cap"),
        CheckConstraint("starts_at < ends_at", name="order"),
    )

    id: int = Field(default=None, primary_key=True)
    pid: str = Field(default_factory=new_pid, unique=True, max_length=16)
    organisation_id: int = Field(foreign_key="organisation.id", index=True)
    campaign_id: int = Field(foreign_key="campaign.id", index=True)
    sponsor: str = Field(max_length=120)
    percent: int  # of each gift: 100 doubles it
    cap_minor: int = Field(sa_type=BigInteger)
    currency: str = Field(max_length=3)
    starts_at: datetime = Field(sa_type=UtcDateTime)
    ends_at: datetime = Field(sa_type=UtcDateTime)
    rest_given: bool = False  # what the gifts did not reach is given all the same
    created_by: int | None = Field(default=None, foreign_key="person.id")
    created_at: datetime = Field(default_factory=clock.now, sa_type=UtcDateTime)


class GiftEntry(Row, table=True):
    """A gift that did not pass the payment page: who entered it, and who else has seen it."""

    __tablename__ = "gift_entry"

    gift_id: int = Field(primary_key=True, foreign_key="gift.id")
    on_date: date  # the day the money or the thing arrived
    proof: str = Field(default="", max_length=200)  # the cheque's number, what the thing is
    needs_second: bool = False
    entered_by: int | None = Field(default=None, foreign_key="person.id")
    seen_by: int | None = Field(default=None, foreign_key="person.id")
    seen_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class BankAccount(Row, table=True):
    """Where transfers go, and how this bank's statements are laid out."""

    __tablename__ = "bank_account"

    organisation_id: int = Field(primary_key=True, foreign_key="organisation.id")
    holder: str = Field(max_length=70)  # as long as a transfer's field is (EPC 142-08)
    iban: str = Field(max_length=34)
    bic: str = Field(default="", max_length=11)
    currency: str = Field(default="EUR", max_length=3)
    columns: dict[str, Any] = Field(
        default_factory=dict, sa_type=JSON
    )  # {mark of a header line: {"date", "amount", …: name of a column}}
    changed_by: int | None = Field(default=None, foreign_key="person.id")
    changed_at: datetime = Field(default_factory=clock.now, sa_type=UtcDateTime)


class BankLine(Row, table=True):
    """Money that came in on a statement, once, whichever files tell of it."""

    __tablename__ = "bank_line"
    __table_args__ = (
        UniqueConstraint("organisation_id", "bank_id"),
        CheckConstraint("amount_minor > 0", name="amount"),
    )

    id: int = Field(default=None, primary_key=True)
    pid: str = Field(default_factory=new_pid, unique=True, max_length=16)
    organisation_id: int = Field(foreign_key="organisation.id", index=True)
    bank_id: str = Field(max_length=120)
    booked_on: date
    amount_minor: int = Field(sa_type=BigInteger)
    currency: str = Field(max_length=3)
    payer: str = Field(default="", max_length=120)
    text: str = Field(default="", max_length=400)
    state: LineState = Field(default=LineState.OPEN, sa_type=EnumText(LineState), index=True)
    gift_id: int | None = Field(default=None, foreign_key="gift.id", index=True)
    imported_by: int | None = Field(default=None, foreign_key="person.id")
    imported_at: datetime = Field(default_factory=clock.now, sa_type=UtcDateTime)
