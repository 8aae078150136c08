"""What each button of the sandbox's pages does: a donor's, a tester's, and those of the account."""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from app.core.i18n import mark
from app.core.money import NotAnAmount, parse_amount
from app.payments import amounts
from app.payments.sandbox import disputes, payouts, plans, refunds
from app.payments.sandbox.bank import Bank
from app.payments.sandbox.errors import ApiError
from app.payments.sandbox.shapes import Item
from app.payments.sandbox.store import Endpoint

SAID = {
    "declined": mark("The card was refused. Nothing was paid; you can try again."),
    "arrived": mark("The money has arrived."),
    "failed": mark("The bank refused: no money will come."),
    "refunded": mark("The refund is made."),
    "returned": mark("The refund failed: the money is back on the account."),
    "disputed": mark("The bank disputes the payment."),
    "asked": mark("The bank asks about the payment. It has taken nothing yet."),
    "won": mark("The dispute is won."),
    "lost": mark("The dispute is lost."),
    "warned": mark("The card’s bank warns of fraud."),
    "month": mark("A month has passed."),
    "ended": mark("The monthly gift has ended."),
    "card": mark("The card is changed."),
    "sent": mark("The notifications are on their way again."),
    "held": mark("From now on notifications wait here."),
    "released": mark("The notifications that waited are on their way."),
    "paid-out": mark("The balance is on its way to the bank."),
    "empty": mark("There is nothing on the account."),
    "endpoint": mark("Notifications go there too from now on."),
    "address": mark("This address is not one of this instance’s own."),
    "no": mark("This payment does not allow that any more."),
    "amount": mark("Write an amount no larger than what is left."),
    "email": mark("Write a full e-mail address."),
}
WRONG = frozenset({"no", "amount", "email", "declined", "empty", "address"})


@dataclass(frozen=True, slots=True)
class Leave:
    """Where to send the browser next."""

    url: str


@dataclass(frozen=True, slots=True)
class Act:
    """One press of a button on the page of an object."""

    bank: Bank
    item: Item
    fields: Mapping[str, str]
    here: str

    @property
    def id(self) -> str:
        return str(self.item["id"])

    def back(self, said: str) -> Leave:
        """To this page, with a sentence."""
        return Leave(f"{self.here}?{urlencode({'said': said})}")

    def onward(self) -> Leave:
        """To the success page, where Stripe fills in the session's id."""
        return Leave(self.item["success_url"].replace("{CHECKOUT_SESSION_ID}", self.id))

    def own(self, kind: str, field: str) -> Item:
        """What the field names, if it came through this page. Raises ApiError."""
        found = self.bank.known(kind, self.fields.get(field, ""))
        if found.get("_page") != self.id:
            raise ApiError("Not of this page.")
        return found


Step = Callable[[Act], Leave]


def _email(act: Act) -> str | None:
    """The address typed, or None when it is not one."""
    typed = act.fields.get("email", "").strip()
    name, _, host = typed.partition("@")
    return typed if name and "." in host and len(typed) <= 254 and typed.isprintable() else None


def _pay(act: Act) -> Leave:
    email = _email(act)
    if email is None:
        return act.back("email")
    act.bank.pay(act.id, email)
    return act.onward()


def _delay(act: Act) -> Leave:
    email = _email(act)
    if email is None:
        return act.back("email")
    act.bank.delay(act.id, email)
    return act.onward()


def _decline(act: Act) -> Leave:
    act.bank.decline(act.id)
    return act.back("declined")


def _settle(act: Act, *, arrived: bool) -> Leave:
    act.bank.settle(act.id, arrived=arrived)
    return act.back("arrived" if arrived else "failed")


def _charge(act: Act) -> Item:
    """The charge the button is about; the latest of the page when it names none."""
    if act.fields.get("charge"):
        return act.own("charge", "charge")
    intent = act.bank.intent_of(act.item)
    return act.bank.known("charge", (intent or {}).get("latest_charge") or "")


def _refund(act: Act) -> Leave:
    currency = act.item["currency"].upper()
    try:
        amount = amounts.to_stripe(parse_amount(act.fields.get("amount", ""), currency), currency)
        refunds.refund(act.bank, {"charge": _charge(act)["id"], "amount": amount})
    except (NotAnAmount, ValueError, ApiError):
        return act.back("amount")
    return act.back("refunded")


def _return_refund(act: Act) -> Leave:
    refunds.fail(act.bank, act.own("refund", "refund")["id"])
    return act.back("returned")


