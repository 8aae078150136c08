"""What higher rooms lay beside the gift form; each offers its part here, for this room must not know them."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from sqlmodel import Session

from app.campaigns.models import Campaign
from app.donations.queries import Totals

Part = Callable[[Session, Campaign, Totals], Mapping[str, Any]]
Report = Callable[[Session, Campaign], date | None]
_parts: list[Part] = []
_reports: list[Report] = []


def offer(part: Part) -> None:
    """Add what a room shows on the donation page: names of its template's context, with their values."""
    if part not in _parts:
        _parts.append(part)


def of(session: Session, campaign: Campaign, totals: Totals) -> dict[str, Any]:
    """Everything that was offered, for one campaign."""
    return {name: value for part in _parts for name, value in part(session, campaign, totals).items()}


def offer_report(report: Report) -> None:
    """Add what knows when the next account of the money is due."""
    if report not in _reports:
        _reports.append(report)


def report_on(session: Session, campaign: Campaign) -> date | None:
    """The day by which donors are told what became of their gifts; None while nothing is promised."""
    days = [day for report in _reports if (day := report(session, campaign)) is not None]
    return min(days, default=None)
