"""What happens to payment pages in the sandbox: opened, paid, declined, settled late, expired.

Each step changes its objects and queues the events Stripe would send, in one transaction of the store. A step
that the state of the page does not allow is refused and changes nothing. What follows a payment has modules of
its own: `plans`, `refunds`, `disputes`, `payouts`.
"""

from collections.abc import Mapping
from typing import Any

from app.payments.sandbox import plans, till
from app.payments.sandbox.errors import ApiError
from app.payments.sandbox.shapes import Item
from app.payments.sandbox.till import Till

DEFAULT_LIFE_S = 24 * 3600
SLOW = "sepa_debit"


class Bank(Till):
    """The steps, bound to one transaction and one moment (Unix seconds)."""

    def open_session(self, params: Mapping[str, Any]) -> Item:
        """Create a payment page from checked parameters."""
        session = self.new("checkout.session")
        item = params["line_items"][0]
        amount = sum(line["price_data"]["unit_amount"] * line["quantity"] for line in params["line_items"])
        kept = ("client_reference_id", "customer_email", "locale", "submit_type", "success_url", "cancel_url")
        session |= {name: params.get(name) for name in kept}
        session |= {
            "_page": session["id"],
            "amount_subtotal": amount,
            "amount_total": amount,
            "currency": item["price_data"]["currency"],
            "expires_at": params.get("expires_at", self.now + DEFAULT_LIFE_S),
            "metadata": params.get("metadata", {}),
            "mode": params.get("mode", "payment"),
            "url": f"{self.public_base}/pay/{session['id']}",
        }
        self.book.put(session)
        # Stripe keeps these apart from the session it shows; so does the sandbox.
        draft = {"id": f"draft_{session['id']}", "object": "draft", "created": self.now}
        names = ("payment_intent_data", "subscription_data", "line_items")
        self.book.put(draft | {name: params.get(name, {}) for name in names})
        return session

    def pay(self, session_id: str, email: str | None = None) -> Item:
        """The donor pays by card: the money is there at once."""
        session = self._payable(session_id)
        intent = self._intent(session)
        plan = plans.begin(self, session, intent, email) if session["mode"] == "subscription" else None
        charge = till.charge(self, intent, email or session["customer_email"], paid=True)
        self._complete(session, intent, email, paid=True)
        till.receive(self, intent, charge)
        if plan:
            plans.settle_first(self, plan, paid=True)
        self.emit("checkout.session.completed", session)
        return session

    def decline(self, session_id: str) -> Item:
        """The card is refused: the page stays open for another try."""
        session = self._payable(session_id)
        intent = self._intent(session)
        charge = till.charge(self, intent, None, paid=False)
        if session["mode"] == "payment":
            session["payment_intent"] = intent["id"]
        self.book.put(session)
        till.fail(self, intent, charge)
        return session

    def delay(self, session_id: str, email: str | None = None) -> Item:
        """The donor uses a method that settles later: the page is complete, the money is not there."""
        session = self._payable(session_id)
        intent = self._intent(session) | {"status": "processing", "payment_method_types": [SLOW]}
        self.book.put(intent)
        if session["mode"] == "subscription":
            plans.begin(self, session, intent, email)
        self._complete(session, intent, email, paid=False)
        self.emit("checkout.session.completed", session)
        return session

    def settle(self, session_id: str, *, arrived: bool) -> Item:
        """The late money arrives, or the bank says no."""
        session = self._session(session_id)
        intent = self._intent(session) if session["status"] == "complete" else None
        if intent is None or session["payment_status"] != "unpaid" or intent["status"] != "processing":
            raise ApiError("This payment is not waiting for money.")
        charge = till.charge(self, intent, session["customer_details"]["email"], paid=arrived)
        if arrived:
            session["payment_status"] = "paid"
            self.book.put(session)
            till.receive(self, intent, charge)
        else:
            till.fail(self, intent, charge)
        if session["subscription"]:
            plans.settle_first(self, self.known("subscription", session["subscription"]), paid=arrived)
        self.emit(f"checkout.session.async_payment_{'succeeded' if arrived else 'failed'}", session)
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
        self.emit("checkout.session.expired", session)
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

    def title(self, session: Item) -> str:
        """What the payment page sells, in the caller's words."""
        return str(self.draft(session)["line_items"][0]["price_data"].get("product_data", {}).get("name", ""))

    def intent_of(self, session: Item) -> Item | None:
        """The payment behind a page, once somebody has tried."""
        found = session["payment_intent"] or self.draft(session).get("intent")
        return self.book.get(found) if found else None

    def _session(self, session_id: str) -> Item:
        return self.known("checkout.session", session_id)

    def _payable(self, session_id: str) -> Item:
        session = self._session(session_id)
        if session["status"] != "open" or session["expires_at"] <= self.now:
            raise ApiError("This page takes no payment any more.")
        return session

    def _intent(self, session: Item) -> Item:
        """The payment behind a page: made at the first try, kept for the next ones."""
        found = self.intent_of(session)
        if found:
            return found
        draft = self.draft(session)
        intent = till.intent(self, session, draft["payment_intent_data"])
        self.book.put(draft | {"intent": intent["id"]})
        return intent

    def _complete(self, session: Item, intent: Item, email: str | None, *, paid: bool) -> None:
        unknown = dict.fromkeys(("address", "business_name", "individual_name", "name", "phone", "tax_ids"))
        session |= {
            "customer_details": unknown | {"email": email or session["customer_email"], "tax_exempt": "none"},
            "payment_status": "paid" if paid else "unpaid",
            "status": "complete",
            "url": None,
        }
        if session["mode"] == "payment":
            session["payment_intent"] = intent["id"]
        self.book.put(session)
