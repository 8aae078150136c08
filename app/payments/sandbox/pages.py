"""The test payment page: what a donor would do at Stripe, and what only a tester may; it says so plainly."""

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

from starlette.responses import HTMLResponse

from app.core.i18n import LANGUAGES, negotiate
from app.core.money import decimal_string
from app.core.templating import render
from app.payments import amounts
from app.payments.sandbox.bank import Bank
from app.payments.sandbox.buttons import DESK_STEPS, PORTAL_STEPS, SAID, STEPS, WRONG, Act, Leave, Step
from app.payments.sandbox.errors import ApiError
from app.payments.sandbox.keys import restricted_keys
from app.payments.sandbox.shapes import Item
from app.payments.sandbox.store import Book, Store

SHOWN = 50
WAITING = frozenset({"needs_response", "under_review", "warning_needs_response", "warning_under_review"})


class Pages:
    """Shows and acts over one store."""

    def __init__(
        self, store: Store, public_base: str, secret_key: str, webhook_url: str, now: Callable[[], float]
    ) -> None:
        self._store = store
        self._public_base = public_base
        self._keys = restricted_keys(secret_key)
        self._webhook_url = webhook_url
        self._now = now

    def index(self, accept_language: str, said: str = "") -> HTMLResponse:
        """The latest test payments, what is on the account, and what a tester needs to connect to it."""
        with self._store.transaction() as book:
            bank = self._bank(book)
            bank.expire_due()
            sessions, _ = book.newest("checkout.session", limit=SHOWN)
            payouts, _ = book.newest("payout", limit=10)
            context = {
                "rows": [self._view(bank, session) for session in sessions],
                "payouts": [_payout(item) for item in payouts],
                "balances": [
                    _amount(sum(line["net"] for line in book.unpaid_lines(currency)), currency)
                    for currency in sorted({session["currency"] for session in sessions})
                ],
                "endpoints": book.endpoints(),
            }
        context |= {"base": self._public_base, "keys": self._keys, "webhook_url": self._webhook_url}
        context |= {"said": SAID.get(said), "wrong": said in WRONG}
        return _page("sandbox/index.html", context, negotiate(accept_language), [])

    def show(self, session_id: str, accept_language: str, said: str) -> HTMLResponse:
        """One payment page in its own language; 404 for one that does not exist."""
        with self._store.transaction() as book:
            bank = self._bank(book)
            found = book.get(session_id)
            if found is None or found["object"] != "checkout.session":
                return self._missing(accept_language)
            session = bank.fresh(found)
            context = self._view(bank, session) | {
                "base": self._public_base,
                "charges": _charges(book, session_id),
                "plan": _plan(book, session),
                "deliveries": [
                    {"type": (book.get(item.event) or {}).get("type", ""), "it": item}
                    for item in book.deliveries(session_id)
                ],
                "hold": book.switch("hold"),
                "said": SAID.get(said),
                "wrong": said in WRONG,
            }
        language = session["locale"] if session["locale"] in LANGUAGES else negotiate(accept_language)
        return _page("sandbox/pay.html", context, language, [session["success_url"], session["cancel_url"]])

    def portal(self, portal_id: str, accept_language: str, said: str) -> HTMLResponse:
        """A donor's own page at the provider: the monthly plans of one customer."""
        with self._store.transaction() as book:
            found = book.get(portal_id)
            if found is None or found["object"] != "billing_portal.session":
                return self._missing(accept_language)
            plans, _ = book.newest("subscription", {"customer": found["customer"]}, limit=SHOWN)
            rows = [_plan_view(plan) for plan in plans]
        context = {"plans": rows, "portal": found, "base": self._public_base, "said": SAID.get(said)}
        language = found["locale"] if found["locale"] in LANGUAGES else negotiate(accept_language)
        return _page(
            "sandbox/portal.html", context | {"wrong": said in WRONG}, language, [found["return_url"]]
        )

    def act(self, session_id: str, fields: Mapping[str, str]) -> Leave:
        """Do what a button says. A step the payment's state refuses changes nothing and says so."""
        return self._do(
            STEPS, "checkout.session", session_id, fields, f"{self._public_base}/pay/{session_id}"
        )

    def act_portal(self, portal_id: str, fields: Mapping[str, str]) -> Leave:
        """Do what a button of the donor's page says."""
        here = f"{self._public_base}/portal/{portal_id}"
        return self._do(PORTAL_STEPS, "billing_portal.session", portal_id, fields, here)

    def act_desk(self, fields: Mapping[str, str]) -> Leave:
        """Do what a button of the overview says: payouts, and where notifications go."""
        here = f"{self._public_base}/"
        return self._do(DESK_STEPS, "", "", {**fields, "webhook_url": self._webhook_url}, here)

    def _do(
        self, steps: Mapping[str, Step], kind: str, subject: str, fields: Mapping[str, str], here: str
    ) -> Leave:
        step = steps.get(fields.get("do", ""))
        try:
            with self._store.transaction() as book:
                item = (book.get(subject) or {"object": None}) if kind else {"object": "", "id": ""}
                if step is None or item["object"] != kind:
                    return Leave(f"{here}?said=no")
                return step(Act(self._bank(book), item, fields, here))
        except ApiError:
            return Leave(f"{here}?said=no")

    def _missing(self, accept_language: str) -> HTMLResponse:
        context = {"base": self._public_base}
        return _page("sandbox/missing.html", context, negotiate(accept_language), [], status=404)

    def _bank(self, book: Book) -> Bank:
        return Bank(book, int(self._now()), self._public_base)

    def _view(self, bank: Bank, session: Item) -> dict[str, Any]:
        intent = bank.intent_of(session)
        left = 0
        if intent and (charge := bank.book.get(intent["latest_charge"] or "")) and charge["paid"]:
            left = charge["amount_captured"] - charge["amount_refunded"]
        return _amount(session["amount_total"], session["currency"]) | {
            "session": session,
            "title": bank.title(session),
            "monthly": session["mode"] == "subscription",
            "left_minor": amounts.from_stripe(left, session["currency"].upper()),
            "state": _state(session, intent, left),
        }


