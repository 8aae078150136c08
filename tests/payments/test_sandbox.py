"""The sandbox as strict as Stripe: parameters, keys, idempotency, webhooks that arrive whatever happens."""

import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import requests
import stripe

from app.core import clock
from app.payments.sandbox.app import create_sandbox
from app.payments.sandbox.courier import LEASE_S, MAX_ATTEMPTS, post
from app.payments.sandbox.keys import sandbox_keys
from app.payments.stripe_gateway import StripeGateway
from tests.payments.stage import (
    SECRET_KEY,
    WEBHOOK_SECRET,
    Bench,
    Receiver,
    a_request,
    open_sandbox,
    served,
)

GOOD: dict[str, Any] = {
    "mode": "payment",
    "success_url": "https://story.example.org/ok",
    "line_items[0][quantity]": "1",
    "line_items[0][price_data][currency]": "eur",
    "line_items[0][price_data][unit_amount]": "1500",
    "line_items[0][price_data][product_data][name]": "Don",
}


@pytest.fixture
def kit(bench: Bench) -> Iterator[stripe.StripeClient]:
    with requests.Session() as session:
        session.trust_env = False
        yield stripe.StripeClient(
            SECRET_KEY,
            base_addresses={"api": bench.base},
            http_client=stripe.RequestsClient(session=session),
        )


@pytest.mark.parametrize(
    ("change", "code", "param"),
    [
        ({"montant": "12"}, "parameter_unknown", "montant"),
        (
            {"line_items[0][price_data][colour]": "red"},
            "parameter_unknown",
            "line_items[0][price_data][colour]",
        ),
        ({"line_items[0][price_data][unit_amount]": "12.5"}, "parameter_invalid_integer", None),
        ({"line_items[0][price_data][unit_amount]": "0"}, "parameter_invalid_integer", None),
        ({"line_items[0][price_data][unit_amount]": "49"}, "amount_too_small", None),
        ({"line_items[0][price_data][unit_amount]": "100000000"}, "amount_too_large", None),
        ({"line_items[0][price_data][currency]": None}, "parameter_missing", None),
        ({"line_items[0][price_data][currency]": "eurro"}, None, "line_items[0][price_data][currency]"),
        ({"line_items[0][price_data][product_data][name]": None}, "parameter_missing", None),
        ({"line_items": "all"}, None, "line_items"),
        ({"success_url": None}, "parameter_missing", "success_url"),
        ({"success_url": "javascript:alert(1)"}, "url_invalid", "success_url"),
        ({"success_url": ""}, "parameter_invalid_empty", "success_url"),
        ({"submit_type": "give"}, None, "submit_type"),
        ({"locale": "klingon"}, None, "locale"),
        ({"expires_at": "soon"}, "parameter_invalid_integer", "expires_at"),
        ({"expires_at": "1"}, None, "expires_at"),
        ({"adaptive_pricing[enabled]": "yes"}, "parameter_invalid_boolean", "adaptive_pricing[enabled]"),
        ({"metadata": "x"}, None, "metadata"),
        ({"metadata[" + "k" * 41 + "]": "x"}, None, "metadata"),
        ({"metadata[k]": "x" * 501}, None, "metadata[k]"),
        ({"customer_email": "lea"}, "email_invalid", "customer_email"),
        ({"client_reference_id": "x" * 201}, None, "client_reference_id"),
        ({"payment_intent_data[statement_descriptor_suffix]": "12"}, None, None),
        ({"mode": "setup"}, "sandbox_only", "mode"),
        ({"mode": "subscription"}, None, "line_items[0][price_data][recurring]"),
        ({"customer": "cus_1"}, "sandbox_only", "customer"),
        ({"adaptive_pricing[enabled]": "true"}, "sandbox_only", "adaptive_pricing[enabled]"),
    ],
)
def test_bad_parameters_are_refused_in_stripes_shape(
    bench: Bench, change: dict[str, str | None], code: str | None, param: str | None
) -> None:
    params = {name: value for name, value in {**GOOD, **change}.items() if value is not None}
    if change.get("line_items"):
        params = {name: value for name, value in params.items() if not name.startswith("line_items[")}
    answer = bench.call("POST", "checkout/sessions", params)
    error = answer.json()["error"]
    assert answer.status_code == 400
    assert error["type"] == "invalid_request_error"
    assert error.get("code") == code
    if param:
        assert error["param"] == param
    assert list(bench.gateway.list_checkouts(clock.now())) == []


