"""What happens to money in the sandbox: pages opened, paid, declined, settled late, expired, refunded.

Each step changes its objects and queues the events Stripe would send, in one transaction of the store. A step
that the state of the page does not allow is refused and changes nothing.
"""

import copy
import secrets
from collections.abc import Mapping
from typing import Any

from app.payments.sandbox.errors import ApiError, missing
from app.payments.sandbox.shapes import Item, blank
from app.payments.sandbox.store import Book
from app.payments.stripe_gateway import STRIPE_VERSION

DEFAULT_LIFE_S = 24 * 3600
FEE_PER_THOUSAND = 15
FEE_FIXED = 25


class Bank:
    """The steps, bound to one transaction and one moment (Unix seconds)."""

    def __init__(self, book: Book, now: int, public_base: str) -> None:
        self.book = book
        self.now = now
        self._public_base = public_base

    def open_session(self, params: Mapping[str, Any]) -> Item:
        """Create a payment page from checked parameters."""
        session = self._new("checkout.session")
        item = params["line_items"][0]
        intent_data = params.get("payment_intent_data", {})
        amount = sum(line["price_data"]["unit_amount"] * line["quantity"] for line in params["line_items"])
        kept = ("client_reference_id", "customer_email", "locale", "submit_type", "success_url", "cancel_url")
        session |= {name: params.get(name) for name in kept}
        session |= {
            "amount_subtotal": amount,
            "amount_total": amount,
            "currency": item["price_data"]["currency"],
            "expires_at": params.get("expires_at", self.now + DEFAULT_LIFE_S),
            "metadata": params.get("metadata", {}),
            "url": f"{self._public_base}/pay/{session['id']}",
        }
        self.book.put(session)
        # Stripe keeps these apart from the session it shows; so does the sandbox.
        draft = {"id": f"draft_{session['id']}", "object": "draft", "created": self.now}
        product = item["price_data"].get("product_data", {})
        self.book.put(draft | {"intent": intent_data, "title": product.get("name", "")})
        return session

    def pay(self, session_id: str, email: str | None = None) -> Item:
        """The donor pays by card: the money is there at once."""
        session = self._payable(session_id)
        intent = self._intent(session)
        charge = self._charge(session, intent, email, paid=True)
        self._complete(session, intent, email, paid=True)
        self._receive(session, intent, charge)
        self._emit("checkout.session.completed", session, session)
        return session

    def decline(self, session_id: str) -> Item:
        """The card is refused: the page stays open for another try."""
        session = self._payable(session_id)
        intent = self._intent(session)
        charge = self._charge(session, intent, None, paid=False)
        session["payment_intent"] = intent["id"]
        self.book.put(session)
        self._fail(session, intent, charge)
        return session

    def delay(self, session_id: str, email: str | None = None) -> Item:
        """The donor uses a method that settles later: the page is complete, the money is not there."""
        session = self._payable(session_id)
        intent = self._intent(session)
        intent["status"] = "processing"
        self._complete(session, intent, email, paid=False)
        self.book.put(intent)
        self._emit("checkout.session.completed", session, session)
        return session

    def settle(self, session_id: str, *, arrived: bool) -> Item:
        """The late money arrives, or the bank says no."""
        session = self._session(session_id)
        if session["status"] != "complete" or session["payment_status"] != "unpaid":
            raise ApiError("This payment is not waiting for money.")
        intent = self._known("payment_intent", session["payment_intent"])
        if intent["status"] != "processing":
            raise ApiError("This payment is not waiting for money.")
        email = session["customer_details"]["email"]
        charge = self._charge(session, intent, email, paid=arrived)
        if arrived:
            session["payment_status"] = "paid"
            self.book.put(session)
            self._receive(session, intent, charge)
            self._emit("checkout.session.async_payment_succeeded", session, session)
        else:
            self._fail(session, intent, charge)
            self._emit("checkout.session.async_payment_failed", session, session)
        return session

    def expire(self, session_id: str) -> Item:
        """Close an open page. Raises ApiError for one that is paid or closed, as Stripe does."""
        session = self._session(session_id)
        if session["status"] != "open":
            raise ApiError(
                'Only Checkout Sessions with a status in ["open"] can be expired. This Checkout Session has a'
                f" status of `{session['status']}`."
            )
        session |= {"status": "expired", "url": None}
        self.book.put(session)
        self._emit("checkout.session.expired", session, session)
        return session

    def fresh(self, session: Item) -> Item:
        """The page as it stands now: an open one whose time is over is closed first."""
        if session["status"] == "open" and session["expires_at"] <= self.now:
            return self.expire(session["id"])
        return session

    def expire_due(self) -> None:
        """Close every page whose time is over."""
        for session in self.book.overdue_sessions(self.now):
            self.expire(session["id"])

    def refund(self, params: Mapping[str, Any]) -> Item:
        """Give money back from a charge, named by itself or by its payment intent; whole by default."""
        charge = self._refundable(params)
        left = charge["amount_captured"] - charge["amount_refunded"]
        amount = params.get("amount", left)
        if charge["refunded"] or left == 0:
            raise ApiError(
                f"Charge {charge['id']} has already been refunded.", code="charge_already_refunded"
            )
        if amount <= 0:
            raise ApiError("Invalid positive integer", code="parameter_invalid_integer", param="amount")
        if amount > left:
            raise ApiError(
                f"Refund amount ({amount}) is greater than unrefunded amount on charge ({left})",
                param="amount",
            )
        session = self._page_of(charge)
        booked = self._book(charge, -amount, 0, "refund")
        refund = self._new("refund") | {
            "amount": amount,
            "balance_transaction": booked["id"],
            "charge": charge["id"],
            "currency": charge["currency"],
            "metadata": params.get("metadata", {}),
            "payment_intent": charge["payment_intent"],
            "reason": params.get("reason"),
        }
        booked["source"] = refund["id"]
        charge["amount_refunded"] += amount
        charge["refunded"] = charge["amount_refunded"] == charge["amount_captured"]
        for item in (booked, refund, charge):
            self.book.put(item)
        self._emit("charge.refunded", charge, session)
        self._emit("refund.created", refund, session)
        self._emit("refund.updated", refund, session)
        return refund

    def title(self, session: Item) -> str:
        """What the payment page sells, in the caller's words."""
        return str(self._draft(session)["title"])

    def _session(self, session_id: str) -> Item:
        return self._known("checkout.session", session_id)

    def _payable(self, session_id: str) -> Item:
        session = self._session(session_id)
        if session["status"] != "open" or session["expires_at"] <= self.now:
            raise ApiError("This page takes no payment any more.")
        return session

    def _known(self, kind: str, object_id: str) -> Item:
        found = self.book.get(object_id)
        if found is None or found["object"] != kind:
            raise missing(kind, object_id)
        return found

    def _draft(self, session: Item) -> Item:
        return self._known("draft", f"draft_{session['id']}")

    def _page_of(self, charge: Item) -> Item:
        pages, _ = self.book.newest("checkout.session", {"payment_intent": charge["payment_intent"]}, limit=1)
        if not pages:
            raise missing("checkout.session", charge["payment_intent"])
        return pages[0]

    def _refundable(self, params: Mapping[str, Any]) -> Item:
        if "charge" in params:
            charge = self._known("charge", params["charge"])
        elif "payment_intent" in params:
            intent = self._known("payment_intent", params["payment_intent"])
            charge = self._known("charge", intent["latest_charge"] or "")
        else:
            raise ApiError("One of the following params should be provided: payment_intent or charge.")
        if not charge["paid"]:
            raise ApiError("This charge did not succeed and cannot be refunded.", param="charge")
        return charge

    def _intent(self, session: Item) -> Item:
        """The payment behind a page: made at the first try, kept for the next ones."""
        if session["payment_intent"]:
            return self._known("payment_intent", session["payment_intent"])
        wished = self._draft(session)["intent"]
        intent = self._new("payment_intent")
        intent |= {
            "amount": session["amount_total"],
            "client_secret": f"{intent['id']}_secret_{secrets.token_hex(8)}",
            "currency": session["currency"],
            "description": wished.get("description"),
            "metadata": wished.get("metadata", {}),
            "receipt_email": wished.get("receipt_email"),
            "statement_descriptor_suffix": wished.get("statement_descriptor_suffix"),
        }
        self.book.put(intent)
        return intent

    def _charge(self, session: Item, intent: Item, email: str | None, *, paid: bool) -> Item:
        charge = self._new("charge")
        address = charge["billing_details"] | {"email": email or session["customer_email"]}
        charge |= {
            "amount": intent["amount"],
            "amount_captured": intent["amount"] if paid else 0,
            "billing_details": address,
            "captured": paid,
            "currency": intent["currency"],
            "description": intent["description"],
            "metadata": intent["metadata"],
            "paid": paid,
            "payment_intent": intent["id"],
            "status": "succeeded" if paid else "failed",
            "statement_descriptor_suffix": intent["statement_descriptor_suffix"],
        }
        intent["latest_charge"] = charge["id"]
        self.book.put(charge)
        return charge

    def _complete(self, session: Item, intent: Item, email: str | None, *, paid: bool) -> None:
        unknown = dict.fromkeys(("address", "business_name", "individual_name", "name", "phone", "tax_ids"))
        session |= {
            "customer_details": unknown | {"email": email or session["customer_email"], "tax_exempt": "none"},
            "payment_intent": intent["id"],
            "payment_status": "paid" if paid else "unpaid",
            "status": "complete",
            "url": None,
        }
        self.book.put(session)

    def _receive(self, session: Item, intent: Item, charge: Item) -> None:
        """Money is there. The charge is announced before it is booked, as at Stripe: the fee comes after."""
        intent |= {"amount_received": intent["amount"], "status": "succeeded", "last_payment_error": None}
        self.book.put(intent)
        self._emit("charge.succeeded", charge, session)
        self._emit("payment_intent.succeeded", intent, session)
        fee = (charge["amount"] * FEE_PER_THOUSAND + 500) // 1000 + FEE_FIXED
        booked = self._book(charge, charge["amount"], fee, "charge")
        charge["balance_transaction"] = booked["id"]
        self.book.put(booked)
        self.book.put(charge)
        self._emit("charge.updated", charge, session)

    def _book(self, charge: Item, amount: int, fee: int, kind: str) -> Item:
        booked = self._new("balance_transaction")
        detail = {
            "amount": fee,
            "application": None,
            "currency": charge["currency"],
            "description": "Stripe processing fees",
            "type": "stripe_fee",
        }
        return booked | {
            "amount": amount,
            "available_on": self.now + 2 * 86400,
            "currency": charge["currency"],
            "fee": fee,
            "fee_details": [detail] if fee else [],
            "net": amount - fee,
            "reporting_category": kind,
            "source": charge["id"],
            "type": kind,
        }

    def _fail(self, session: Item, intent: Item, charge: Item) -> None:
        reason = "Your card was declined."
        error = {"charge": charge["id"], "code": "card_declined", "message": reason, "type": "card_error"}
        intent |= {"status": "requires_payment_method", "last_payment_error": error}
        charge |= {"failure_code": "card_declined", "failure_message": reason}
        self.book.put(intent)
        self.book.put(charge)
        self._emit("charge.failed", charge, session)
        self._emit("payment_intent.payment_failed", intent, session)

    def _new(self, kind: str) -> Item:
        return blank(kind, self.now)

    def _emit(self, kind: str, item: Item, session: Item) -> None:
        event = self._new("event") | {
            "api_version": STRIPE_VERSION,
            "data": {"object": copy.deepcopy(item)},
            "pending_webhooks": 1,
            "type": kind,
        }
        self.book.put(event)
        self.book.enqueue(event["id"], session["id"], self.now)
