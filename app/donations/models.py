"""Tables of donations. The ledger is only added to: the database itself refuses updates and deletes."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import DDL, JSON, BigInteger, CheckConstraint, Index, event, text
from sqlmodel import Field, SQLModel

from app.core import clock
from app.core.db import EnumText, Row, UtcDateTime
from app.core.ids import new_pid
from app.donations.rules import EntryKind, GiftState, PlanState, Tribute, Visibility, Way


class Gift(Row, table=True):
    __tablename__ = "gift"
    __table_args__ = (CheckConstraint("amount_minor > 0", name="amount"),)

    id: int = Field(default=None, primary_key=True)
    pid: str = Field(default_factory=new_pid, unique=True, max_length=16)
    organisation_id: int = Field(foreign_key="organisation.id", index=True)
    campaign_id: int = Field(foreign_key="campaign.id", index=True)
    amount_minor: int = Field(sa_type=BigInteger)  # the gift itself
    cover_minor: int = Field(default=0, sa_type=BigInteger)  # added for the fees; charged: both together
    currency: str = Field(max_length=3)
    way: Way = Field(default=Way.ONLINE, sa_type=EnumText(Way))
    plan_id: int | None = Field(default=None, foreign_key="giving_plan.id", index=True)
    state: GiftState = Field(default=GiftState.INTENT, sa_type=EnumText(GiftState), index=True)
    donor_name: str = Field(default="", max_length=120)
    donor_email: str = Field(default="", max_length=254)
    visibility: Visibility = Field(default=Visibility.ORGANISATION, sa_type=EnumText(Visibility))
    company: str = Field(default="", max_length=160)  # set when a company gives
    company_number: str = Field(default="", max_length=20)
    address: dict[str, Any] = Field(
        default_factory=dict, sa_type=JSON
    )  # {"line", "postcode", "city", "country"}, for a receipt
    tribute: Tribute = Field(default=Tribute.NONE, sa_type=EnumText(Tribute))
    tribute_name: str = Field(default="", max_length=120)
    message: str = Field(default="", max_length=400)
    language: str = Field(default="fr", max_length=2)
    influencer_id: int | None = Field(default=None, foreign_key="influencer.id")
    link_id: int | None = Field(default=None, foreign_key="tracked_link.id", index=True)  # by which it came
    idempotency_key: str = Field(default_factory=new_pid, unique=True, max_length=40)
    checkout_id: str | None = Field(default=None, unique=True, max_length=120)
    payment_intent: str | None = Field(default=None, index=True, max_length=120)
    invoice: str | None = Field(default=None, unique=True, index=True, max_length=120)  # the month of a plan
    method: str = Field(default="", max_length=40)  # Stripe's word: card, sepa_debit …
    livemode: bool = False
    account: str = Field(default="", max_length=16)  # whose Stripe account takes it; empty: the instance's
    created_at: datetime = Field(default_factory=clock.now, sa_type=UtcDateTime)
    paid_at: datetime | None = Field(default=None, sa_type=UtcDateTime)

    @property
    def charged_minor(self) -> int:
        """What the donor pays: the gift and what was added for the fees."""
        return self.amount_minor + self.cover_minor


class Giver(Row, table=True):
    """Whose browser or mailbox a gift belongs to, for the donor's private page; ends with the supporter."""

    __tablename__ = "giver"

    gift_id: int = Field(primary_key=True, foreign_key="gift.id")
    supporter_id: int = Field(foreign_key="supporter.id", ondelete="CASCADE", index=True)


