"""When a gift may be given back, what a bank wants to read in a dispute, and what each costs. Pure decisions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from app.core.i18n import Message, mark
from app.donations.rules import Way

SEPA_TERM = timedelta(weeks=8)
"""A debit may be taken back at the donor's bank, no reason asked (SEPA Core rulebook, refund right)."""

WARN_BEFORE = timedelta(days=3)
"""How long before a dispute's deadline the team is told again."""


class RefundState(StrEnum):
    ASKED = "asked"  # stored; Stripe has not answered yet
    PENDING = "pending"  # on its way to the donor
    DONE = "done"
    FAILED = "failed"  # refused, or sent back by the donor's bank


class RefundReason(StrEnum):
    DONOR = "donor"
    DUPLICATE = "duplicate"
    MISTAKE = "mistake"
    CANCELLED = "cancelled"
    FRAUD = "fraud"
    STRIPE = "stripe"  # made at Stripe, not here


REASON_WORDS: Mapping[RefundReason, Message] = {
    RefundReason.DONOR: mark("The donor asks for it"),
    RefundReason.DUPLICATE: mark("Given twice by mistake"),
    RefundReason.MISTAKE: mark("A wrong amount"),
    RefundReason.CANCELLED: mark("The money cannot serve its purpose"),
    RefundReason.FRAUD: mark("Probably a stolen card"),
    RefundReason.STRIPE: mark("Made at Stripe"),
}
OFFERED = tuple(one for one in RefundReason if one is not RefundReason.STRIPE)

# Stripe's own words; "fraudulent" also puts the card on its list of blocked ones. Others go as a note.
TO_STRIPE: Mapping[RefundReason, str] = {
    RefundReason.DONOR: "requested_by_customer",
    RefundReason.DUPLICATE: "duplicate",
    RefundReason.FRAUD: "fraudulent",
}

STATE_WORDS: Mapping[RefundState, Message] = {
    RefundState.ASKED: mark("being asked"),
    RefundState.PENDING: mark("on its way"),
    RefundState.DONE: mark("given back"),
    RefundState.FAILED: mark("failed"),
}

_TOLD = {
    "succeeded": RefundState.DONE,
    "failed": RefundState.FAILED,
    "canceled": RefundState.FAILED,
}


def refund_state(status: str) -> RefundState:
    """The state of a refund by Stripe's word. One Stripe may add is taken for one on its way."""
    return _TOLD.get(status, RefundState.PENDING)


def advance(before: RefundState, news: RefundState) -> RefundState:
    """The state once news has arrived, in whatever order: done never goes back to pending, failed is the end."""
    order = (RefundState.ASKED, RefundState.PENDING, RefundState.DONE, RefundState.FAILED)
    return max(before, news, key=order.index)


FAILURE_WORDS: Mapping[str, Message] = {
    "lost_or_stolen_card": mark("The card was lost or stolen."),
    "expired_or_canceled_card": mark("The card has expired."),
    "insufficient_funds": mark("There was not enough money on the Stripe account."),
    "charge_disputed": mark("The donor’s bank disputes the payment."),
    "charge_already_refunded": mark("It had been given back already."),
    "unknown": mark("The donor’s bank sent it back without saying why."),
}


def failure_words(code: str) -> Message:
    """Why a refund failed, in words."""
    return FAILURE_WORDS.get(code, mark("Stripe refused it."))


@dataclass(frozen=True)
class Standing:
    """What decides whether a gift may be given back. Amounts in minor units of its currency."""

    paid: bool
    way: Way
    method: str
    paid_at: datetime | None
    charged_minor: int
    back_minor: int  # given back or on its way, and taken by banks
    disputed: bool  # a bank holds it, or has kept it
    asking: bool  # a refund is being asked
    connected: bool = True  # the account at Stripe it came through still opens
    known_there: bool = True  # Stripe has its payment; it has none of the gifts a demo begins with

    @property
    def left_minor(self) -> int:
        return max(0, self.charged_minor - self.back_minor)


def hindrance(one: Standing, now: datetime) -> Message | None:
    """Why a gift cannot be given back here and now, in plain words; None when it can."""
    if one.way is not Way.ONLINE:
        return mark(
            "This gift did not come through Stripe. Give it back the way it came, then cancel its line."
        )
    if not one.paid:
        return mark("This gift is not paid: there is nothing to give back.")
    if not one.known_there:
        return mark(
            "Stripe has no payment of this gift: it came with the demo. Give something yourself on the donation page,"
            " pay it there, and try it on that gift."
        )
    if one.disputed:
        return mark("The donor’s bank has taken the money back. Giving it back here too would pay it twice.")
    if one.asking:
        return mark("A refund is being asked at this moment. Wait for its answer.")
    if one.left_minor == 0:
        return mark("It is given back already.")
    if not one.connected:
        return mark("It came through a Stripe account that is not connected any more.")
    until = sepa_until(one)
    if until is not None and now < until:
        return mark(
            "For eight weeks a debit can be taken back at the donor’s own bank, without a reason: they ask there."
            " Giving it back here as well could pay it twice."
        )
    return None


def sepa_until(one: Standing) -> datetime | None:
    """Until when a debit can be taken back at the donor's bank; None for other methods."""
    return one.paid_at + SEPA_TERM if one.method == "sepa_debit" and one.paid_at is not None else None


