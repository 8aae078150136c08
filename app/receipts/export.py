"""The register of a year as CSV: every number once, in order, voided receipts with their reason."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlmodel import Session

from app.core.money import decimal_string
from app.core.spreadsheet import line
from app.receipts import queries
from app.receipts.models import Receipt
from app.receipts.paper import address_of
from app.receipts.rules import Donor

HEADER = (
    "number",
    "kind",
    "issued",
    "donor",
    "company_number",
    "address",
    "amount",
    "currency",
    "voided",
    "reason",
    "note",
    "replaces",
    "receipt",
)


def register_lines(session: Session, rows: Sequence[Receipt], zone: str) -> Iterator[str]:
    """The header, then one line a receipt: ISO dates in the organisation's zone, a decimal point."""
    before = queries.labels(session, [row.replaces_id for row in rows if row.replaces_id is not None])
    yield line(HEADER)
    for row in rows:
        donor = Donor(**row.donor)
        yield line(
            (
                row.label,
                row.kind.value,
                _day(row.issued_at, zone).isoformat(),
                donor.shown,
                donor.company_number,
                address_of(donor),
                decimal_string(row.amount_minor, row.currency),
                row.currency,
                _day(row.voided_at, zone).isoformat() if row.voided_at else "",
                row.voided_why.value if row.voided_why else "",
                row.void_note,
                before.get(row.replaces_id or 0, ""),
                row.pid,
            )
        )


def _day(instant: datetime, zone: str) -> date:
    return instant.astimezone(ZoneInfo(zone)).date()