class GivingPlan(Row, table=True):
    """A gift each month until the donor, the organisation or Stripe ends it. Each month is a gift of its own."""

    __tablename__ = "giving_plan"
    __table_args__ = (CheckConstraint("amount_minor > 0", name="amount"),)

    id: int = Field(default=None, primary_key=True)
    pid: str = Field(default_factory=new_pid, unique=True, max_length=16)
    organisation_id: int = Field(foreign_key="organisation.id", index=True)
    campaign_id: int = Field(foreign_key="campaign.id", index=True)
    amount_minor: int = Field(sa_type=BigInteger)
    cover_minor: int = Field(default=0, sa_type=BigInteger)
    currency: str = Field(max_length=3)
    state: PlanState = Field(default=PlanState.INTENT, sa_type=EnumText(PlanState), index=True)
    donor_name: str = Field(default="", max_length=120)
    donor_email: str = Field(default="", max_length=254)
    visibility: Visibility = Field(default=Visibility.ORGANISATION, sa_type=EnumText(Visibility))
    company: str = Field(default="", max_length=160)
    company_number: str = Field(default="", max_length=20)
    address: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    tribute: Tribute = Field(default=Tribute.NONE, sa_type=EnumText(Tribute))
    tribute_name: str = Field(default="", max_length=120)
    message: str = Field(default="", max_length=400)  # goes with the first month's gift
    supporter_id: int | None = Field(
        default=None, foreign_key="supporter.id", ondelete="SET NULL", index=True
    )
    language: str = Field(default="fr", max_length=2)
    idempotency_key: str = Field(default_factory=new_pid, unique=True, max_length=40)
    checkout_id: str | None = Field(default=None, unique=True, max_length=120)
    subscription: str | None = Field(default=None, unique=True, max_length=120)
    customer: str | None = Field(default=None, index=True, max_length=120)
    livemode: bool = False
    account: str = Field(default="", max_length=16)  # as on a gift
    link_id: int | None = Field(default=None, foreign_key="tracked_link.id", index=True)  # by which it came
    influencer_id: int | None = Field(default=None, foreign_key="influencer.id")  # whose link that was
    seen_at: datetime | None = Field(default=None, sa_type=UtcDateTime)  # when Stripe was last asked about it
    created_at: datetime = Field(default_factory=clock.now, sa_type=UtcDateTime)
    next_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class StripeAccount(Row, table=True):
    """An organisation's own account at Stripe: it receives the money, its name stands on the statement.

    `sealed` holds the restricted key and the webhook secrets. A removed row keeps its name, for the gifts that
    came through it, and no secret.
    """

    __tablename__ = "stripe_account"
    __table_args__ = (
        Index(
            "uq_stripe_account_present",
            "organisation_id",
            unique=True,
            sqlite_where=text("removed_at IS NULL"),
            postgresql_where=text("removed_at IS NULL"),
        ),
    )

    id: int = Field(default=None, primary_key=True)
    pid: str = Field(default_factory=new_pid, unique=True, max_length=16)
    organisation_id: int = Field(foreign_key="organisation.id", index=True)
    remote_id: str = Field(default="", max_length=80)  # acct_…, when the key may say it
    name: str = Field(default="", max_length=200)
    country: str = Field(default="", max_length=2)
    currency: str = Field(default="", max_length=3)
    livemode: bool = False
    sealed: str = Field(default="", max_length=8000)
    hint: str = Field(default="", max_length=8)  # the end of the key, to tell it from another
    secrets: int = 0  # how many webhook secrets are kept; two while one replaces the other
    heard_at: datetime | None = Field(default=None, sa_type=UtcDateTime)  # the last notification
    connected_by: int | None = Field(default=None, foreign_key="person.id")
    connected_at: datetime = Field(default_factory=clock.now, sa_type=UtcDateTime)
    removed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class PaymentEvent(Row, table=True):
    """The inbox: each event once, handled once."""

    __tablename__ = "payment_event"

    id: str = Field(
        primary_key=True, max_length=120
    )  # Stripe's own id, after "account:" for an account of its own
    type: str = Field(max_length=80)
    livemode: bool
    account: str = Field(default="", max_length=16)  # whose address it came to; only its gifts may it touch
    payload: dict[str, Any] = Field(sa_type=JSON)
    received_at: datetime = Field(default_factory=clock.now, sa_type=UtcDateTime)
    handled_at: datetime | None = Field(default=None, sa_type=UtcDateTime, index=True)
    attempts: int = 0
    error: str = Field(default="", max_length=400)


class PaymentPull(Row, table=True):
    """Until when Stripe's list of events has been read, so that a lost notification is found."""

    __tablename__ = "payment_pull"

    name: str = Field(primary_key=True, max_length=20)
    through: datetime = Field(sa_type=UtcDateTime)


class LedgerEntry(Row, table=True):
    __tablename__ = "ledger_entry"

    id: int = Field(default=None, primary_key=True)
    pid: str = Field(default_factory=new_pid, unique=True, max_length=16)
    organisation_id: int = Field(foreign_key="organisation.id", index=True)
    campaign_id: int = Field(foreign_key="campaign.id", index=True)
    kind: EntryKind = Field(sa_type=EnumText(EntryKind))
    amount_minor: int = Field(sa_type=BigInteger)  # signed as it moves the balance
    currency: str = Field(max_length=3)
    category: str = Field(default="", max_length=80)
    note: str = Field(default="", max_length=400)
    gift_id: int | None = Field(default=None, foreign_key="gift.id", index=True)
    evidence_media_id: int | None = Field(default=None, foreign_key="media.id")
    evidence_note: str = Field(default="", max_length=200)
    corrects_id: int | None = Field(default=None, foreign_key="ledger_entry.id")
    source: str = Field(unique=True, max_length=160)  # e.g. "stripe:charge:ch_…": a fact enters once
    on_date: date  # the day it happened, in the campaign's zone
    created_by: int | None = Field(default=None, foreign_key="person.id")
    created_at: datetime = Field(default_factory=clock.now, sa_type=UtcDateTime)


SQLITE_APPEND_ONLY = [
    (
        "CREATE TRIGGER ledger_entry_no_update BEFORE UPDATE ON ledger_entry "
        "BEGIN SELECT RAISE(ABORT, 'the ledger is only added to'); END"
    ),
    (
        "CREATE TRIGGER ledger_entry_no_delete BEFORE DELETE ON ledger_entry "
        "BEGIN SELECT RAISE(ABORT, 'the ledger is only added to'); END"
    ),
]
POSTGRES_APPEND_ONLY = [
    (
        "CREATE FUNCTION ledger_entry_refuse() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'the ledger is only added to'; END $$"
    ),
    (
        "CREATE TRIGGER ledger_entry_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_entry "
        "EXECUTE FUNCTION ledger_entry_refuse()"
    ),
]
_table = SQLModel.metadata.tables["ledger_entry"]
for _statement in SQLITE_APPEND_ONLY:
    event.listen(_table, "after_create", DDL(_statement).execute_if(dialect="sqlite"))  # type: ignore[no-untyped-call]
for _statement in POSTGRES_APPEND_ONLY:
    event.listen(_table, "after_create", DDL(_statement).execute_if(dialect="postgresql"))  # type: ignore[no-untyped-call]
