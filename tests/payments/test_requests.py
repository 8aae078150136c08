"""What goes over the wire: typed as the kit has it, in one version, and nothing chosen that Stripe chooses better."""

import inspect
import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from unittest.mock import patch

import pytest
import requests

from app.core import clock
from app.payments import stripe_gateway, stripe_params
from app.payments.stripe_gateway import STRIPE_VERSION
from tests.payments.stage import Bench, a_request
from tests.payments.typed import check, checked_requests, fits


@pytest.fixture
def wire() -> Iterator[list[requests.PreparedRequest]]:
    """Every request, as it leaves."""
    sent: list[requests.PreparedRequest] = []
    real = requests.Session.send

    def send(self: requests.Session, request: requests.PreparedRequest, **named: Any) -> requests.Response:
        sent.append(request)
        return real(self, request, **named)

    with patch.object(requests.Session, "send", send):
        yield sent


def ask_everything(bench: Bench) -> None:
    """Each method of the gateway, on a gift and on a plan with trouble."""
    gateway, long_ago = bench.gateway, clock.now() - timedelta(days=1)
    once = gateway.create_checkout(a_request(customer_email="lea@example.org", statement_suffix="LANTERNES"))
    bench.press(once, "pay")
    intent = gateway.get_checkout(once.id).payment_intent or ""
    charge = gateway.get_payment(intent).charge_id or ""
    for number in range(6):  # more than come with the charge
        for reason in ("requested_by_customer", "a word of ours"):
            gateway.refund(intent, 100, "EUR", reason=reason, idempotency_key=f"{number} {reason}")
    gateway.get_payment(intent)
    bench.press(once, "warn", charge=charge)
    bench.press(once, "dispute", charge=charge)
    dispute = next(gateway.list_disputes(long_ago)).id
    gateway.get_dispute(dispute)
    gateway.answer_dispute(dispute, {"uncategorized_text": "It was a gift."}, submit=False)
    warning = next(e for e in gateway.list_events(long_ago) if e.type.startswith("radar."))
    gateway.get_warning(warning.object_id)

    monthly = gateway.create_checkout(a_request(monthly=True, cover_minor=99, idempotency_key="k2"))
    bench.press(monthly, "pay")
    plan = gateway.get_plan(gateway.get_checkout(monthly.id).subscription or "")
    month = next(gateway.list_invoices(plan.id))
    gateway.get_payment(gateway.get_invoice(month.id).payment_intent or "")
    gateway.open_portal(plan.customer or "", "https://story.example.org/gift", "fr")
    gateway.end_plan(plan.id)

    gateway.expire_checkout(gateway.create_checkout(a_request(idempotency_key="k3")).id)
    list(gateway.list_checkouts(long_ago))
    list(gateway.list_balance(long_ago))
    requests.post(f"{bench.base}/", {"do": "pay-out", "currency": "eur"}, timeout=10)
    payout = next(gateway.list_payouts(long_ago))
    gateway.get_payout(payout.id)
    list(gateway.list_payout_lines(payout.id))
    gateway.get_account()
    gateway.missing_permissions()


def test_every_request_is_as_the_kits_types_have_it(bench: Bench) -> None:
    with checked_requests() as called:
        ask_everything(bench)
    source = inspect.getsource(stripe_gateway)
    places = set(re.findall(r"_line\.v1\.([\w.]+)", source))
    assert len(called) == len(places), (sorted(called), sorted(places))


def test_every_request_names_the_version_it_is_read_in(
    bench: Bench, wire: list[requests.PreparedRequest]
) -> None:
    ask_everything(bench)
    ours = [request for request in wire if "/v1/" in str(request.url)]
    assert len(ours) > 25
    assert {request.headers["Stripe-Version"] for request in ours} == {STRIPE_VERSION}


def test_stripe_chooses_the_ways_to_pay(bench: Bench, wire: list[requests.PreparedRequest]) -> None:
    """Wallets, cards and debits by country, currency and device: a list of ours would leave some out."""
    for number, monthly in enumerate((False, True)):
        bench.gateway.create_checkout(a_request(monthly=monthly, idempotency_key=str(number)))
        assert "payment_method" not in str(wire[-1].body)
    assert "payment_method" not in str(stripe_params.checkout(a_request()))


def test_the_portal_is_the_organisations_own(bench: Bench, wire: list[requests.PreparedRequest]) -> None:
    """What donors may change there is set at Stripe; we send who, where back and in which language."""
    opened = bench.gateway.create_checkout(a_request(monthly=True))
    bench.press(opened, "pay")
    plan = bench.gateway.get_plan(bench.gateway.get_checkout(opened.id).subscription or "")
    url = bench.gateway.open_portal(plan.customer or "", "https://story.example.org/gift", "fr")
    assert sorted(re.findall(r"(\w+)=", str(wire[-1].body))) == ["customer", "locale", "return_url"]
    assert requests.get(url, timeout=10).status_code == 200


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"mode": "donation"}, "is none of these|is not of"),
        ({"payment_intent": "pi_1"}, "knows no"),
        ({"line_items": [{"quantity": "1"}]}, "none of these|is not int"),
        ({"expires_at": 1.5}, "is not int"),
    ],
)
def test_the_check_would_tell(bench: Bench, wrong: dict[str, Any], why: str) -> None:
    create = bench.gateway._line.v1.checkout.sessions.create
    good = dict(stripe_params.checkout(a_request()))
    check(create, {"params": good, "options": {"idempotency_key": "k"}})
    with pytest.raises(AssertionError, match=why):
        check(create, {"params": good | wrong, "options": {"idempotency_key": "k"}})
    with pytest.raises(KeyError):
        check(create, {"params": good, "options": {}})
    with pytest.raises(AssertionError):
        fits(1, str, "a text")
