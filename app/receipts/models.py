"""Tables of receipts. A receipt is written once: it may be voided, never changed in its numbers, never deleted."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import DDL, JSON, BigInteger, CheckConstraint, Index, UniqueConstraint, event, text
from sqlmodel import Field, SQLModel

from app.core import clock
from app.core.db import EnumText, Row, UtcDateTime
from app.core.ids import new_pid
from app.receipts.rules import Kind, Quality, Regime, Series, Voided

_LIVE = text("live")


class TaxProfile(Row, table=True):
    """What the organisation declared: without it, or once it has ended, there is no tax receipt."""

    __tablename__ = "tax_profile"

    organisation_id: int = Field(primary_key=True, foreign_key="organisation.id")
    regime: Regime = Field(sa_type=EnumText(Regime))
    quality: Quality = Field(default=Quality.GENERAL_INTEREST, sa_type=EnumText(Quality))
    quality_note: str = Field(default="", max_length=200)  # the decree, the order, the register
    object: str = Field(default="", max_length=400)
    companies: bool = False
    wealth: bool = False
    prefix: str = Field(default="", max_length=8)
    signatory_name: str = Field(max_length=120)
    signatory_title: str = Field(max_length=120)
    signature_media_id: int | None = Field(default=None, foreign_key="media.id")
    words: str = Field(max_length=1200)  # the sentence agreed to
    declared_by: int | None = Field(default=None, foreign_key="person.id")
    declared_name: str = Field(max_length=120)
    declared_at: datetime = Field(default_factory=clock.now, sa_type=UtcDateTime)
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class ReceiptSeries(Row, table=True):
    """The last number taken in a sequence. Taken in the transaction of its receipt: a crash leaves no hole."""

    __tablename__ = "receipt_series"

    organisation_id: int = Field(primary_key=True, foreign_key="organisation.id")
    series: Series = Field(primary_key=True, sa_type=EnumText(Series))
    year: int = Field(primary_key=True)
    last: int


class Receipt(Row, table=True):
    __tablename__ = "receipt"
    __table_args__ = (
        UniqueConstraint("organisation_id", "series", "year", "number", name="uq_receipt_number"),
        CheckConstraint("amount_minor > 0", name="amount"),
    )

    id: int = Field(default=None, primary_key=True)
    pid: str = Field(default_factory=new_pid, unique=True, max_length=16)
    organisation_id: int = Field(foreign_key="organisation.id", index=True)
    kind: Kind = Field(sa_type=EnumText(Kind))
    series: Series = Field(sa_type=EnumText(Series))
    year: int  # of the number: when it was issued
    number: int
    label: str = Field(max_length=40)  # the number as it is written
    amount_minor: int = Field(sa_type=BigInteger)
    currency: str = Field(max_length=3)
    donor: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)  # rules.Donor
    donor_email: str = Field(default="", max_length=254, index=True)  # lower case
    language: str = Field(max_length=2)
    paper: dict[str, Any] = Field(sa_type=JSON)  # every word on it, as it was issued
    signature_media_id: int | None = Field(default=None, foreign_key="media.id")
    summary: bool = False  # of a year's gifts
    issued_at: datetime = Field(default_factory=clock.now, sa_type=UtcDateTime)
    issued_by: int | None = Field(default=None, foreign_key="person.id")
    voided_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    voided_by: int | None = Field(default=None, foreign_key="person.id")
    voided_why: Voided | None = Field(default=None, sa_type=EnumText(Voided))
    void_note: str = Field(default="", max_length=400)
    replaces_id: int | None = Field(default=None, foreign_key="receipt.id", unique=True)


class ReceiptGift(Row, table=True):
    """Which gifts a receipt stands for, and with how much. A gift stands on one living receipt of each series."""

    __tablename__ = "receipt_gift"
    __table_args__ = (
        Index(
            "uq_receipt_gift_live",
            "gift_id",
            "series",
            unique=True,
            sqlite_where=_LIVE,
            postgresql_where=_LIVE,
        ),
    )

    id: int = Field(default=None, primary_key=True)
    receipt_id: int = Field(foreign_key="receipt.id", index=True)
    gift_id: int = Field(foreign_key="gift.id", index=True)
    series: Series = Field(sa_type=EnumText(Series))
    amount_minor: int = Field(sa_type=BigInteger)
    on_date: date  # the day the money came
    live: bool = True


class ReceiptRun(Row, table=True):
    """A yearly run that a member began; the job carries it on until nothing is left to issue."""

    __tablename__ = "receipt_run"

    id: int = Field(default=None, primary_key=True)
    organisation_id: int = Field(foreign_key="organisation.id", index=True)
    year: int
    begun_at: datetime = Field(default_factory=clock.now, sa_type=UtcDateTime)
    begun_by: int | None = Field(default=None, foreign_key="person.id")
    issued: int = 0
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime, index=True)


class GiftAid(Row, table=True):
    """A donor's Gift Aid declaration for all their gifts, in the words agreed to. Cancelled, never changed."""

    __tablename__ = "gift_aid"

    id: int = Field(default=None, primary_key=True)
    pid: str = Field(default_factory=new_pid, unique=True, max_length=16)
    organisation_id: int = Field(foreign_key="organisation.id", index=True)
    email: str = Field(default="", max_length=254, index=True)  # lower case: by which gifts are theirs
    title: str = Field(default="", max_length=20)
    first_name: str = Field(max_length=60)
    last_name: str = Field(max_length=60)
    house: str = Field(max_length=120)  # number or name, as HMRC's schedule asks
    address: str = Field(default="", max_length=300)
    postcode: str = Field(max_length=12)
    wording: str = Field(max_length=1200)
    given_at: datetime = Field(default_factory=clock.now, sa_type=UtcDateTime)
    entered_by: int | None = Field(default=None, foreign_key="person.id")  # a member, from paper
    cancelled_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


SQLITE_KEPT = [
    (
        "CREATE TRIGGER receipt_no_delete BEFORE DELETE ON receipt "
        "BEGIN SELECT RAISE(ABORT, 'a receipt is voided, never deleted'); END"
    ),
    (
        "CREATE TRIGGER receipt_no_renumbering BEFORE UPDATE OF organisation_id, series, year, number, label, "
        "amount_minor, currency, paper, issued_at ON receipt "
        "BEGIN SELECT RAISE(ABORT, 'what a receipt says is never changed'); END"
    ),
]
POSTGRES_KEPT = [
    (
        "CREATE FUNCTION receipt_refuse() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'a receipt is voided, never deleted or changed'; END $$"
    ),
    (
        "CREATE TRIGGER receipt_no_delete BEFORE DELETE OR TRUNCATE ON receipt "
        "EXECUTE FUNCTION receipt_refuse()"
    ),
    (
        "CREATE TRIGGER receipt_no_renumbering BEFORE UPDATE OF organisation_id, series, year, number, label, "
        "amount_minor, currency, paper, issued_at ON receipt EXECUTE FUNCTION receipt_refuse()"
    ),
]
_table = SQLModel.metadata.tables["receipt"]
for _statement in SQLITE_KEPT:
    event.listen(_table, "after_create", DDL(_statement).execute_if(dialect="sqlite"))  # type: ignore[no-untyped-call]
for _statement in POSTGRES_KEPT:
    event.listen(_table, "after_create", DDL(_statement).execute_if(dialect="postgresql"))  # type: ignore[no-untyped-call]
