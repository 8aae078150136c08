"""What a donor says for a tax receipt after giving: kept with the gift, or with all months of a plan."""

from dataclasses import replace

from sqlmodel import Session

from app.donations.models import Gift, GivingPlan
from app.donations.rules import Visibility
from app.receipts import queries
from app.receipts.issuing import ON_PAPER, issue_tax
from app.receipts.models import Receipt
from app.receipts.rules import Donor


def asked(session: Session, gift: Gift, donor: Donor) -> Receipt | None:
    """Keep the name and address a donor gives afterwards, and issue their tax receipt.

    The name everyone reads beside a gift stays the one its donor chose for it: theirs for the receipt goes with the
    address, which only the team sees. The months of a plan wait for the summary of their year: None. Raises Conflict
    with what is missing.
    """
    donor = replace(donor, described="", valued="")  # what was given in kind is the organisation's to say
    rows: list[Gift | GivingPlan] = [gift]
    if gift.plan_id is not None:  # all its months, and those to come
        rows = [session.get_one(GivingPlan, gift.plan_id), *queries.months(session, gift.plan_id)]
    parts = {"line": donor.line, "postcode": donor.postcode, "city": donor.city, "country": donor.country}
    for row in rows:
        row.address = {**parts, "form": donor.form}
        if row.visibility is Visibility.PUBLIC:
            row.address |= {name: getattr(donor, name) for name in ON_PAPER}
        else:
            row.company, row.company_number = donor.company, donor.company_number
            row.donor_name = donor.name or row.donor_name
        if row.visibility is Visibility.NOBODY and donor.shown:
            row.visibility = Visibility.ORGANISATION
        session.add(row)
    session.flush()
    return issue_tax(session, None, [gift], donor) if gift.plan_id is None else None
