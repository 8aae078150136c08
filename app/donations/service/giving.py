"""Taking a gift, once or monthly: stored, then a payment page is opened, then the page is noted.

A crash loses no step: what is stored first is enough to find the page, or to know that there is none.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from sqlmodel import Session

from app.campaigns.models import Campaign
from app.core import clock
from app.core.db import transaction
from app.core.i18n import gettext, speaking
from app.defence import service as defence
from app.donations import queries, tracing
from app.donations.models import Gift, Giver, GivingPlan
from app.donations.rules import GiftState, PlanState, Tribute, Visibility, advance, advance_plan
from app.links.models import TrackedLink
from app.payments.base import CheckoutRequest, CheckoutSession, PaymentError, PaymentGateway

# Short, so that a page is no bench to try cards on. Stripe wants 30 minutes at least, for a page that was asked for
# again too.
PAGE_LIFE = timedelta(minutes=40)
RETRY_WITHIN = timedelta(minutes=8)

Stored = Gift | GivingPlan


@dataclass(frozen=True)
class Wish:
    """What a donor asks for: amounts in minor units of the campaign's currency, and how to speak of it.

    ``cover_minor`` is added for the fees; ``monthly`` makes it a plan; ``supporter_id`` is whose browser it is.
    """

    amount_minor: int
    visibility: Visibility
    donor_name: str
    message: str
    language: str
    cover_minor: int = 0
    monthly: bool = False
    donor_email: str = ""
    company: str = ""
    company_number: str = ""
    address: Mapping[str, Any] = field(default_factory=dict)
    tribute: Tribute = Tribute.NONE
    tribute_name: str = ""
    supporter_id: int | None = None
    source: str = ""  # where from, as the defence keeps it
    link_id: int | None = None  # the short link it came by, and whose that is
    influencer_id: int | None = None


def tied(wish: Wish, supporter_id: int, source: str = "", link: TrackedLink | None = None) -> Wish:
    """The same wish, of somebody's browser, by the short link they came by."""
    tied = replace(wish, supporter_id=supporter_id, source=source)
    return replace(tied, link_id=link.id, influencer_id=link.influencer_id) if link is not None else tied


@dataclass(frozen=True)
class Places:
    """Where the donor comes back to: ``thanks`` gets the page's id, ``donate`` is for a change of mind."""

    thanks: str
    donate: str


class PageNotOpened(Exception):
    """Stripe did not open a payment page. The gift stands as an intent; ``retry`` names it."""

    def __init__(self, retry: str) -> None:
        super().__init__(retry)
        self.retry = retry


def give(
    gateway: PaymentGateway,
    campaign: Campaign,
    wish: Wish,
    *,
    organisation: str,
    places: Places,
    retry: str = "",
) -> str:
    """Store a gift and open its payment page; returns the page's address.

    ``retry`` names the intent of an earlier try that Stripe did not answer: the same wish takes up the same
    row and key, so that Stripe opens one page however often it is asked. Raises PageNotOpened.
    """
    with transaction() as session:
        stored = _taken_up(session, campaign, wish, retry)
        if stored is None or stored.account != gateway.account:
            stored = _stored(session, campaign, wish, gateway)
    try:
        checkout = gateway.create_checkout(_request(stored, campaign, organisation, places))
    except PaymentError as error:
        raise PageNotOpened(stored.pid) from error
    with transaction() as session:
        note_page(session, stored.pid, checkout)
    if checkout.url is None:  # the page was opened by an earlier try and is closed by now
        raise PageNotOpened("")
    return checkout.url


def note_page(session: Session, pid: str, checkout: CheckoutSession) -> None:
    """Record which payment page belongs to a gift or a plan."""
    if checkout.monthly:
        plan = tracing.plan_to_change(session, pid)
        if plan is not None:
            plan.checkout_id = checkout.id
            plan.state = advance_plan(plan.state, PlanState.CHECKOUT)
            session.add(plan)
        return
    gift = queries.gift_to_change(session, pid)
    if gift is not None:
        gift.checkout_id = checkout.id
        gift.state = advance(gift.state, GiftState.CHECKOUT)
        session.add(gift)


def _stored(session: Session, campaign: Campaign, wish: Wish, gateway: PaymentGateway) -> Stored:
    row: Stored = (GivingPlan if wish.monthly else Gift)(
        organisation_id=campaign.organisation_id,
        campaign_id=campaign.id,
        currency=campaign.currency,
        livemode=gateway.livemode,
        account=gateway.account,
        **_kept(wish),
    )
    if isinstance(row, GivingPlan):
        row.supporter_id = wish.supporter_id
    session.add(row)
    session.flush()
    if isinstance(row, Gift) and wish.supporter_id is not None:
        session.add(Giver(gift_id=row.id, supporter_id=wish.supporter_id))
    if wish.source:
        defence.begun(session, row.organisation_id, row.pid, wish.source)
    return row


def _kept(wish: Wish) -> dict[str, Any]:
    """What is written down of a wish. Who asks that nobody sees the name is named in no table, nor their company."""
    hidden = wish.visibility is Visibility.NOBODY
    return {
        "amount_minor": wish.amount_minor,
        "cover_minor": wish.cover_minor,
        "visibility": wish.visibility,
        "donor_name": "" if hidden else wish.donor_name,
        "donor_email": "" if hidden else wish.donor_email,
        "message": wish.message,
        "language": wish.language,
        "company": "" if hidden else wish.company,
        "company_number": "" if hidden else wish.company_number,
        "address": {} if hidden else dict(wish.address),
        "tribute": wish.tribute,
        "tribute_name": wish.tribute_name,
        "link_id": wish.link_id,
        "influencer_id": wish.influencer_id,
    }


def _taken_up(session: Session, campaign: Campaign, wish: Wish, retry: str) -> Stored | None:
    find = tracing.plan_to_change if wish.monthly else queries.gift_to_change
    row: Stored | None = find(session, retry) if retry else None
    if row is None or row.campaign_id != campaign.id or row.state not in (GiftState.INTENT, PlanState.INTENT):
        return None
    same = row.currency == campaign.currency and all(
        getattr(row, name) == value for name, value in _kept(wish).items()
    )
    return row if same and clock.now() - row.created_at < RETRY_WITHIN else None


def _request(stored: Stored, campaign: Campaign, organisation: str, places: Places) -> CheckoutRequest:
    with speaking(stored.language):
        title = gettext("Gift to %(organisation)s") % {"organisation": organisation}
        cover = gettext("For the payment fees")
    return CheckoutRequest(
        gift_ref=stored.pid,
        amount_minor=stored.amount_minor,
        cover_minor=stored.cover_minor,
        cover_title=cover if stored.cover_minor else "",
        monthly=isinstance(stored, GivingPlan),
        currency=stored.currency,
        title=title[:250],
        description=campaign.title,
        locale=stored.language,
        success_url=places.thanks,
        cancel_url=places.donate,
        expires_at=stored.created_at + PAGE_LIFE,
        idempotency_key=stored.idempotency_key,
        metadata={"campaign": campaign.pid},
        customer_email=stored.donor_email or None,
    )
