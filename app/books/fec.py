"""The accounting file of French law (tax procedures book, article A47 A-1): 18 columns, tabs, decimal commas.

Meant for an accountant's software: what Septaine knows, in double entry. Only euros: the file has one currency.
Entries are numbered by journal in the order they were made, so that a later file gives each the same number.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from app.books.chart import JOURNALS, PAYOUT, Account, Sides, Use, sides
from app.books.recorded import Recorded, Sent
from app.core.money import decimal_string
from app.core.spreadsheet import inert
from app.donations.rules import EntryKind

CURRENCY = "EUR"
COLUMNS = (
    "JournalCode",
    "JournalLib",
    "EcritureNum",
    "EcritureDate",
    "CompteNum",
    "CompteLib",
    "CompAuxNum",
    "CompAuxLib",
    "PieceRef",
    "PieceDate",
    "EcritureLib",
    "Debit",
    "Credit",
    "EcritureLet",
    "DateLet",
    "ValidDate",
    "Montantdevise",
    "Idevise",
)
# The file is French whoever asks for it.
_WORDS: Mapping[EntryKind, str] = {
    EntryKind.GIFT: "Don",
    EntryKind.COVER: "Frais pris en charge par le donateur",
    EntryKind.FEE: "Frais de paiement",
    EntryKind.REFUND: "Remboursement",
    EntryKind.DISPUTE: "Paiement contesté",
    EntryKind.MATCH: "Versement d’un mécène",
    EntryKind.IN_KIND: "Don en nature",
    EntryKind.DECLARED: "Collecte par un autre service",
    EntryKind.SPEND: "Dépense",
    EntryKind.TRANSFER: "Reversement",
    EntryKind.CORRECTION: "Correction",
}


@dataclass(frozen=True, slots=True)
class Booked:
    """One entry in double entry, before it has its number."""

    made_at: datetime
    row: tuple[int, int]  # what was made in one instant keeps the order of its rows
    sides: Sides
    day: date
    piece: str
    words: str
    amount_minor: int


def booked(entries: Iterable[Recorded], sent: Iterable[Sent]) -> list[Booked]:
    """Everything in euros, in the order it was made."""
    found = [_entry(one) for one in entries if one.currency == CURRENCY and one.amount_minor]
    found += [_payout(one) for one in sent if one.currency == CURRENCY and one.net_minor]
    return sorted(found, key=lambda one: (one.made_at, one.row))


def _entry(one: Recorded) -> Booked:
    words = _WORDS[one.as_kind] + (
        " (correction)" if one.corrects and one.kind is EntryKind.CORRECTION else ""
    )
    piece = one.source.rpartition(":")[2] if one.source.startswith(("stripe:", "books:")) else one.pid
    where = sides(one.as_kind, one.way, one.source)
    return Booked(
        one.made_at, (0, one.id), where, one.on_date, piece, f"{words} – {one.campaign}", one.amount_minor
    )


def _payout(one: Sent) -> Booked:
    words = "Virement vers la banque" if one.net_minor < 0 else "Virement revenu"
    return Booked(one.told_at, (1, one.id), PAYOUT, one.on_date, one.source, words, one.net_minor)


def lines(
    found: Sequence[Booked], plan: Mapping[Use, Account], year: tuple[date, date], zone: str
) -> Iterator[str]:
    """The header, then two lines an entry between two days; columns end at tabs. Days are those of the zone."""
    yield "\t".join(COLUMNS) + "\r\n"
    numbers: Counter[str] = Counter()
    for one in found:
        if year[0] <= one.day <= year[1]:
            numbers[one.sides.journal] += 1
            made_on = one.made_at.astimezone(ZoneInfo(zone)).date()
            yield from _pair(one, plan, numbers[one.sides.journal], max(made_on, one.day))


def _pair(one: Booked, plan: Mapping[Use, Account], number: int, made_on: date) -> Iterator[str]:
    gains, loses = (one.sides.money, one.sides.counter)
    if one.amount_minor < 0:
        gains, loses = loses, gains
    amount = decimal_string(abs(one.amount_minor), CURRENCY).replace(".", ",")
    journal = one.sides.journal
    for use, debit, credit in ((gains, amount, "0,00"), (loses, "0,00", amount)):
        cells = (
            journal.value,
            JOURNALS[journal],
            f"{journal.value}{number:06d}",
            f"{one.day:%Y%m%d}",
            plan[use].number,
            plan[use].label,
            "",
            "",
            one.piece,
            f"{one.day:%Y%m%d}",
            one.words,
            debit,
            credit,
            "",
            "",
            f"{made_on:%Y%m%d}",
            "",
            "",
        )
        yield "\t".join(_cell(cell) for cell in cells) + "\r\n"


def _cell(text: str) -> str:
    """A cell that ends neither itself nor its line, and that no spreadsheet calculates."""
    return inert(" ".join(text.split()))


def file_name(company_number: str, last: date) -> str:
    """As the article wants it: the nine figures of the SIREN, FEC, the last day of the year of account."""
    return f"{company_number}FEC{last:%Y%m%d}.txt"
