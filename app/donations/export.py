"""The open ledger as CSV (the public contract): ISO dates, a decimal point, signs as the balance moves."""

import csv
import io
from collections.abc import Iterable, Iterator

from app.core.money import decimal_string
from app.donations.models import LedgerEntry

HEADER = ("date", "kind", "amount", "currency", "category", "note", "entry")


def ledger_lines(entries: Iterable[LedgerEntry]) -> Iterator[str]:
    """The header, then one line an entry, in UTF-8 with CRLF (RFC 4180)."""
    yield _line(HEADER)
    for entry in entries:
        yield _line(
            (
                entry.on_date.isoformat(),
                entry.kind.value,
                decimal_string(entry.amount_minor, entry.currency),
                entry.currency,
                _plain(entry.category),
                _plain(entry.note),
                entry.pid,
            )
        )


def _line(cells: Iterable[str]) -> str:
    buffer = io.StringIO()
    csv.writer(buffer).writerow(cells)
    return buffer.getvalue()


def _plain(text: str) -> str:
    """Text that no spreadsheet takes for a formula (OWASP, CSV injection)."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text
