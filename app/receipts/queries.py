"""Reads of receipts: what stays given, what has no receipt yet, the register and the totals of a year."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, Integer, case, cast, or_
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, func, select

from app.core import clock
from app.donations.models import Gift, LedgerEntry
from app.donations.rules import EntryKind, GiftState
from app.people.models import Organisation
from app.people.rules import Actor
from app.receipts.models import GiftAid, Receipt, ReceiptGift, TaxProfile
from app.receipts.rules import REGISTERS, Issuer, Series, Voided

PAGE = 50
_COUNTED = [
    EntryKind.GIFT,
    EntryKind.COVER,
    EntryKind.REFUND,
    EntryKind.DISPUTE,
    EntryKind.IN_KIND,
]
"""What a donor gave and took back. Fees are the organisation's own; a sponsor's match is the sponsor's gift."""

_PLAIN = [Series.PLAIN, Series.TEST_PLAIN]
_TAX = [Series.TAX, Series.TEST_TAX]


@dataclass(frozen=True)
class Standing:
    """What stays given of a gift in minor units, and the day its money came."""

    amount_minor: int
    on: date


def organisation(session: Session, organisation_id: int) -> Organisation:
    return session.get_one(Organisation, organisation_id)


def profile(session: Session, organisation_id: int) -> TaxProfile | None:
    """What an organisation declared, ended declarations too."""
    return session.get(TaxProfile, organisation_id)


def issuer(body: Organisation, declared: TaxProfile | None) -> Issuer:
    """What an organisation may issue today."""
    if declared is None or declared.ended_at is not None:
        return Issuer(None, identified=False, companies=False)
    known = body.legal_kind in REGISTERS[declared.regime] and bool(body.legal_number)
    return Issuer(
        declared.regime,
        identified=known and bool(body.legal_name and body.address and declared.object),
        companies=declared.companies,
    )


def gift_aid_of(session: Session, organisation_id: int, email: str) -> bool:
    """Whether a mailbox has an open Gift Aid declaration to an organisation."""
    wanted = (
        GiftAid.organisation_id == organisation_id,
        GiftAid.email == email.lower(),
        col(GiftAid.cancelled_at).is_(None),
    )
    return session.exec(select(GiftAid.id).where(*wanted).limit(1)).first() is not None


def standings(session: Session, gift_ids: Collection[int]) -> dict[int, Standing]:
    """What stays given of some paid gifts; a gift whose money is not in the ledger is left out."""
    entry, corrected = LedgerEntry, aliased(LedgerEntry)
    kind = func.coalesce(col(corrected.kind), col(entry.kind))
    came = case((kind.in_([EntryKind.GIFT, EntryKind.IN_KIND]), col(entry.on_date)))
    rows = session.exec(
        select(entry.gift_id, func.sum(entry.amount_minor), func.min(came))
        .outerjoin(corrected, col(corrected.id) == col(entry.corrects_id))
        .where(col(entry.gift_id).in_(gift_ids), kind.in_(_COUNTED))
        .group_by(col(entry.gift_id))
    )
    return {
        int(gift_id): Standing(max(0, int(amount)), _day(on))
        for gift_id, amount, on in rows
        if gift_id is not None and on is not None
    }


def _day(value: date | str) -> date:
    return date.fromisoformat(value) if isinstance(value, str) else value


def unsettled(session: Session, *, since: datetime | None, limit: int) -> Sequence[int]:
    """Paid gifts whose receipt does not say what the ledger says, the oldest first.

    `since` looks only at gifts with an entry made from then on, which is what a frequent look needs. Few at a time:
    each is written by itself, and a row of writes without a pause keeps donors waiting for theirs.
    """
    entry, corrected = aliased(LedgerEntry), aliased(LedgerEntry)
    kind = func.coalesce(col(corrected.kind), col(entry.kind))
    given = (
        select(func.coalesce(func.sum(entry.amount_minor), 0))
        .select_from(entry)
        .outerjoin(corrected, col(corrected.id) == col(entry.corrects_id))
        .where(col(entry.gift_id) == col(Gift.id), kind.in_(_COUNTED))
        .correlate(Gift)
        .scalar_subquery()
    )
    proven = (
        select(func.coalesce(func.sum(ReceiptGift.amount_minor), 0))
        .where(
            col(ReceiptGift.gift_id) == col(Gift.id),
            col(ReceiptGift.live),
            col(ReceiptGift.series).in_(_PLAIN),
        )
        .correlate(Gift)
        .scalar_subquery()
    )
    wanted: list[ColumnElement[bool]] = [
        col(Gift.state) == GiftState.PAID,
        proven != case((given < 0, 0), else_=given),
    ]
    if since is not None:
        recent = select(LedgerEntry.gift_id).where(
            col(LedgerEntry.created_at) >= since, col(LedgerEntry.gift_id).is_not(None)
        )
        wanted.append(col(Gift.id).in_(recent))
    return session.exec(select(Gift.id).where(*wanted).order_by(col(Gift.id)).limit(limit)).all()


