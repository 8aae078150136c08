"""What higher rooms lay beside the gift form; each offers its part here, for this room must not know them."""

from collections.abc import Callable, Mapping
from typing import Any

from sqlmodel import Session

from app.campaigns.models import Campaign
from app.donations.queries import Totals

Part = Callable[[Session, Campaign, Totals], Mapping[str, Any]]
_parts: list[Part] = []


def offer(part: Part) -> None:
    """Add what a room shows on the donation page: names of its template's context, with their values."""
    if part not in _parts:
        _parts.append(part)


def of(session: Session, campaign: Campaign, totals: Totals) -> dict[str, Any]:
    """Everything that was offered, for one campaign."""
    return {name: value for part in _parts for name, value in part(session, campaign, totals).items()}