def test_the_good_parameters_are_good(bench: Bench) -> None:
    answer = bench.call("POST", "checkout/sessions", GOOD)
    assert answer.status_code == 200
    assert answer.headers["Request-Id"].startswith("req_")
    assert answer.json()["expires_at"] == int(clock.now().timestamp()) + 24 * 3600


def test_the_kit_raises_its_own_errors(kit: stripe.StripeClient) -> None:
    with pytest.raises(stripe.InvalidRequestError, match="Received unknown parameter: montant"):
        kit.v1.checkout.sessions.create({"montant": 12})  # type: ignore[typeddict-unknown-key]
    with pytest.raises(stripe.InvalidRequestError) as missing:
        kit.v1.payment_intents.retrieve("pi_nobody")
    assert (missing.value.http_status, missing.value.code) == (404, "resource_missing")
    with pytest.raises(stripe.InvalidRequestError, match="Unrecognized request URL"):
        kit.v1.products.list()


@pytest.mark.parametrize("authorization", ["", "Basic abc", "Bearer ", "Bearer sk_test_wrong"])
def test_only_the_key_opens(bench: Bench, authorization: str) -> None:
    answer = bench.call("GET", "events", Authorization=authorization)
    assert answer.status_code == 401
    assert "wrong" not in answer.text.replace("****", "")


def test_idempotency(bench: Bench) -> None:
    first = bench.call("POST", "checkout/sessions", GOOD, Idempotency_Key="k1")
    again = bench.call("POST", "checkout/sessions", GOOD, Idempotency_Key="k1")
    assert again.json() == first.json()
    assert again.headers["Idempotent-Replayed"] == "true"
    other = bench.call("POST", "checkout/sessions", {**GOOD, "locale": "fr"}, Idempotency_Key="k1")
    assert (other.status_code, other.json()["error"]["type"]) == (400, "idempotency_error")
    # A refusal is not kept: the key serves again once the mistake is mended.
    assert bench.call("POST", "checkout/sessions", {}, Idempotency_Key="k2").status_code == 400
    assert bench.call("POST", "checkout/sessions", GOOD, Idempotency_Key="k2").status_code == 200


def test_objects_and_their_expansions(bench: Bench, kit: stripe.StripeClient) -> None:
    opened = bench.gateway.create_checkout(a_request())
    bench.press(opened, "pay")
    session = kit.v1.checkout.sessions.retrieve(
        opened.id, {"expand": ["payment_intent.latest_charge.balance_transaction"]}
    )
    intent = session.payment_intent
    assert isinstance(intent, stripe.PaymentIntent)
    assert isinstance(intent.latest_charge, stripe.Charge)
    booked = intent.latest_charge.balance_transaction
    assert isinstance(booked, stripe.BalanceTransaction)
    assert (booked.amount, booked.fee, booked.net) == (4000, 85, 3915)
    refund = kit.v1.refunds.create({"payment_intent": intent.id, "amount": 500, "metadata": {"why": "twice"}})
    assert (refund.status, refund.charge) == ("succeeded", intent.latest_charge.id)
    assert refund.to_dict()["metadata"] == {"why": "twice"}
    assert kit.v1.refunds.retrieve(refund.id).amount == 500
    assert kit.v1.charges.retrieve(intent.latest_charge.id).amount_refunded == 500
    assert [charge.id for charge in kit.v1.charges.list({"payment_intent": intent.id})] == [
        intent.latest_charge.id
    ]
    assert {entry.type for entry in kit.v1.balance_transactions.list()} == {"charge", "refund"}
    assert kit.v1.balance_transactions.retrieve(booked.id).currency == "eur"
    refunded = kit.v1.events.list({"type": "charge.refunded"}).data[0]
    assert kit.v1.events.retrieve(refunded.id).data.object["amount_refunded"] == 500
    with pytest.raises(stripe.InvalidRequestError, match="cannot be expanded"):
        kit.v1.checkout.sessions.retrieve(opened.id, {"expand": ["amount_total"]})
    with pytest.raises(stripe.InvalidRequestError, match="greater than unrefunded"):
        kit.v1.refunds.create({"charge": intent.latest_charge.id, "amount": 3501})
    with pytest.raises(stripe.InvalidRequestError, match="does not play"):
        kit.v1.charges.list({"customer": "cus_1"})


