"""Tables of the books: Stripe's movements and payouts as it tells them, and where they and the ledger differ.

Movements are a copy that is only added to: the database itself refuses to change what Stripe told. What a payout
took and which campaign a movement concerns is learned later.
"""

from datetime import date, datetime
from typing import Any

from sqlalchemy import DDL, JSON, BigInteger, UniqueConstraint, event
from sqlmodel import Field, SQLModel

from app.books.rules import Cause, FindingState
from app.core import clock
from app.core.db import EnumText, Row, UtcDateTime
from app.core.ids import new_pid


class StripeLine(Row, table=True):
    """One movement of an account's balance, in the account's currency: net = amount − fee."""

    __tablename__ = "stripe_line"
    __table_args__ = (UniqueConstraint("account", "remote_id", name="uq_stripe_line_remote"),)

    id: int = Field(default=None, primary_key=True)
    account: str = Field(default="", max_length=16)  # as on a gift: empty for the instance's
    remote_id: str = Field(max_length=120)
    kind: str = Field(max_length=60)
    amount_minor: int = Field(sa_type=BigInteger)
    fee_minor: int = Field(default=0, sa_type=BigInteger)
    net_minor: int = Field(sa_type=BigInteger)
    currency: str = Field(max_length=3)
    source: str = Field(default="", max_length=120)
    payout: str | None = Field(default=None, index=True, max_length=120)  # the payout that took it
    description: str = Field(default="", max_length=200)
    made_at: datetime = Field(sa_type=UtcDateTime)
    available_at: datetime = Field(sa_type=UtcDateTime)
    told_at: datetime = Field(default_factory=clock.now, sa_type=UtcDateTime)  # when it was copied
    organisation_id: int | None = Field(default=None, foreign_key="organisation.id", index=True)
    campaign_id: int | None = Field(default=None, foreign_key="campaign.id", index=True)


class StripePayout(Row, table=True):
    """Money an account sent to a bank."""

    __tablename__ = "stripe_payout"
    __table_args__ = (UniqueConstraint("account", "remote_id", name="uq_stripe_payout_remote"),)

    id: int = Field(default=None, primary_key=True)
    account: str = Field(default="", max_length=16)
    remote_id: str = Field(max_length=120)
    amount_minor: int = Field(sa_type=BigInteger)
    currency: str = Field(max_length=3)
    status: str = Field(max_length=20)
    made_at: datetime = Field(sa_type=UtcDateTime)
    arrives_on: date
    # What it took that was earned before these books began; None until Stripe has told all it is made of.
    before_minor: int | None = Field(default=None, sa_type=BigInteger)
    by_hand: bool = False  # sent by hand at Stripe, which does not tell what such a payout is made of


class Finding(Row, table=True):
    """One thing about which Stripe and the ledger differed, and how that ended."""

    __tablename__ = "reconcile_finding"
    __table_args__ = (UniqueConstraint("account", "key", name="uq_reconcile_finding_key"),)

    id: int = Field(default=None, primary_key=True)
    pid: str = Field(default_factory=new_pid, unique=True, max_length=16)
    account: str = Field(default="", max_length=16)
    key: str = Field(max_length=120)
    organisation_id: int | None = Field(default=None, foreign_key="organisation.id", index=True)
    campaign_id: int | None = Field(default=None, foreign_key="campaign.id")
    cause: Cause = Field(sa_type=EnumText(Cause))
    state: FindingState = Field(default=FindingState.OPEN, sa_type=EnumText(FindingState), index=True)
    stripe_minor: int = Field(sa_type=BigInteger)
    ledger_minor: int = Field(sa_type=BigInteger)
    currency: str = Field(max_length=3)
    note: str = Field(default="", max_length=400)  # why, in a member's words
    closed_by: int | None = Field(default=None, foreign_key="person.id")
    found_at: datetime = Field(default_factory=clock.now, sa_type=UtcDateTime)
    closed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    told_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class BooksRun(Row, table=True):
    """How far an account's movements have been read, and how the last comparison ended."""

    __tablename__ = "books_run"

    account: str = Field(primary_key=True, max_length=16)
    since: datetime = Field(sa_type=UtcDateTime)  # the books begin here
    through: datetime = Field(sa_type=UtcDateTime)
    compared_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class AccountPlan(Row, table=True):
    """Under which accounts of its own chart an organisation books what moves."""

    __tablename__ = "account_plan"

    organisation_id: int = Field(primary_key=True, foreign_key="organisation.id")
    company_number: str = Field(default="", max_length=9)  # SIREN, for the name of the file
    first_month: int = 1  # the month in which its year of account begins
    accounts: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)


_TOLD = "account, remote_id, kind, amount_minor, fee_minor, net_minor, currency, source, made_at"
SQLITE_KEPT = [
    (
        "CREATE TRIGGER stripe_line_no_delete BEFORE DELETE ON stripe_line "
        "BEGIN SELECT RAISE(ABORT, 'what Stripe told is kept'); END"
    ),
    (
        f"CREATE TRIGGER stripe_line_no_change BEFORE UPDATE OF {_TOLD} ON stripe_line "
        "BEGIN SELECT RAISE(ABORT, 'what Stripe told is kept'); END"
    ),
]
POSTGRES_KEPT = [
    (
        "CREATE FUNCTION stripe_line_refuse() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'what Stripe told is kept'; END $$"
    ),
    (
        "CREATE TRIGGER stripe_line_no_delete BEFORE DELETE OR TRUNCATE ON stripe_line "
        "EXECUTE FUNCTION stripe_line_refuse()"
    ),
    (
        f"CREATE TRIGGER stripe_line_no_change BEFORE UPDATE OF {_TOLD} ON stripe_line "
        "EXECUTE FUNCTION stripe_line_refuse()"
    ),
]
_table = SQLModel.metadata.tables["stripe_line"]
for _statement in SQLITE_KEPT:
    event.listen(_table, "after_create", DDL(_statement).execute_if(dialect="sqlite"))  # type: ignore[no-untyped-call]
for _statement in POSTGRES_KEPT:
    event.listen(_table, "after_create", DDL(_statement).execute_if(dialect="postgresql"))  # type: ignore[no-untyped-call]