def locked_gifts(session: Session, gift_ids: Collection[int]) -> Sequence[Gift]:
    """Some gifts, locked until the transaction ends, in one order for all who lock several."""
    return session.exec(
        select(Gift).where(col(Gift.id).in_(gift_ids)).order_by(col(Gift.id)).with_for_update()
    ).all()


def together(session: Session, gift_id: int) -> set[int]:
    """A gift and those that stand with it on a living receipt."""
    its = select(ReceiptGift.receipt_id).where(ReceiptGift.gift_id == gift_id, col(ReceiptGift.live))
    others = session.exec(select(ReceiptGift.gift_id).where(col(ReceiptGift.receipt_id).in_(its)))
    return {gift_id, *others}


def months(session: Session, plan_id: int) -> Sequence[Gift]:
    """The gifts of a monthly plan, locked until the transaction ends."""
    return session.exec(
        select(Gift).where(Gift.plan_id == plan_id).order_by(col(Gift.id)).with_for_update()
    ).all()


def living(
    session: Session, gift_ids: Collection[int], *, tax: bool
) -> Sequence[tuple[ReceiptGift, Receipt]]:
    """The living receipts, plain or tax, on which some gifts stand."""
    return session.exec(
        select(ReceiptGift, Receipt)
        .join(Receipt, col(Receipt.id) == col(ReceiptGift.receipt_id))
        .where(
            col(ReceiptGift.gift_id).in_(gift_ids),
            col(ReceiptGift.live),
            col(ReceiptGift.series).in_(_TAX if tax else _PLAIN),
        )
    ).all()


def last_tax(session: Session, gift_id: int) -> Receipt | None:
    """The latest tax receipt a gift stood on, living or not."""
    return session.exec(
        select(Receipt)
        .join(ReceiptGift, col(ReceiptGift.receipt_id) == col(Receipt.id))
        .where(ReceiptGift.gift_id == gift_id, col(ReceiptGift.series).in_(_TAX))
        .order_by(col(Receipt.id).desc())
    ).first()


def taken_back(session: Session, gift_ids: Collection[int]) -> dict[int, Receipt]:
    """By gift, the latest tax receipt it stood on, where a member took that back and no other followed."""
    stood = select(ReceiptGift.gift_id, func.max(ReceiptGift.receipt_id).label("receipt_id"))
    last = (
        stood.where(col(ReceiptGift.gift_id).in_(gift_ids), col(ReceiptGift.series).in_(_TAX))
        .group_by(col(ReceiptGift.gift_id))
        .subquery()
    )
    rows = session.exec(
        select(last.c.gift_id, Receipt)
        .join(Receipt, col(Receipt.id) == last.c.receipt_id)
        .where(col(Receipt.voided_why).in_([Voided.MISTAKE, Voided.ASKED]))
    )
    return {int(gift_id): receipt for gift_id, receipt in rows}


def gift_ids_of(session: Session, receipt_id: int) -> Sequence[int]:
    """The gifts a receipt stands for."""
    return session.exec(
        select(ReceiptGift.gift_id).where(ReceiptGift.receipt_id == receipt_id).order_by(col(ReceiptGift.id))
    ).all()


def own_receipt(session: Session, actor: Actor, pid: str) -> Receipt | None:
    """A receipt of the actor's organisation."""
    return session.exec(
        select(Receipt).where(Receipt.pid == pid, Receipt.organisation_id == actor.organisation_id)
    ).first()


def own_gift(session: Session, actor: Actor, pid: str) -> Gift | None:
    """A gift to the actor's organisation."""
    return session.exec(
        select(Gift).where(Gift.pid == pid, Gift.organisation_id == actor.organisation_id)
    ).first()


