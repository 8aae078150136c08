"""Bank transfers: the account they go to, statements read once, lines that find their campaign or wait for somebody.

Refuses a statement of another account, and takes no line twice.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlmodel import Session

from app.campaigns import queries as campaigns
from app.campaigns.models import Campaign
from app.campaigns.rules import PUBLIC_STATES
from app.core import clock
from app.core.db import insert_into
from app.core.errors import Conflict
from app.core.i18n import mark
from app.core.ids import new_pid
from app.drive import queries, rules
from app.drive.models import BankAccount, BankLine
from app.drive.rules import LineState
from app.drive.service import offline
from app.drive.statements import Line
from app.people import audit
from app.people.rules import Actor, Permission

COLUMN_SETS = 8
"""Layouts remembered: a bank changes its own now and then."""


@dataclass(frozen=True)
class Outcome:
    """What became of a statement's lines."""

    taken: int
    open: int
    known: int  # told by an earlier file


def keep_account(session: Session, actor: Actor, *, holder: str, iban: str, bic: str, currency: str) -> None:
    """Say where transfers go. Only an owner may: whoever changes it leads gifts elsewhere."""
    actor.require(Permission.ADMIN)
    row = queries.account(session, actor.organisation_id)
    if row is None:
        row = BankAccount(organisation_id=actor.organisation_id, holder=holder, iban=iban)
    row.holder, row.iban, row.bic, row.currency = holder, iban, bic, currency
    row.changed_by, row.changed_at = actor.person_id, clock.now()
    session.add(row)
    session.flush()
    audit.record(session, actor, "money.bank_changed", subject=f"…{iban[-4:]}")


def remember_columns(session: Session, account: BankAccount, mark: str, columns: Mapping[str, str]) -> None:
    """Keep what the columns of a layout hold, the latest layouts only."""
    kept = {key: value for key, value in account.columns.items() if key != mark}
    kept[mark] = dict(columns)
    account.columns = dict(list(kept.items())[-COLUMN_SETS:])
    session.add(account)


def check_account(account: BankAccount, iban: str) -> None:
    """Raises Conflict when a statement is of another account."""
    if iban.replace(" ", "") != account.iban:
        raise Conflict(mark("This statement is of another account than the one donors are shown."))


def take_in(session: Session, actor: Actor, lines: Sequence[Line]) -> Outcome:
    """Keep each line once. One that names a single campaign of the same currency becomes a gift at once."""
    actor.require(Permission.MONEY)
    own = {
        rules.reference(one.pid): one
        for one in campaigns.of_organisation(session, actor.organisation_id, PUBLIC_STATES)
    }
    taken = waiting = known = 0
    for one in lines:
        pid = _keep(session, actor, one)
        row = queries.line(session, actor.organisation_id, pid) if pid else None
        if row is None:
            known += 1
            continue
        named = [own[code] for code in rules.references_in((one.text,)) if code in own]
        if len(named) == 1 and named[0].currency == one.currency:
            _give(session, actor, row, named[0], one.payer)
            taken += 1
        else:
            waiting += 1
    audit.record(session, actor, "money.bank_imported", subject=str(len(lines)), taken=taken, open=waiting)
    return Outcome(taken, waiting, known)


def decide(session: Session, actor: Actor, row: BankLine, campaign: Campaign, *, donor_name: str) -> None:
    """Say that a line is a gift to a campaign. Raises Conflict when it is decided, or in another currency."""
    actor.require(Permission.MONEY)
    _still_open(row)
    if campaign.currency != row.currency:
        raise Conflict(mark("This campaign takes gifts in another currency."))
    _give(session, actor, row, campaign, donor_name)
    audit.record(
        session,
        actor,
        "money.bank_decided",
        subject=campaign.title,
        subject_pid=campaign.pid,
        amount=row.amount_minor,
    )


def set_aside(session: Session, actor: Actor, row: BankLine) -> None:
    """Say that a line is no gift to any campaign."""
    actor.require(Permission.MONEY)
    _still_open(row)
    row.state = LineState.ASIDE
    session.add(row)
    audit.record(session, actor, "money.bank_set_aside", subject=row.text[:60], amount=row.amount_minor)


def take_up(session: Session, actor: Actor, row: BankLine) -> None:
    """Look again at a line that was set aside."""
    actor.require(Permission.MONEY)
    if row.state is not LineState.ASIDE:
        raise Conflict(mark("Somebody decided about this line meanwhile."))
    row.state = LineState.OPEN
    session.add(row)


def _still_open(row: BankLine) -> None:
    if row.state is not LineState.OPEN:
        raise Conflict(mark("Somebody decided about this line meanwhile."))


def _give(session: Session, actor: Actor, row: BankLine, campaign: Campaign, donor: str) -> None:
    gift = offline.take_transfer(
        session,
        actor,
        campaign,
        amount_minor=row.amount_minor,
        on_date=min(row.booked_on, clock.today(campaign.timezone)),
        payer=donor,
        proof=row.text[:200],
    )
    row.state, row.gift_id = LineState.TAKEN, gift.id
    session.add(row)
    session.flush()


def _keep(session: Session, actor: Actor, one: Line) -> str | None:
    """The pid of the row made for a line; None when the bank told of it before, in whatever file."""
    return session.execute(
        insert_into(session, BankLine)
        .values(
            pid=new_pid(),
            organisation_id=actor.organisation_id,
            bank_id=one.bank_id,
            booked_on=one.booked_on,
            amount_minor=one.amount_minor,
            currency=one.currency,
            payer=one.payer,
            text=one.text,
            state=LineState.OPEN,
            imported_by=actor.person_id,
            imported_at=clock.now(),
        )
        .on_conflict_do_nothing(index_elements=["organisation_id", "bank_id"])
        .returning(BankLine.__table__.c.pid)  # type: ignore[attr-defined]
    ).scalar_one_or_none()
