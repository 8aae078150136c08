"""The sum of the public page, from the ledger's totals. One place, so that page, report and open data agree."""

from app.donations.queries import Totals
from app.impact.rules import Sum


def sum_of(totals: Totals) -> Sum:
    """What came in, from gifts, sponsors and elsewhere, and where it is."""
    return Sum(
        raised=totals.raised_minor + totals.cover_minor + totals.matched_minor + totals.declared_minor,
        fees=totals.fees_minor,
        refunds=totals.refunds_minor + totals.disputed_minor,
        spent=totals.spent_minor + totals.transferred_minor,
    )
