"""What every step of the sandbox stands on: objects known and made, payments and charges, what is booked.

`_page` on an object names the payment page it came from; like every name with an underscore it stays here.
"""

import copy
import secrets
from collections.abc import Mapping
from typing import Any

from app.payments.sandbox.errors import missing
from app.payments.sandbox.shapes import Item, blank, shown
from app.payments.sandbox.store import Book
from app.payments.stripe_line import STRIPE_VERSION
from app.payments.tariff import Tariff, tariff

ELSEWHERE = Tariff(150, 25)
"""The price of a payment in currencies whose own is not known."""

AVAILABLE_AFTER_S = 2 * 86_400


class Till:
    """One transaction of the store at one moment (Unix seconds)."""

    def __init__(self, book: Book, now: int, public_base: str) -> None:
        self.book = book
        self.now = now
        self.public_base = public_base

    def new(self, kind: str) -> Item:
        """A new object of a kind, not yet kept."""
        return blank(kind, self.now)

    def known(self, kind: str, object_id: str) -> Item:
        """The object with this id. Raises ApiError when there is none of its kind."""
        found = self.book.get(object_id)
        if found is None or found["object"] != kind:
            raise missing(kind, object_id)
        return found

    def draft(self, session: Item) -> Item:
        """What was asked for with a page and is not shown on it."""
        return self.known("draft", f"draft_{session['id']}")

    def emit(self, kind: str, item: Item) -> None:
        """Say what happened to an object, as it is now."""
        event = self.new("event") | {
            "api_version": STRIPE_VERSION,
            "data": {"object": shown(copy.deepcopy(item))},
            "pending_webhooks": 1,
            "type": kind,
        }
        self.book.put(event)
        self.book.enqueue(event["id"], item.get("_page", ""), self.now)

    def line(self, of: Item, amount: int, fee: int, kind: str, category: str = "") -> Item:
        """Book a movement of the balance and keep it. ``of`` is its source."""
        detail = {
            "amount": fee,
            "application": None,
            "currency": of["currency"],
            "description": "Stripe processing fees",
            "type": "stripe_fee",
        }
        booked = self.new("balance_transaction") | {
            "amount": amount,
            "available_on": self.now + AVAILABLE_AFTER_S,
            "currency": of["currency"],
            "fee": fee,
            "fee_details": [detail] if fee else [],
            "net": amount - fee,
            "reporting_category": category or kind,
            "source": of["id"],
            "type": kind,
        }
        self.book.put(booked)
        return booked


def intent(till: Till, of: Item, wished: Mapping[str, Any]) -> Item:
    """A payment for a page or an invoice."""
    made = till.new("payment_intent")
    made |= {
        "_page": of["_page"],
        "amount": of["amount_total"] if of["object"] == "checkout.session" else of["amount_due"],
        "client_secret": f"{made['id']}_secret_{secrets.token_hex(8)}",
        "currency": of["currency"],
        "customer": of["customer"],
        "description": wished.get("description"),
        "metadata": wished.get("metadata", {}),
        "receipt_email": wished.get("receipt_email"),
        "statement_descriptor_suffix": wished.get("statement_descriptor_suffix"),
    }
    till.book.put(made)
    return made


def charge(till: Till, intent: Item, email: str | None, *, paid: bool) -> Item:
    """One try to pay a payment."""
    made = till.new("charge")
    made |= {
        "_page": intent["_page"],
        "amount": intent["amount"],
        "amount_captured": intent["amount"] if paid else 0,
        "billing_details": made["billing_details"] | {"email": email},
        "captured": paid,
        "currency": intent["currency"],
        "customer": intent["customer"],
        "description": intent["description"],
        "metadata": intent["metadata"],
        "paid": paid,
        "payment_intent": intent["id"],
        "status": "succeeded" if paid else "failed",
        "statement_descriptor_suffix": intent["statement_descriptor_suffix"],
    }
    if intent["payment_method_types"] != ["card"]:
        slow = intent["payment_method_types"][0]
        made["payment_method_details"] = {"type": slow, slow: {"country": "FR", "last4": "2606"}}
    intent["latest_charge"] = made["id"]
    till.book.put(made)
    return made


def receive(till: Till, intent: Item, charge: Item) -> None:
    """Money is there. The charge is announced before it is booked, as at Stripe: the fee comes after."""
    intent |= {"amount_received": intent["amount"], "status": "succeeded", "last_payment_error": None}
    till.book.put(intent)
    till.emit("charge.succeeded", charge)
    till.emit("payment_intent.succeeded", intent)
    price = tariff("", charge["currency"].upper()) or ELSEWHERE
    fee = (charge["amount"] * price.percent + 5_000) // 10_000 + price.fixed
    by_card = charge["payment_method_details"]["type"] == "card"
    booked = till.line(charge, charge["amount"], fee, "charge" if by_card else "payment", "charge")
    charge["balance_transaction"] = booked["id"]
    till.book.put(charge)
    till.emit("charge.updated", charge)


def fail(till: Till, intent: Item, charge: Item) -> None:
    """The bank says no."""
    reason = "Your card was declined."
    error = {"charge": charge["id"], "code": "card_declined", "message": reason, "type": "card_error"}
    intent |= {"status": "requires_payment_method", "last_payment_error": error}
    charge |= {"failure_code": "card_declined", "failure_message": reason}
    till.book.put(intent)
    till.book.put(charge)
    till.emit("charge.failed", charge)
    till.emit("payment_intent.payment_failed", intent)
