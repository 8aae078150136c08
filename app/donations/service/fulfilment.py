"""The one place where a gift becomes true: webhook, thanks page and reconciling job all end here."""

from zoneinfo import ZoneInfo

from sqlmodel import Session

from app.core.db import transaction
from app.defence import service as defence
from app.donations import ledger, queries
from app.donations.aftermath import noting
from app.donations.facts import ledger_facts
from app.donations.models import Gift
from app.donations.rules import GiftState, Visibility, advance, mismatch, state_of
from app.intake import queries as items
from app.intake import service as intake
from app.intake.rules import Kind
from app.intake.screening import screen_words
from app.payments.base import CheckoutSession, PaymentFacts, PaymentGateway


class Mismatch(Exception):
    """A payment page says it is for a gift of ours, and does not agree with it. Nothing is recorded."""


def apply_checkout(
    session: Session, checkout: CheckoutSession, facts: PaymentFacts | None, *, account: str = ""
) -> Gift | None:
    """Bring a gift and the ledger up to what Stripe says, in the caller's transaction.

    Safe to run any number of times, in any order, at the same time: a gift only moves forward and each
    fact enters the ledger once. ``facts`` may be None only while nobody has tried to pay. Returns None when
    the page is not for a gift of this instance, taken through ``account``. Raises Mismatch.
    """
    gift = queries.gift_to_change(session, checkout.gift_ref)
    if gift is None or gift.account != account:
        return None
    wrong = mismatch(
        amount_minor=gift.amount_minor + gift.cover_minor,
        currency=gift.currency,
        livemode=gift.livemode,
        checkout_id=gift.checkout_id,
        told=checkout,
    )
    if wrong:
        raise Mismatch(wrong)
    gift.checkout_id = checkout.id
    gift.payment_intent = checkout.payment_intent or gift.payment_intent
    gift.state = advance(gift.state, state_of(checkout, facts))
    if gift.state is GiftState.PAID and facts is not None:
        name_donor(gift, checkout.customer_email)
        defence.paid(session, gift.pid)
        settle(session, gift, facts)
    session.add(gift)
    session.flush()
    return gift


def apply_payment(session: Session, pid: str, facts: PaymentFacts) -> Gift | None:
    """Bring a gift that is paid already up to what became of its payment: fees, refunds, disputes."""
    gift = queries.gift_to_change(session, pid)
    if gift is not None and gift.state is GiftState.PAID:
        settle(session, gift, facts)
        session.add(gift)
        session.flush()
    return gift


def settle(session: Session, gift: Gift, facts: PaymentFacts) -> None:
    """What a paid gift's payment says enters the ledger, and its message the inbox; the gift is locked."""
    gift.paid_at = gift.paid_at or facts.paid_at
    gift.method = facts.method or gift.method
    _record(session, gift, facts)
    noting.note(session, gift, facts)
    _file_message(session, gift)


def refresh(gateway: PaymentGateway, checkout_id: str) -> tuple[Gift | None, CheckoutSession]:
    """Read one payment page at Stripe and apply it. Raises PaymentError and Mismatch."""
    checkout = gateway.get_checkout(checkout_id)
    facts = gateway.get_payment(checkout.payment_intent) if checkout.payment_intent else None
    with transaction() as session:
        return apply_checkout(session, checkout, facts, account=gateway.account), checkout


def name_donor(gift: Gift, email: str | None) -> None:
    """Keep the address the donor gave Stripe, unless nobody may know who gave."""
    if gift.visibility is not Visibility.NOBODY:
        gift.donor_email = gift.donor_email or (email or "")[:254]


def _file_message(session: Session, gift: Gift) -> None:
    """Words that came with a paid gift wait to be read; filed once, however often Stripe tells."""
    if not gift.message.strip() or items.of_subject(session, Kind.GIFT_MESSAGE, gift.id) is not None:
        return
    campaign = queries.campaign_of(session, gift)
    intake.file(
        session,
        campaign,
        kind=Kind.GIFT_MESSAGE,
        subject_id=gift.id,
        screening=screen_words(session, campaign, gift.message),
    )


def _record(session: Session, gift: Gift, facts: PaymentFacts) -> None:
    campaign = queries.campaign_of(session, gift)
    zone = ZoneInfo(campaign.timezone)
    entered: dict[str, int] = {}
    for fact in ledger_facts(facts, cover_minor=gift.cover_minor):
        entry = ledger.record(
            session,
            campaign,
            kind=fact.kind,
            amount_minor=fact.amount_minor,
            currency=gift.currency,
            source=fact.source,
            on_date=fact.at.astimezone(zone).date(),
            gift_id=gift.id,
            corrects_id=entered.get(fact.corrects),
        )
        entered[fact.source] = entry.id
