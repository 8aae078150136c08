"""Taking a gift: stored, then a payment page is opened, then the page is noted. A crash loses no step."""

from dataclasses import dataclass
from datetime import timedelta

from sqlmodel import Session

from app.campaigns.models import Campaign
from app.core import clock
from app.core.db import transaction
from app.core.i18n import gettext, speaking
from app.donations import queries
from app.donations.models import Gift
from app.donations.rules import GiftState, Visibility, advance
from app.payments.base import CheckoutRequest, CheckoutSession, PaymentError, PaymentGateway

# Stripe wants 30 minutes at least; a page that was asked for again is still well within.
PAGE_LIFE = timedelta(minutes=60)
RETRY_WITHIN = timedelta(minutes=20)


@dataclass(frozen=True)
class Wish:
    """What a donor asks for: an amount in minor units of the campaign's currency, and how to speak of it."""

    amount_minor: int
    visibility: Visibility
    donor_name: str
    message: str
    language: str


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
        gift = _taken_up(session, campaign, wish, retry) or _stored(session, campaign, wish, gateway)
    try:
        checkout = gateway.create_checkout(_request(gift, campaign, organisation, places))
    except PaymentError as error:
        raise PageNotOpened(gift.pid) from error
    with transaction() as session:
        note_page(session, gift.pid, checkout)
    if checkout.url is None:  # the page was opened by an earlier try and is closed by now
        raise PageNotOpened("")
    return checkout.url


def note_page(session: Session, gift_pid: str, checkout: CheckoutSession) -> None:
    """Record which payment page belongs to a gift."""
    gift = queries.gift_to_change(session, gift_pid)
    if gift is not None:
        gift.checkout_id = checkout.id
        gift.state = advance(gift.state, GiftState.CHECKOUT)
        session.add(gift)


def _stored(session: Session, campaign: Campaign, wish: Wish, gateway: PaymentGateway) -> Gift:
    gift = Gift(
        organisation_id=campaign.organisation_id,
        campaign_id=campaign.id,
        amount_minor=wish.amount_minor,
        currency=campaign.currency,
        visibility=wish.visibility,
        donor_name=_kept_name(wish),
        message=wish.message,
        language=wish.language,
        livemode=gateway.livemode,
    )
    session.add(gift)
    session.flush()
    return gift


def _kept_name(wish: Wish) -> str:
    """Who asks that nobody sees the name is not named in our tables at all."""
    return "" if wish.visibility is Visibility.NOBODY else wish.donor_name


def _taken_up(session: Session, campaign: Campaign, wish: Wish, retry: str) -> Gift | None:
    gift = queries.gift_to_change(session, retry) if retry else None
    if gift is None or gift.campaign_id != campaign.id or gift.state is not GiftState.INTENT:
        return None
    same = (gift.amount_minor, gift.currency, gift.visibility, gift.donor_name, gift.message, gift.language)
    wished = (
        wish.amount_minor,
        campaign.currency,
        wish.visibility,
        _kept_name(wish),
        wish.message,
        wish.language,
    )
    fresh = clock.now() - gift.created_at < RETRY_WITHIN
    return gift if same == wished and fresh else None


def _request(gift: Gift, campaign: Campaign, organisation: str, places: Places) -> CheckoutRequest:
    with speaking(gift.language):
        title = gettext("Gift to %(organisation)s") % {"organisation": organisation}
    return CheckoutRequest(
        gift_ref=gift.pid,
        amount_minor=gift.amount_minor,
        currency=gift.currency,
        title=title[:250],
        description=campaign.title,
        locale=gift.language,
        success_url=places.thanks,
        cancel_url=places.donate,
        expires_at=gift.created_at + PAGE_LIFE,
        idempotency_key=gift.idempotency_key,
        metadata={"campaign": campaign.pid},
    )
