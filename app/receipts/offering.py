"""What the donations room asks of this one: whether a tax receipt may be offered, and which ones were sent."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlmodel import Session

from app.campaigns.models import Campaign
from app.core.i18n import gettext
from app.donations import beside
from app.donations.aftermath import evidence
from app.donations.aftermath.evidence import Proof
from app.donations.models import Gift
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


def papers(session: Session, gift: Gift) -> Sequence[Proof]:
    """The receipts a gift stands on, as a bank may read that they were sent."""
    found = [*queries.living(session, [gift.id], tax=False), *queries.living(session, [gift.id], tax=True)]
    return [
        Proof(one.issued_at.date(), gettext("The receipt %(number)s was issued.") % {"number": one.label})
        for _, one in found
    ]


beside.offer(_beside_the_form)
evidence.offer_papers(papers)