def test_pages_of_a_list_in_both_directions(bench: Bench, kit: stripe.StripeClient) -> None:
    made = [bench.gateway.create_checkout(a_request(idempotency_key=f"k{n}")).id for n in range(5)][::-1]
    first = kit.v1.checkout.sessions.list({"limit": 2})
    assert ([item.id for item in first], first.has_more) == (made[:2], True)
    second = kit.v1.checkout.sessions.list({"limit": 2, "starting_after": made[1]})
    assert [item.id for item in second] == made[2:4]
    back = kit.v1.checkout.sessions.list({"limit": 2, "ending_before": made[4]})
    assert ([item.id for item in back], back.has_more) == (made[2:4], True)
    assert kit.v1.checkout.sessions.list({"status": "complete"}).data == []


def test_a_silent_receiver_is_asked_again_later_and_later(bench: Bench) -> None:
    bench.receiver.answers = [500, ConnectionRefusedError(), 302]
    opened = bench.gateway.create_checkout(a_request())
    bench.gateway.expire_checkout(opened.id)
    moment, waits = clock.now(), []
    for wait in (0, 1, 2, 4):
        moment += timedelta(seconds=wait)
        with clock.frozen(moment):
            waits.append(bench.sandbox.courier.deliver_due())
            assert bench.sandbox.courier.deliver_due() == 0
    assert waits == [1, 1, 1, 1]
    with clock.frozen(moment):
        assert bench.delivered() == ["checkout.session.expired"]


def test_a_receiver_that_never_answers_is_given_up(bench: Bench) -> None:
    bench.receiver.answers = [500] * 99
    opened = bench.gateway.create_checkout(a_request())
    bench.gateway.expire_checkout(opened.id)
    tries = 0
    for hour in range(24):
        with clock.frozen(clock.now() + timedelta(hours=hour)):
            tries += bench.sandbox.courier.deliver_due()
    assert tries == MAX_ATTEMPTS
    with bench.sandbox.store.transaction() as book:
        assert [item.state for item in book.deliveries(opened.id)] == ["dead"]


def test_held_back_then_released(bench: Bench) -> None:
    opened = bench.gateway.create_checkout(a_request())
    bench.press(opened, "hold")
    bench.press(opened, "pay")
    assert bench.delivered() == []
    bench.press(opened, "release")
    assert len(bench.delivered()) == 4


def test_again_and_in_disorder(bench: Bench) -> None:
    opened = bench.gateway.create_checkout(a_request())
    bench.press(opened, "pay")
    once = bench.delivered()
    bench.press(opened, "again")
    assert bench.delivered() == once * 2
    bench.press(opened, "disorder")
    assert bench.delivered() == once * 2 + once[::-1]


def test_what_a_killed_process_left_is_delivered_by_the_next(bench: Bench, tmp_path: Path) -> None:
    """The first process dies in the middle of an attempt: after the claim, before the receiver answered."""
    opened = bench.gateway.create_checkout(a_request())
    bench.gateway.expire_checkout(opened.id)
    bench.receiver.answers = [KeyboardInterrupt()]
    with pytest.raises(KeyboardInterrupt):
        bench.sandbox.courier.deliver_due()
    receiver = Receiver()
    second = open_sandbox(tmp_path / "stripe.db", receiver, bench.base)
    assert second.courier.deliver_due() == 0  # the claim still stands
    with clock.frozen(clock.now() + timedelta(seconds=LEASE_S)):
        second.start()
        second.courier.wake()
        second.stop()
        second.courier.deliver_due()
    assert len(receiver.got) == 1


