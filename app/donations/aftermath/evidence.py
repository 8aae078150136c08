"""What is known here that a bank wants to read: the first draft of an answer, which a member completes.

Says nothing that is not in our tables, and nothing of a donor who asked that nobody knows them.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlmodel import Session

from app.campaigns.models import Campaign
from app.core.i18n import day, gettext, moment, money
from app.core.templating import absolute
from app.donations.models import Gift
from app.donations.rules import Visibility
from app.people.models import Organisation


@dataclass(frozen=True)
class Proof:
    """Something published or sent since: on which day, what, and where it can be read (or empty)."""

    on: date
    text: str
    url: str = ""


Accounts = Callable[[Session, Campaign], Sequence[Proof]]
Papers = Callable[[Session, Gift], Sequence[Proof]]
_accounts: list[Accounts] = []
_papers: list[Papers] = []


def offer_accounts(source: Accounts) -> None:
    """Add what knows the published accounts of a campaign's money."""
    if source not in _accounts:
        _accounts.append(source)


def offer_papers(source: Papers) -> None:
    """Add what knows which receipts went to a donor."""
    if source not in _papers:
        _papers.append(source)


def known(session: Session, gift: Gift, campaign: Campaign) -> dict[str, str]:
    """The fields that can be filled in, by Stripe's names, in the language being spoken."""
    organisation = session.get_one(Organisation, gift.organisation_id)
    told = [one for source in _accounts for one in source(session, campaign)]
    sent = [one for source in _papers for one in source(session, gift)]
    given = moment(gift.paid_at or gift.created_at, campaign.timezone, "d MMMM yyyy, HH:mm")
    found = {
        "product_description": gettext(
            "A gift of %(amount)s to %(organisation)s for “%(campaign)s”, %(when)s."
        )
        % {
            "amount": money(gift.amount_minor + gift.cover_minor, gift.currency),
            "organisation": organisation.legal_name or organisation.name,
            "campaign": campaign.title,
            "when": given,
        },
        "access_activity_log": "\n".join([*_steps(gift, campaign), *map(_line, sent)]),
        "uncategorized_text": "\n".join(map(_line, told)),
        "service_date": day(told[-1].on, "d MMMM yyyy") if told else "",
        "cancellation_policy_disclosure": _monthly(gift),
        **_donor(gift),
    }
    return {name: text for name, text in found.items() if text}


def _donor(gift: Gift) -> dict[str, str]:
    if gift.visibility is Visibility.NOBODY:
        return {}
    address = (gift.address.get(name, "") for name in ("line", "postcode", "city", "country"))
    return {
        "customer_name": gift.company or gift.donor_name,
        "customer_email_address": gift.donor_email,
        "billing_address": ", ".join(part for part in address if part),
    }


def _steps(gift: Gift, campaign: Campaign) -> list[str]:
    steps = [(gift.created_at, gettext("The donor chose the amount and opened the payment page."))]
    if gift.paid_at is not None:
        steps.append((gift.paid_at, gettext("The payment was made on Stripe’s page.")))
    return [
        f"{moment(at, campaign.timezone, 'd MMMM yyyy, HH:mm')}{gettext(': ')}{text}" for at, text in steps
    ]


def _monthly(gift: Gift) -> str:
    if gift.plan_id is None:
        return ""
    return gettext(
        "The donor ends a monthly gift with one press, at %(link)s, and was told so when giving."
    ) % {"link": absolute("/gift")}


def _line(one: Proof) -> str:
    return " ".join(
        part for part in (f"{day(one.on, 'd MMMM yyyy')}{gettext(': ')}{one.text}", one.url) if part
    )
