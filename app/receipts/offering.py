"""Whether the giving page may offer a tax receipt: only where the organisation declared that it issues them."""

from collections.abc import Mapping
from typing import Any

from sqlmodel import Session

from app.campaigns.models import Campaign
from app.donations import beside
from app.donations.queries import Totals
from app.receipts import queries
from app.receipts.rules import FRENCH, Regime


def offered(session: Session, campaign: Campaign) -> bool:
    """French ones are in euros; Gift Aid is declared afterwards, on the donor's own page."""
    body = queries.organisation(session, campaign.organisation_id)
    regime = queries.issuer(body, queries.profile(session, body.id)).regime
    return (regime in FRENCH and campaign.currency == "EUR") or regime is Regime.US_501C3


def _beside_the_form(session: Session, campaign: Campaign, totals: Totals) -> Mapping[str, Any]:  # noqa: ARG001 - sums play no part
    return {"receipts_offered": offered(session, campaign)}


beside.offer(_beside_the_form)