def _dispute(act: Act, *, inquiry: bool) -> Leave:
    disputes.begin(act.bank, _charge(act)["id"], inquiry=inquiry)
    return act.back("asked" if inquiry else "disputed")


def _escalate(act: Act) -> Leave:
    disputes.escalate(act.bank, act.own("dispute", "dispute")["id"])
    return act.back("disputed")


def _decide(act: Act, *, won: bool) -> Leave:
    disputes.close(act.bank, act.own("dispute", "dispute")["id"], won=won)
    return act.back("won" if won else "lost")


def _warn(act: Act) -> Leave:
    disputes.warn(act.bank, _charge(act)["id"])
    return act.back("warned")


def _month(act: Act, how: str) -> Leave:
    plans.next_month(act.bank, act.item["subscription"] or "", how)
    return act.back("month")


def _settle_month(act: Act, *, paid: bool) -> Leave:
    plans.settle_month(act.bank, act.item["subscription"] or "", paid=paid)
    return act.back("arrived" if paid else "failed")


def _end(act: Act) -> Leave:
    plans.end(act.bank, act.item["subscription"] or "")
    return act.back("ended")


def _end_in_portal(act: Act) -> Leave:
    plan = act.bank.known("subscription", act.fields.get("plan", ""))
    if plan["customer"] != act.item["customer"]:
        raise ApiError("Not of this customer.")
    plans.end(act.bank, plan["id"])
    return act.back("ended")


def _send_again(act: Act, *, reverse: bool) -> Leave:
    events = list(dict.fromkeys(item.event for item in act.bank.book.deliveries(act.id)))
    for event in reversed(events) if reverse else events:
        act.bank.book.enqueue(event, act.id, act.bank.now)
    return act.back("sent")


def _hold(act: Act) -> Leave:
    act.bank.book.set_switch("hold", on=True)
    return act.back("held")


def _release(act: Act) -> Leave:
    act.bank.book.set_switch("hold", on=False)
    act.bank.book.release_held(act.bank.now)
    return act.back("released")


def _pay_out(act: Act) -> Leave:
    try:
        payouts.send(act.bank, act.fields.get("currency", ""))
    except ApiError:
        return act.back("empty")
    return act.back("paid-out")


def _settle_payout(act: Act, *, arrived: bool) -> Leave:
    step = payouts.arrive if arrived else payouts.fail
    step(act.bank, act.fields.get("payout", ""))
    return act.back("arrived" if arrived else "failed")


def _add_endpoint(act: Act) -> Leave:
    """Only addresses below the instance's own: a page open to everybody must not send requests anywhere."""
    own, tail = act.fields["webhook_url"], act.fields.get("organisation", "").strip()
    if not tail.isalnum() or not tail.isascii():
        return act.back("address")
    secret = f"whsec_{secrets.token_hex(16)}"
    act.bank.book.add_endpoint(Endpoint(f"{own}/{tail}", secret))
    return act.back("endpoint")


STEPS: Mapping[str, Step] = {
    "pay": _pay,
    "delay": _delay,
    "decline": _decline,
    "abandon": lambda act: Leave(act.item["cancel_url"] or act.here),
    "arrive": lambda act: _settle(act, arrived=True),
    "fail": lambda act: _settle(act, arrived=False),
    "refund": _refund,
    "return": _return_refund,
    "dispute": lambda act: _dispute(act, inquiry=False),
    "inquire": lambda act: _dispute(act, inquiry=True),
    "escalate": _escalate,
    "win": lambda act: _decide(act, won=True),
    "lose": lambda act: _decide(act, won=False),
    "warn": _warn,
    "month": lambda act: _month(act, "paid"),
    "month-refused": lambda act: _month(act, "refused"),
    "month-slow": lambda act: _month(act, "slow"),
    "month-arrives": lambda act: _settle_month(act, paid=True),
    "month-fails": lambda act: _settle_month(act, paid=False),
    "end": _end,
    "again": lambda act: _send_again(act, reverse=False),
    "disorder": lambda act: _send_again(act, reverse=True),
    "hold": _hold,
    "release": _release,
}
PORTAL_STEPS: Mapping[str, Step] = {"end": _end_in_portal, "card": lambda act: act.back("card")}
DESK_STEPS: Mapping[str, Step] = {
    "pay-out": _pay_out,
    "payout-arrives": lambda act: _settle_payout(act, arrived=True),
    "payout-fails": lambda act: _settle_payout(act, arrived=False),
    "endpoint": _add_endpoint,
}
