"""The books as files: CSV for machines, with codes and a decimal point, and XLSX for people, in their language.

Each column is named once, for both. No cell becomes a formula: text passes the house's guard, and a workbook's
cells are typed.
"""

import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Generic, TypeVar

import xlsxwriter

from app.books.figures import Sending, Statement
from app.books.recorded import Moved, Recorded
from app.books.words import KIND_WORDS, PAYOUT_WORDS
from app.core.i18n import Message, mark
from app.core.money import decimal_string, minor_digits
from app.core.spreadsheet import inert, line

R = TypeVar("R")


@dataclass(frozen=True)
class Amount:
    """Minor units and their currency."""

    minor: int
    currency: str

    def __str__(self) -> str:
        return decimal_string(self.minor, self.currency)


Cell = str | date | Amount | Message


@dataclass(frozen=True)
class Column(Generic[R]):
    """A column: its code in CSV, its title for people, and what stands in it; ``shown`` where people read words."""

    code: str
    title: Message
    of: Callable[[R], Cell]
    shown: Callable[[R], Cell] | None = None
    width: int = 14


_CURRENCY, _CAMPAIGN = mark("Currency"), mark("Campaign")
LEDGER: Sequence[Column[Recorded]] = (
    Column("date", mark("Day"), lambda one: one.on_date),
    Column("entry", mark("Entry"), lambda one: one.pid),
    Column("kind", mark("What"), lambda one: one.kind.value, lambda one: KIND_WORDS[one.kind], 22),
    Column(
        "counts_as", mark("Counts as"), lambda one: one.as_kind.value, lambda one: KIND_WORDS[one.as_kind], 22
    ),
    Column("amount", mark("Amount"), lambda one: Amount(one.amount_minor, one.currency)),
    Column("currency", _CURRENCY, lambda one: one.currency, width=9),
    Column("campaign", _CAMPAIGN, lambda one: one.campaign, width=30),
    Column("category", mark("Category"), lambda one: one.category),
    Column("note", mark("Note"), lambda one: one.note, width=30),
    Column("way", mark("Way"), lambda one: one.way.value if one.way else ""),
    Column("gift", mark("Gift"), lambda one: one.gift),
    Column("corrects", mark("Corrects"), lambda one: one.corrects),
    Column("source", mark("Source"), lambda one: one.source, width=40),
)
MOVEMENTS: Sequence[Column[Moved]] = (
    Column("date", mark("Day"), lambda one: one.on_date),
    Column("movement", mark("Movement"), lambda one: one.remote_id, width=30),
    Column("kind", mark("What"), lambda one: one.kind, width=22),
    Column("amount", mark("Amount"), lambda one: Amount(one.amount_minor, one.currency)),
    Column("fee", mark("Fee"), lambda one: Amount(one.fee_minor, one.currency)),
    Column("net", mark("Net"), lambda one: Amount(one.net_minor, one.currency)),
    Column("currency", _CURRENCY, lambda one: one.currency, width=9),
    Column("campaign", _CAMPAIGN, lambda one: one.campaign, width=30),
    Column("payout", mark("Payout"), lambda one: one.payout, width=30),
    Column("source", mark("Source"), lambda one: one.source, width=30),
    Column("description", mark("Description"), lambda one: one.description, width=30),
)
PAYOUTS: Sequence[Column[Sending]] = (
    Column("arrives", mark("At the bank"), lambda one: one.arrives_on),
    Column("payout", mark("Payout"), lambda one: one.remote_id, width=30),
    Column("status", mark("State"), lambda one: one.status, lambda one: PAYOUT_WORDS[one.place]),
    Column("amount", mark("Amount"), lambda one: Amount(one.amount_minor, one.currency)),
    Column("currency", _CURRENCY, lambda one: one.currency, width=9),
)


def csv_lines(columns: Sequence[Column[R]], rows: Iterable[R]) -> Iterator[str]:
    """The header, then one line a row: UTF-8, CRLF, ISO dates (RFC 4180)."""
    yield line(column.code for column in columns)
    for row in rows:
        yield line(str(column.of(row)) for column in columns)


def workbook(
    statements: Sequence[Statement],
    ledger: Sequence[Recorded],
    movements: Sequence[Moved],
    payouts: Sequence[Sending],
) -> bytes:
    """Four sheets, in the language spoken: the sums, the ledger, what Stripe told, what it sent to the bank."""
    file = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(file, options) as book:
        pen = _Pen(book)
        pen.sums(statements)
        pen.sheet(str(mark("Ledger")), LEDGER, ledger)
        pen.sheet("Stripe", MOVEMENTS, movements)
        pen.sheet(str(mark("Payouts")), PAYOUTS, payouts)
    return file.getvalue()


class _Pen:
    """Writes typed cells: text is never a formula, an amount keeps its decimals."""

    def __init__(self, book: Any) -> None:
        self._book = book
        self._bold = book.add_format({"bold": True, "bottom": 1})
        self._day = book.add_format({"num_format": "yyyy-mm-dd", "align": "left"})
        self._money: dict[int, Any] = {}

    def sheet(self, name: str, columns: Sequence[Column[R]], rows: Iterable[R]) -> None:
        page = self._page(name, [(column.title, column.width) for column in columns])
        count = 0
        for count, row in enumerate(rows, start=1):
            for place, column in enumerate(columns):
                self._write(page, count, place, (column.shown or column.of)(row))
        page.autofilter(0, 0, count, len(columns) - 1)

    def sums(self, statements: Sequence[Statement]) -> None:
        page = self._page(
            str(mark("Sums")), [(mark("What"), 44), *((one.currency, 16) for one in statements)]
        )
        for place, one in enumerate(statements, start=1):
            for row, (words, minor) in enumerate(one.told(), start=1):
                self._write(page, row, 0, words)
                self._write(page, row, place, Amount(minor, one.currency))

    def _page(self, name: str, titles: Sequence[tuple[Message | str, int]]) -> Any:
        page = self._book.add_worksheet(name)
        for place, (title, width) in enumerate(titles):
            page.set_column(place, place, width)
            page.write_string(0, place, str(title), self._bold)
        page.freeze_panes(1, 0)
        return page

    def _write(self, page: Any, row: int, place: int, cell: Cell) -> None:
        if isinstance(cell, Amount):
            digits = minor_digits(cell.currency)
            page.write_number(row, place, Decimal(cell.minor).scaleb(-digits), self._decimals(digits))
        elif isinstance(cell, date):
            page.write_datetime(row, place, cell, self._day)
        else:
            page.write_string(row, place, inert(str(cell).replace("\r\n", "\n")))

    def _decimals(self, digits: int) -> Any:
        if digits not in self._money:
            self._money[digits] = self._book.add_format(
                {"num_format": f"#,##0.{'0' * digits}" if digits else "#,##0"}
            )
        return self._money[digits]