# Disputes. Stripe: a status that begins with "warning_" is an inquiry, which has taken nothing yet.
ANSWERABLE = frozenset({"needs_response", "warning_needs_response"})
OPEN = ANSWERABLE | {"under_review", "warning_under_review"}
HOLDS_MONEY = frozenset({"needs_response", "under_review", "lost"})

DISPUTE_WORDS: Mapping[str, Message] = {
    "needs_response": mark("waits for your answer"),
    "under_review": mark("the bank is reading"),
    "won": mark("won"),
    "lost": mark("lost"),
    "warning_needs_response": mark("the bank asks"),
    "warning_under_review": mark("the bank is reading"),
    "warning_closed": mark("closed, nothing taken"),
    "prevented": mark("settled before it began"),
}
CAUSE_WORDS: Mapping[str, Message] = {
    "fraudulent": mark("The holder of the card says that they did not pay."),
    "duplicate": mark("The donor says that they paid twice."),
    "product_not_received": mark("The donor says that nothing came of it."),
    "product_unacceptable": mark("The donor says that it was not what was promised."),
    "subscription_canceled": mark("The donor says that the monthly gift had been ended."),
    "credit_not_processed": mark("The donor says that a promised refund never came."),
    "unrecognized": mark("The donor does not recognise the line on the statement."),
    "debit_not_authorized": mark("The donor says that they did not agree to the debit."),
    "bank_cannot_process": mark("The donor’s bank could not carry out the payment."),
    "insufficient_funds": mark("The donor’s account held too little."),
    "incorrect_account_details": mark("The details of the donor’s account were wrong."),
}
OTHER_CAUSE = mark("The donor’s bank takes the payment back without a closer reason.")


@dataclass(frozen=True)
class Evidence:
    """One thing a bank may read. ``name`` is Stripe's own field (Disputes API, ``evidence``)."""

    name: str
    label: Message
    help: Message
    most: int = 2_000


WHAT = Evidence(
    "product_description",
    mark("What the gift was for"),
    mark("A donation to a named organisation, for a named campaign, on which day."),
)
WHO = Evidence("customer_name", mark("The donor’s name"), mark("As it was given with the gift."), 200)
MAIL = Evidence(
    "customer_email_address", mark("The donor’s e-mail address"), mark("The one the thanks went to."), 254
)
HOME = Evidence("billing_address", mark("The donor’s address"), mark("If it was given, for a receipt."), 400)
TRACE = Evidence(
    "access_activity_log",
    mark("What the donor did"),
    mark("When the page was opened, when it was paid, which thanks and receipts were sent."),
    20_000,
)
DAY = Evidence(
    "service_date", mark("The day it reached its purpose"), mark("The day of the first account of it."), 40
)
DELIVERY = Evidence(
    "uncategorized_text",
    mark("What became of the money"),
    mark("The accounts published since, with their addresses: they are the delivery."),
    20_000,
)
TERMS = Evidence(
    "refund_policy_disclosure",
    mark("What donors are told about refunds"),
    mark("And where they read it before they pay."),
)
REFUSAL = Evidence(
    "refund_refusal_explanation", mark("Why it was not given back"), mark("Or when it was, with the amount.")
)
TWICE = Evidence(
    "duplicate_charge_explanation",
    mark("Why these are two gifts"),
    mark("Two days, two campaigns, a monthly gift …"),
)
ENDING = Evidence(
    "cancellation_policy_disclosure",
    mark("How a monthly gift is ended"),
    mark("Where the donor was told, and that it takes one press."),
)
NOT_ENDED = Evidence(
    "cancellation_rebuttal",
    mark("Why it was not ended"),
    mark("Whether the donor asked, when, and what was done."),
)

_ALWAYS = (WHAT, WHO, MAIL)
_WANTED: Mapping[str, tuple[Evidence, ...]] = {
    "fraudulent": (*_ALWAYS, HOME, TRACE, DELIVERY),
    "unrecognized": (*_ALWAYS, TRACE, DELIVERY),
    "duplicate": (*_ALWAYS, TWICE, DELIVERY),
    "product_not_received": (*_ALWAYS, DAY, DELIVERY, TERMS),
    "product_unacceptable": (*_ALWAYS, DAY, DELIVERY, TERMS, REFUSAL),
    "subscription_canceled": (*_ALWAYS, ENDING, NOT_ENDED, TRACE),
    "credit_not_processed": (*_ALWAYS, TERMS, REFUSAL),
}


def wanted(cause: str) -> Sequence[Evidence]:
    """What the bank wants to read, by the reason it gave (Stripe, "Dispute reason code categories")."""
    return _WANTED.get(cause, (*_ALWAYS, TRACE, DELIVERY))


# What Stripe keeps when a dispute is opened, in minor units (stripe.com/pricing, per country of the account,
# 2025); the exact figure stands in the ledger once it is booked.
_DISPUTE_FEES: Mapping[str, int] = {"EUR": 2_000, "GBP": 2_000, "USD": 1_500, "CHF": 2_000, "CAD": 1_500}


def dispute_fee(currency: str) -> int | None:
    """What a dispute costs besides the gift, in minor units; None where the tariff is not known here."""
    return _DISPUTE_FEES.get(currency)
