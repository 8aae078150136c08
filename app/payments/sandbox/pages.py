"""The test payment page: what a donor would do at Stripe, and what only a tester may; it says so plainly."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

from starlette.responses import HTMLResponse

from app.core.i18n import LANGUAGES, mark, negotiate
from app.core.money import NotAnAmount, decimal_string, parse_amount
from app.core.templating import render
from app.payments import amounts
from app.payments.sandbox.bank import Bank
from app.payments.sandbox.errors import ApiError
from app.payments.sandbox.shapes import Item
from app.payments.sandbox.store import Book, Store

SHOWN = 50

SAID = {
    "declined": mark("The card was refused. Nothing was paid; you can try again."),
    "arrived": mark("The money has arrived."),
    "failed": mark("The bank refused: no money will come."),
    "refunded": mark("The refund is made."),
    "sent": mark("The notifications are on their way again."),
    "held": mark("From now on notifications wait here."),
    "released": mark("The notifications that waited are on their way."),
    "no": mark("This payment does not allow that any more."),
    "amount": mark("Write an amount no larger than what is left."),
    "email": mark("Write a full e-mail address."),
}


@dataclass(frozen=True, slots=True)
class Leave:
    """Where to send the browser next."""

    url: str


@dataclass(frozen=True, slots=True)
class Act:
    """One press of a button on the page."""

    bank: Bank
    session: Item
    fields: Mapping[str, str]
    here: str

    @property
    def id(self) -> str:
        return str(self.session["id"])

    def back(self, said: str) -> Leave:
        """To this page, with a sentence."""
        return Leave(f"{self.here}?{urlencode({'said': said})}")

    def onward(self) -> Leave:
        """To the success page, where Stripe fills in the session's id."""
        return Leave(self.session["success_url"].replace("{CHECKOUT_SESSION_ID}", self.id))


class Pages:
    """Shows and acts over one store."""

    def __init__(self, store: Store, public_base: str, now: Callable[[], float]) -> None:
        self._store = store
        self._public_base = public_base
        self._now = now

    def index(self, accept_language: str) -> HTMLResponse:
        """The latest test payments."""
        with self._store.transaction() as book:
            bank = self._bank(book)
            bank.expire_due()
            sessions, _ = book.newest("checkout.session", limit=SHOWN)
            rows = [self._view(bank, session) for session in sessions]
        context = {"rows": rows, "base": self._public_base}
        return _page("sandbox/index.html", context, negotiate(accept_language), [])

    def show(self, session_id: str, accept_language: str, said: str) -> HTMLResponse:
        """One payment page in its own language; 404 for one that does not exist."""
        with self._store.transaction() as book:
            bank = self._bank(book)
            found = book.get(session_id)
            if found is None or found["object"] != "checkout.session":
                language = negotiate(accept_language)
                return _page("sandbox/missing.html", {"base": self._public_base}, language, [], status=404)
            session = bank.fresh(found)
            context = self._view(bank, session) | {
                "base": self._public_base,
                "deliveries": [
                    {"type": (book.get(item.event) or {}).get("type", ""), "it": item}
                    for item in book.deliveries(session_id)
                ],
                "hold": book.switch("hold"),
                "said": SAID.get(said),
                "wrong": said in ("no", "amount", "email", "declined"),
            }
        language = session["locale"] if session["locale"] in LANGUAGES else negotiate(accept_language)
        return _page("sandbox/pay.html", context, language, [session["success_url"], session["cancel_url"]])

    def act(self, session_id: str, fields: Mapping[str, str]) -> Leave:
        """Do what a button says. A step the payment's state refuses changes nothing and says so."""
        here = f"{self._public_base}/pay/{session_id}"
        step = STEPS.get(fields.get("do", ""))
        try:
            with self._store.transaction() as book:
                session = book.get(session_id)
                if step is None or session is None or session["object"] != "checkout.session":
                    return Leave(f"{here}?said=no")
                return step(Act(self._bank(book), session, fields, here))
        except ApiError:
            return Leave(f"{here}?said=no")

    def _bank(self, book: Book) -> Bank:
        return Bank(book, int(self._now()), self._public_base)

    def _view(self, bank: Bank, session: Item) -> dict[str, Any]:
        currency = str(session["currency"]).upper()
        left = 0
        intent = bank.book.get(session["payment_intent"] or "")
        if intent and (charge := bank.book.get(intent["latest_charge"] or "")) and charge["paid"]:
            left = charge["amount_captured"] - charge["amount_refunded"]
        return {
            "session": session,
            "title": bank.title(session),
            "currency": currency,
            "amount_minor": amounts.from_stripe(session["amount_total"], currency),
            "left_minor": amounts.from_stripe(left, currency),
            "left_typed": decimal_string(amounts.from_stripe(left, currency), currency),
            "state": _state(session, intent, left),
        }


def _state(session: Item, intent: Item | None, left: int) -> str:
    """One word for the page: open, expired, waiting, failed, paid or refunded."""
    if session["status"] != "complete":
        return str(session["status"])
    if session["payment_status"] == "paid":
        return "paid" if left else "refunded"
    return "waiting" if intent and intent["status"] == "processing" else "failed"


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


def _arrive(act: Act) -> Leave:
    act.bank.settle(act.id, arrived=True)
    return act.back("arrived")


def _fail(act: Act) -> Leave:
    act.bank.settle(act.id, arrived=False)
    return act.back("failed")


def _refund(act: Act) -> Leave:
    currency = act.session["currency"].upper()
    try:
        amount = amounts.to_stripe(parse_amount(act.fields.get("amount", ""), currency), currency)
        act.bank.refund({"payment_intent": act.session["payment_intent"] or "", "amount": amount})
    except (NotAnAmount, ApiError):
        return act.back("amount")
    return act.back("refunded")


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


STEPS: Mapping[str, Callable[[Act], Leave]] = {
    "pay": _pay,
    "delay": _delay,
    "decline": _decline,
    "abandon": lambda act: Leave(act.session["cancel_url"] or act.here),
    "arrive": _arrive,
    "fail": _fail,
    "refund": _refund,
    "again": lambda act: _send_again(act, reverse=False),
    "disorder": lambda act: _send_again(act, reverse=True),
    "hold": _hold,
    "release": _release,
}
