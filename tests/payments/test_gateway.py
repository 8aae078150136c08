"""The gateway against the sandbox: Stripe's own kit over real HTTP, every outcome of a payment."""

from datetime import timedelta

import pytest
import stripe

from app.core import clock
from app.payments.base import EVENT_TYPES, PaymentError
from app.payments.stripe_gateway import STRIPE_VERSION, StripeGateway
from tests.payments.stage import Bench, a_request


def test_the_version_we_read_is_the_version_the_kit_writes() -> None:
    assert stripe.api_version == STRIPE_VERSION


@pytest.mark.parametrize(
    ("key", "live"), [("sk_test_a", False), ("rk_test_a", False), ("sk_live_a", True), ("rk_live_a", True)]
)
def test_the_key_says_whether_money_is_real(key: str, *, live: bool) -> None:
    assert StripeGateway(key).livemode is live


def test_a_page_opens_with_what_was_asked(bench: Bench) -> None:
    opened = bench.gateway.create_checkout(
        a_request(customer_email="lea@example.org", statement_suffix="LANTERNES")
    )
    assert (opened.status, opened.payment_status, opened.paid) == ("open", "unpaid", False)
    assert (opened.amount_minor, opened.currency, opened.livemode) == (4000, "EUR", False)
    assert opened.gift_ref == "gift-1"
    assert opened.metadata == {"campaign": "hope", "gift": "gift-1"}
    assert opened.url == f"{bench.base}/pay/{opened.id}"
    assert opened.expires_at == clock.now() + timedelta(hours=1)
    assert bench.gateway.get_checkout(opened.id) == opened


def test_paid_by_card(bench: Bench) -> None:
    opened = bench.gateway.create_checkout(a_request())
    answer = bench.press(opened, "pay")
    assert answer.status_code == 303
    assert answer.headers["location"] == f"https://story.example.org/c/hope/thanks?session={opened.id}"
    paid = bench.gateway.get_checkout(opened.id)
    assert paid.paid
    assert paid.url is None
    assert paid.customer_email == "lea@example.org"
    assert paid.payment_intent
    facts = bench.gateway.get_payment(paid.payment_intent)
    assert (facts.status, facts.amount_minor, facts.currency) == ("succeeded", 4000, "EUR")
    assert facts.fee_minor == 60 + 25
    assert facts.paid_at == clock.now()
    assert facts.charge_id
    assert (facts.refunds, facts.refunded_minor, facts.disputed) == ((), 0, False)
    assert bench.delivered() == [
        "charge.succeeded",
        "payment_intent.succeeded",
        "charge.updated",
        "checkout.session.completed",
    ]


def test_a_refused_card_leaves_the_page_open_for_another_try(bench: Bench) -> None:
    opened = bench.gateway.create_checkout(a_request())
    assert bench.press(opened, "decline").headers["location"].endswith("?said=declined")
    refused = bench.gateway.get_checkout(opened.id)
    assert (refused.status, refused.payment_status) == ("open", "unpaid")
    assert refused.payment_intent
    facts = bench.gateway.get_payment(refused.payment_intent)
    assert (facts.status, facts.amount_minor, facts.fee_minor) == ("requires_payment_method", 0, None)
    assert facts.paid_at is None
    bench.press(opened, "pay")
    assert bench.gateway.get_checkout(opened.id).payment_intent == refused.payment_intent
    assert bench.gateway.get_payment(refused.payment_intent).amount_minor == 4000


@pytest.mark.parametrize(("answer", "status"), [("arrive", "paid"), ("fail", "unpaid")])
def test_a_slow_method(bench: Bench, answer: str, status: str) -> None:
    opened = bench.gateway.create_checkout(a_request())
    bench.press(opened, "delay")
    waiting = bench.gateway.get_checkout(opened.id)
    assert (waiting.status, waiting.payment_status, waiting.paid) == ("complete", "unpaid", False)
    assert bench.delivered() == ["checkout.session.completed"]
    bench.press(opened, answer)
    assert bench.gateway.get_checkout(opened.id).payment_status == status
    assert bench.delivered()[-1].startswith("checkout.session.async_payment_")
    assert bench.press(opened, "arrive").headers["location"].endswith("said=no")


def test_abandoned_then_expired(bench: Bench) -> None:
    opened = bench.gateway.create_checkout(a_request())
    assert bench.press(opened, "abandon").headers["location"] == "https://story.example.org/c/hope/donate"
    with clock.frozen(clock.now() + timedelta(hours=2)):
        assert bench.press(opened, "pay").headers["location"].endswith("said=no")
        assert bench.gateway.get_checkout(opened.id).status == "expired"
        assert bench.delivered() == ["checkout.session.expired"]


def test_closing_a_page_is_safe_to_repeat_and_never_undoes_a_payment(bench: Bench) -> None:
    opened = bench.gateway.create_checkout(a_request())
    assert bench.gateway.expire_checkout(opened.id).status == "expired"
    assert bench.gateway.expire_checkout(opened.id).status == "expired"
    paid = bench.gateway.create_checkout(a_request(idempotency_key="key-2"))
    bench.press(paid, "pay")
    assert bench.gateway.expire_checkout(paid.id).paid
    with pytest.raises(PaymentError) as unknown:
        bench.gateway.expire_checkout("cs_test_nobody")
    assert unknown.value.code == "resource_missing"


