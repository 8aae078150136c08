"""How movements are booked in double entry, for French accounting software. Pure decisions, and one default chart.

The default numbers follow the French chart of associations (regulation ANC 2018-06); an organisation puts its own.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from app.core.i18n import Message, mark
from app.donations.rules import EntryKind, Way


class Use(StrEnum):
    """What an account of the chart is for."""

    STRIPE = "stripe"
    BANK = "bank"
    CASH = "cash"
    CHEQUES = "cheques"
    ELSEWHERE = "elsewhere"
    GIFTS = "gifts"
    SPONSORS = "sponsors"
    FEES = "fees"
    SPENT = "spent"
    TRANSFERRED = "transferred"
    IN_KIND_USED = "in_kind_used"
    IN_KIND_GIVEN = "in_kind_given"


@dataclass(frozen=True, slots=True)
class Account:
    """A line of a chart of accounts; ``label`` is French, as the file it is for."""

    number: str
    label: str


DEFAULTS: Mapping[Use, Account] = {
    Use.STRIPE: Account("517000", "Stripe"),
    Use.BANK: Account("512000", "Banque"),
    Use.CASH: Account("530000", "Caisse"),
    Use.CHEQUES: Account("511200", "Chèques à encaisser"),
    Use.ELSEWHERE: Account("467000", "Collectes par un autre service"),
    Use.GIFTS: Account("754100", "Dons manuels"),
    Use.SPONSORS: Account("754200", "Mécénats"),
    Use.FEES: Account("627800", "Commissions sur paiements"),
    Use.SPENT: Account("658000", "Dépenses de la cause"),
    Use.TRANSFERRED: Account("657000", "Reversements"),
    Use.IN_KIND_USED: Account("860000", "Emplois des dons en nature"),
    Use.IN_KIND_GIVEN: Account("870000", "Dons en nature"),
}
USE_WORDS: Mapping[Use, Message] = {
    Use.STRIPE: mark("Money at Stripe"),
    Use.BANK: mark("Money at the bank"),
    Use.CASH: mark("Cash"),
    Use.CHEQUES: mark("Cheques to pay in"),
    Use.ELSEWHERE: mark("Money at another collecting service"),
    Use.GIFTS: mark("Gifts, what was given or taken back included"),
    Use.SPONSORS: mark("Payments of sponsors"),
    Use.FEES: mark("Payment fees"),
    Use.SPENT: mark("Money used for the cause"),
    Use.TRANSFERRED: mark("Money handed on"),
    Use.IN_KIND_USED: mark("Gifts in kind, used"),
    Use.IN_KIND_GIVEN: mark("Gifts in kind, received"),
}
_COUNTER: Mapping[EntryKind, Use] = {
    EntryKind.GIFT: Use.GIFTS,
    EntryKind.COVER: Use.GIFTS,
    EntryKind.REFUND: Use.GIFTS,
    EntryKind.DISPUTE: Use.GIFTS,
    EntryKind.DECLARED: Use.GIFTS,
    EntryKind.CORRECTION: Use.GIFTS,
    EntryKind.FEE: Use.FEES,
    EntryKind.MATCH: Use.SPONSORS,
    EntryKind.SPEND: Use.SPENT,
    EntryKind.TRANSFER: Use.TRANSFERRED,
    EntryKind.IN_KIND: Use.IN_KIND_GIVEN,
}
_MONEY: Mapping[Way, Use] = {Way.ONLINE: Use.STRIPE, Way.CASH: Use.CASH, Way.CHEQUE: Use.CHEQUES}


class Journal(StrEnum):
    """A journal of the file; entries are numbered without a gap in each."""

    STRIPE = "STR"
    BANK = "BQ"
    CASH = "CAI"
    OTHER = "OD"
    PAYOUTS = "VIR"


JOURNALS: Mapping[Journal, str] = {
    Journal.STRIPE: "Stripe",
    Journal.BANK: "Banque",
    Journal.CASH: "Caisse",
    Journal.OTHER: "Opérations diverses",
    Journal.PAYOUTS: "Virements de Stripe",
}


@dataclass(frozen=True, slots=True)
class Sides:
    """The two accounts of an entry: a positive amount debits ``money`` and credits ``counter``."""

    money: Use
    counter: Use

    @property
    def journal(self) -> Journal:
        if self.money is Use.STRIPE:
            return Journal.PAYOUTS if self.counter is Use.BANK else Journal.STRIPE
        if self.money is Use.CASH:
            return Journal.CASH
        return Journal.BANK if self.money in (Use.BANK, Use.CHEQUES) else Journal.OTHER


PAYOUT = Sides(Use.STRIPE, Use.BANK)


def sides(kind: EntryKind, way: Way | None, source: str) -> Sides:
    """Where an entry of the ledger is booked; a correction's ``kind`` is that of the entry it corrects."""
    if kind is EntryKind.IN_KIND:
        return Sides(Use.IN_KIND_USED, Use.IN_KIND_GIVEN)
    if kind is EntryKind.DECLARED:
        return Sides(Use.ELSEWHERE, Use.GIFTS)
    if source.startswith(("stripe:", "books:")):
        money = Use.STRIPE
    else:
        money = Use.BANK if way is None else _MONEY.get(way, Use.BANK)
    return Sides(money, _COUNTER[kind])


def accounts(own: Mapping[str, Mapping[str, str]]) -> dict[Use, Account]:
    """The chart of an organisation: its own accounts, and the usual ones where it named none."""
    found = dict(DEFAULTS)
    for use in Use:
        given = own.get(use.value, {})
        if given.get("number"):
            found[use] = Account(given["number"], given.get("label") or DEFAULTS[use].label)
    return found


def year_of(day: date, first_month: int) -> int:
    """The calendar year in which the year of account of a day began."""
    return day.year if day.month >= first_month else day.year - 1


def bounds(year: int, first_month: int) -> tuple[date, date]:
    """The first and the last day of the year of account that begins in a calendar year."""
    return date(year, first_month, 1), date(year + 1, first_month, 1) - timedelta(days=1)


def year_label(year: int, first_month: int) -> str:
    """How a year of account is called."""
    return str(year) if first_month == 1 else f"{year}–{year + 1}"