def _amount(amount: int, currency: str) -> dict[str, Any]:
    code = currency.upper()
    return {"amount_minor": amounts.from_stripe(amount, code), "currency": code, "wire_currency": currency}


def _state(session: Item, intent: Item | None, left: int) -> str:
    """One word for the page: open, expired, waiting, failed, paid or refunded."""
    if session["status"] != "complete":
        return str(session["status"])
    if session["payment_status"] == "paid":
        return "paid" if left else "refunded"
    return "waiting" if intent and intent["status"] == "processing" else "failed"


def _charges(book: Book, session_id: str) -> list[dict[str, Any]]:
    """Every payment that came through a page, a plan's months too, the latest first."""
    found, _ = book.newest("charge", {"_page": session_id}, limit=SHOWN)
    return [_charge(book, charge) for charge in found if charge["paid"]]


def _charge(book: Book, charge: Item) -> dict[str, Any]:
    code = charge["currency"].upper()
    left = amounts.from_stripe(charge["amount_captured"] - charge["amount_refunded"], code)
    disputes, _ = book.newest("dispute", {"charge": charge["id"]}, limit=1)
    refunds, _ = book.newest("refund", {"charge": charge["id"]}, limit=SHOWN)
    dispute = disputes[0] if disputes else None
    return _amount(charge["amount_captured"], charge["currency"]) | {
        "id": charge["id"],
        "left_minor": left,
        "left_typed": decimal_string(left, code),
        "refunds": [_amount(one["amount"], one["currency"]) | {"it": one} for one in refunds],
        "dispute": dispute,
        "waits": dispute is not None and dispute["status"] in WAITING,
        "by_card": charge["payment_method_details"]["type"] == "card",
    }


def _plan(book: Book, session: Item) -> dict[str, Any] | None:
    plan = book.get(session["subscription"] or "")
    if plan is None:
        return None
    invoice = book.get(plan["latest_invoice"]) or {"status": "paid", "_intent": ""}
    return _plan_view(plan) | {"owes": invoice["status"] == "open"}


def _plan_view(plan: Item) -> dict[str, Any]:
    due = sum(item["price"]["unit_amount"] * item["quantity"] for item in plan["items"]["data"])
    return _amount(due, plan["currency"]) | {"id": plan["id"], "status": plan["status"]}


def _payout(item: Item) -> dict[str, Any]:
    return _amount(item["amount"], item["currency"]) | {"id": item["id"], "status": item["status"]}


def _page(
    template: str, context: Mapping[str, Any], language: str, targets: list[str | None], *, status: int = 200
) -> HTMLResponse:
    # The pages a donor leaves for are named, or the browser stops the redirect after the form is sent.
    origins = {"{0.scheme}://{0.netloc}".format(urlsplit(target)) for target in targets if target}
    policy = (
        "default-src 'none'; style-src 'self'; font-src 'self'; img-src 'self'; base-uri 'none';"
        f" frame-ancestors 'none'; form-action 'self' {' '.join(sorted(origins))}"
    )
    headers = {"Content-Security-Policy": policy, "Cache-Control": "no-store", "Content-Language": language}
    return HTMLResponse(render(template, context, language=language), status, headers)