def by_pid(session: Session, pid: str) -> Receipt | None:
    return session.exec(select(Receipt).where(Receipt.pid == pid)).first()


def by_id(session: Session, receipt_id: int | None) -> Receipt | None:
    return session.get(Receipt, receipt_id) if receipt_id is not None else None


def replacement(session: Session, receipt: Receipt) -> Receipt | None:
    """The receipt that took another's place."""
    return session.exec(select(Receipt).where(Receipt.replaces_id == receipt.id)).first()


@dataclass(frozen=True)
class Wanted:
    """Which part of the register: a year of numbers, tax receipts or plain ones, some words of it."""

    year: int
    tax: bool = True
    words: str = ""


def _of_register(actor: Actor, wanted: Wanted) -> list[ColumnElement[bool]]:
    found = [
        col(Receipt.organisation_id) == actor.organisation_id,
        col(Receipt.year) == wanted.year,
        col(Receipt.series).in_(_TAX if wanted.tax else _PLAIN),
    ]
    if wanted.words:
        names = [func.lower(col(Receipt.donor)[one].as_string()) for one in ("name", "company")]
        texts = [*names, func.lower(Receipt.label), col(Receipt.donor_email)]
        sought = wanted.words.lower()
        found.append(or_(*(text.contains(sought, autoescape=True) for text in texts)))
    return found


def register(
    session: Session, actor: Actor, wanted: Wanted, *, page: int = 1
) -> tuple[Sequence[Receipt], int]:
    """One page of the register, the latest number first; and how many pages there are."""
    shown = _of_register(actor, wanted)
    count = session.exec(select(func.count()).select_from(Receipt).where(*shown)).one()
    rows = session.exec(
        select(Receipt)
        .where(*shown)
        .order_by(col(Receipt.series), col(Receipt.number).desc())
        .offset((page - 1) * PAGE)
        .limit(PAGE)
    ).all()
    return rows, max(1, -(-count // PAGE))


def whole_register(session: Session, actor: Actor, wanted: Wanted) -> Sequence[Receipt]:
    """A year's register in the order of its numbers, voided receipts included."""
    return session.exec(
        select(Receipt).where(*_of_register(actor, wanted)).order_by(col(Receipt.series), col(Receipt.number))
    ).all()


def labels(session: Session, ids: Collection[int]) -> Mapping[int, str]:
    """The written numbers of some receipts."""
    rows = session.exec(select(Receipt.id, Receipt.label).where(col(Receipt.id).in_(ids)))
    return dict(rows.all())


@dataclass(frozen=True)
class YearTotals:
    """What an organisation declares of a year: the sum of the gifts received in it that stand on tax receipts, and how
    many tax receipts it issued in it (CGI article 222 bis). By currency, in minor units."""

    sums: Mapping[str, int]
    issued: int
    standing: int
    voided: int


def year_totals(session: Session, actor: Actor, year: int) -> YearTotals:
    """The totals of a calendar year, real receipts only."""
    own = [col(Receipt.organisation_id) == actor.organisation_id, col(Receipt.series) == Series.TAX]
    sums = session.exec(
        select(Receipt.currency, func.sum(ReceiptGift.amount_minor))
        .join(ReceiptGift, col(ReceiptGift.receipt_id) == col(Receipt.id))
        .where(
            *own,
            col(ReceiptGift.live),
            col(ReceiptGift.on_date) >= date(year, 1, 1),
            col(ReceiptGift.on_date) <= date(year, 12, 31),
        )
        .group_by(col(Receipt.currency))
    )
    issued, voided = session.exec(
        select(
            func.count(), func.coalesce(func.sum(cast(col(Receipt.voided_at).is_not(None), Integer)), 0)
        ).where(*own, col(Receipt.year) == year)
    ).one()
    by_currency = {currency: int(amount) for currency, amount in sums}
    return YearTotals(by_currency, issued, issued - int(voided), int(voided))


def years(session: Session, actor: Actor) -> list[int]:
    """The years in which receipts were issued, and this one, the latest first."""
    zone = organisation(session, actor.organisation_id).timezone
    found = session.exec(
        select(Receipt.year).where(Receipt.organisation_id == actor.organisation_id).distinct()
    )
    return sorted({*found.all(), clock.today(zone).year}, reverse=True)
