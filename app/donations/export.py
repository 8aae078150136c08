"""The open ledger as CSV (the public contract): ISO dates, a decimal point, signs as the balance moves."""

from collections.abc import Iterable, Iterator

from app.core.money import decimal_string
from app.core.spreadsheet import line
from app.donations.models import LedgerEntry

HEADER = ("date", "kind", "amount", "currency", "category", "note", "entry")


def ledger_lines(entries: Iterable[LedgerEntry]) -> Iterator[str]:
    """The header, then one line an entry, in UTF-8 with CRLF (RFC 4180)."""
    yield line(HEADER)
    for entry in entries:
        yield line(
            (
                entry.on_date.isoformat(),
                entry.kind.value,
                decimal_string(entry.amount_minor, entry.currency),
                entry.currency,
                entry.category,
                entry.note,
                entry.pid,
            )
        )
