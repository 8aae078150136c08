"""What the donations room asks of this one: whether a tax receipt is offered, what a gift costs after tax, which
receipts were sent.

Only where the organisation declared that it issues receipts. Limits that depend on income are told, never applied.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlmodel import Session

from app.campaigns.models import Campaign
from app.core import clock
from app.core.i18n import Message, gettext, mark
from app.donations import beside
from app.donations.aftermath import evidence
from app.donations.aftermath.evidence import Proof
from app.donations.models import Gift
from app.donations.queries import Totals
from app.people.identity import LegalKind, NotALegalNumber, compact
from app.receipts import queries, rates
from app.receipts.rates import Law
from app.receipts.rules import FRENCH, LACKS, Lack, Regime

LAWS = {Regime.FR_GENERAL: Law.FR_GENERAL, Regime.FR_AID: Law.FR_AID}
"""What lowers the income tax of a private person, by what the organisation declared."""


def _regime(session: Session, campaign: Campaign) -> Regime | None:
    """What is declared, where it reaches gifts in the campaign's currency: French receipts are in euros."""
    body = queries.organisation(session, campaign.organisation_id)
    regime = queries.issuer(body, queries.profile(session, body.id)).regime
    return regime if regime not in FRENCH or campaign.currency == "EUR" else None


def offered(session: Session, campaign: Campaign) -> bool:
    """Whether a donor may ask for a tax receipt. Gift Aid is declared afterwards, on the donor's own page."""
    regime = _regime(session, campaign)
    return regime in FRENCH or regime is Regime.US_501C3


def _after_tax(campaign: Campaign, law: Law | None) -> Callable[[int], int] | None:
    """What a gift of today costs once tax has fallen, in minor units; None where no law says."""
    if law is None:
        return None
    today = clock.today(campaign.timezone)
    return lambda minor: minor - rates.relief(law, today, minor)


def _company_lacks(session: Session, campaign: Campaign) -> Callable[[str, str, str], Mapping[str, Message]]:
    """What a company's receipt would lack, by field: said before it pays, for afterwards nobody asks it again."""
    body = queries.organisation(session, campaign.organisation_id)
    issues = queries.issuer(body, queries.profile(session, body.id)).companies

    def lacks(company: str, number: str, form: str) -> Mapping[str, Message]:
        if not company:
            return {}
        if not issues:
            return {"receipt": mark("This organisation issues tax receipts to private persons only.")}
        wrong: dict[str, Message] = {} if form else {"legal_form": LACKS[Lack.COMPANY_FORM]}
        try:
            compact(LegalKind.SIREN, number)
        except NotALegalNumber as error:
            wrong["company_number"] = error.message if number else LACKS[Lack.COMPANY_NUMBER]
        return wrong

    return lacks


def _beside_the_form(session: Session, campaign: Campaign, totals: Totals) -> Mapping[str, Any]:  # noqa: ARG001 - sums play no part
    regime = _regime(session, campaign)
    law = LAWS.get(regime) if regime is not None else None
    return {
        "receipts_offered": regime in FRENCH or regime is Regime.US_501C3,
        "receipt_lacks": _company_lacks(session, campaign) if regime in FRENCH else None,
        "after_tax": _after_tax(campaign, law),
    }


def papers(session: Session, gift: Gift) -> Sequence[Proof]:
    """The receipts a gift stands on, as a bank may read that they were sent."""
    found = [*queries.living(session, [gift.id], tax=False), *queries.living(session, [gift.id], tax=True)]
    return [
        Proof(one.issued_at.date(), gettext("The receipt %(number)s was issued.") % {"number": one.label})
        for _, one in found
    ]


beside.offer(_beside_the_form)
evidence.offer_papers(papers)