def test_refunds_in_parts_then_whole(bench: Bench) -> None:
    opened = bench.gateway.create_checkout(a_request())
    bench.press(opened, "pay")
    intent = bench.gateway.get_checkout(opened.id).payment_intent or ""
    assert bench.press(opened, "refund", amount="12,50").headers["location"].endswith("said=refunded")
    facts = bench.gateway.get_payment(intent)
    assert [refund.amount_minor for refund in facts.refunds] == [1250]
    assert facts.refunded_minor == 1250
    assert bench.press(opened, "refund", amount="27,51").headers["location"].endswith("said=amount")
    assert bench.press(opened, "refund", amount="27,50").headers["location"].endswith("said=refunded")
    assert bench.gateway.get_payment(intent).refunded_minor == 4000
    assert bench.press(opened, "refund", amount="1").headers["location"].endswith("said=amount")
    assert bench.delivered()[-3:] == ["charge.refunded", "refund.created", "refund.updated"]


def test_more_refunds_than_come_with_the_charge(bench: Bench) -> None:
    opened = bench.gateway.create_checkout(a_request())
    bench.press(opened, "pay")
    for _ in range(12):
        bench.press(opened, "refund", amount="1")
    facts = bench.gateway.get_payment(bench.gateway.get_checkout(opened.id).payment_intent or "")
    assert (len(facts.refunds), facts.refunded_minor) == (12, 1200)


def test_the_same_key_opens_one_page(bench: Bench) -> None:
    first = bench.gateway.create_checkout(a_request())
    assert bench.gateway.create_checkout(a_request()) == first
    with pytest.raises(PaymentError) as refused:
        bench.gateway.create_checkout(a_request(amount_minor=5000))
    assert not refused.value.retryable
    assert [page.id for page in bench.gateway.list_checkouts(clock.now())] == [first.id]


def test_lists_go_on_over_pages(bench: Bench) -> None:
    made = [bench.gateway.create_checkout(a_request(idempotency_key=f"k{n}")).id for n in range(103)]
    listed = [page.id for page in bench.gateway.list_checkouts(clock.now() - timedelta(hours=1))]
    assert listed == made[::-1]
    assert list(bench.gateway.list_checkouts(clock.now() + timedelta(seconds=1))) == []


def test_events_can_be_read_again(bench: Bench) -> None:
    opened = bench.gateway.create_checkout(a_request())
    bench.press(opened, "decline")
    bench.press(opened, "pay")
    events = list(bench.gateway.list_events(clock.now()))
    assert [event.type for event in events] == [
        "checkout.session.completed",
        "charge.updated",
        "payment_intent.succeeded",
        "charge.succeeded",
        "payment_intent.payment_failed",
    ]
    assert {event.type for event in events} <= set(EVENT_TYPES)
    intent = bench.gateway.get_checkout(opened.id).payment_intent
    assert {event.payment_intent for event in events} == {intent}
    assert events[0].checkout_id == opened.id


@pytest.mark.parametrize(
    ("currency", "minor", "wire"),
    [("JPY", 500, 500), ("XOF", 1000, 1000), ("ISK", 600, 60_000), ("KWD", 1230, 1230)],
)
def test_every_kind_of_currency(bench: Bench, currency: str, minor: int, wire: int) -> None:
    opened = bench.gateway.create_checkout(a_request(currency=currency, amount_minor=minor))
    assert (opened.amount_minor, opened.currency) == (minor, currency)
    assert bench.call("GET", f"checkout/sessions/{opened.id}").json()["amount_total"] == wire
    bench.press(opened, "pay")
    facts = bench.gateway.get_payment(bench.gateway.get_checkout(opened.id).payment_intent or "")
    assert facts.amount_minor == minor
    assert facts.fee_minor is not None


@pytest.mark.parametrize(("currency", "minor"), [("XAU", 500), ("KWD", 1234)])
def test_amounts_without_an_exact_equivalent_are_refused(bench: Bench, currency: str, minor: int) -> None:
    with pytest.raises(PaymentError) as refused:
        bench.gateway.create_checkout(a_request(currency=currency, amount_minor=minor))
    assert (refused.value.code, refused.value.retryable) == ("invalid_currency", False)


def test_another_key_is_refused_and_never_told(bench: Bench) -> None:
    stranger = StripeGateway("sk_test_somebody_else", bench.base)
    with pytest.raises(PaymentError) as refused:
        stranger.get_checkout("cs_test_1")
    assert not refused.value.retryable
    assert "somebody" not in str(refused.value)
    stranger.close()


def test_nobody_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stripe.HTTPClient, "INITIAL_DELAY", 0)
    silent = StripeGateway("sk_test_x", "http://127.0.0.1:9")
    with pytest.raises(PaymentError) as refused:
        silent.create_checkout(a_request())
    assert refused.value.retryable
    silent.close()