def test_a_process_killed_for_good_loses_no_payment(tmp_path: Path) -> None:
    """kill -9 right after the payment was answered: the next process has it and tells of it."""
    data_file = tmp_path / "stripe.db"
    script = f"""
import os, signal
from pathlib import Path
from app.payments.sandbox.bank import Bank
from app.payments.sandbox import refunds
from app.payments.sandbox.store import Store
store = Store(Path({str(data_file)!r}))
line = dict(quantity=1, price_data=dict(currency="eur", unit_amount=1500, product_data=dict(name="Don")))
with store.transaction() as book:
    session = Bank(book, 1_800_000_000, "http://x").open_session(dict(line_items=[line], success_url="http://x"))
with store.transaction() as book:
    Bank(book, 1_800_000_000, "http://x").pay(session["id"])
try:
    with store.transaction() as book:
        paid = book.get(session["id"])["payment_intent"]
        refunds.refund(Bank(book, 1_800_000_000, "http://x"), dict(payment_intent=paid))
        os.kill(os.getpid(), signal.SIGKILL)
finally:
    pass
"""
    killed = subprocess.run([sys.executable, "-c", script], check=False, timeout=60)  # noqa: S603
    assert killed.returncode == -9
    receiver = Receiver()
    again = open_sandbox(data_file, receiver, "http://x")
    with again.store.transaction() as book:
        assert [item["amount_refunded"] for item in book.newest("charge")[0]] == [0]
        assert [item["payment_status"] for item in book.newest("checkout.session")[0]] == ["paid"]
    assert again.courier.deliver_due() == 4


def test_webhooks_over_real_http(tmp_path: Path) -> None:
    bodies: list[bytes] = []

    async def receiver(scope: Any, receive: Any, send: Any) -> None:
        bodies.append((await receive())["body"])
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    with served(lambda _: receiver) as base:
        assert post(f"{base}/webhooks/stripe", b"{}", {"Stripe-Signature": "t=1"}) == 204
    assert bodies == [b"{}"]


def test_the_page_speaks_the_sessions_language_and_says_it_is_a_test(bench: Bench) -> None:
    for locale, amount, word in (("fr", "40\u00a0€", 'lang="fr"'), ("en", "€40", "no real money moves")):
        opened = bench.gateway.create_checkout(a_request(locale=locale, idempotency_key=locale))
        answer = requests.get(f"{bench.base}/pay/{opened.id}", timeout=10)
        assert amount in answer.text
        assert word in answer.text
        assert "<script" not in answer.text
        assert "style=" not in answer.text
        assert "form-action 'self' https://story.example.org" in answer.headers["content-security-policy"]
    assert requests.get(f"{bench.base}/pay/cs_nobody", timeout=10).status_code == 404
    assert "€40" in requests.get(f"{bench.base}/", timeout=10).text


@pytest.mark.parametrize("do", ["pay", "delay"])
@pytest.mark.parametrize("email", ["", "lea", "@", "lea@example", "a\n@b.c"])
def test_a_bad_address_pays_nothing(bench: Bench, do: str, email: str) -> None:
    opened = bench.gateway.create_checkout(a_request())
    assert bench.press(opened, do, email=email).headers["location"].endswith("said=email")
    assert bench.gateway.get_checkout(opened.id) == opened


@pytest.mark.parametrize("do", ["arrive", "fail", "refund", "nonsense", ""])
def test_buttons_that_the_state_does_not_allow_change_nothing(bench: Bench, do: str) -> None:
    opened = bench.gateway.create_checkout(a_request())
    assert "said=" in bench.press(opened, do, amount="1").headers["location"]
    assert bench.gateway.get_checkout(opened.id) == opened
    assert bench.delivered() == []


def test_keys_are_made_once_and_kept_private(tmp_path: Path) -> None:
    keys = sandbox_keys(tmp_path / "stripe.db")
    assert keys == sandbox_keys(tmp_path / "stripe.db")
    assert keys[0].startswith("sk_test_")
    assert keys[1].startswith("whsec_")
    assert (tmp_path / "stripe.keys").stat().st_mode & 0o777 == 0o600


def test_the_sandbox_takes_no_live_key(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="test keys"):
        create_sandbox(
            tmp_path / "stripe.db",
            secret_key="sk_live_x",
            webhook_secret=WEBHOOK_SECRET,
            webhook_url="http://x",
            public_base="http://x",
        )
    assert StripeGateway("sk_live_x").livemode
