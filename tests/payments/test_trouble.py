"""What follows a payment, through Stripe's own kit: months, refunds that fail, disputes, warnings, payouts."""

from datetime import timedelta

import pytest
import requests

from app.core import clock
from app.core.money import minor_digits
from app.payments import amounts
from app.payments.base import CheckoutSession, PaymentError
from app.payments.sandbox.keys import restricted_keys
from app.payments.stripe_gateway import StripeGateway
from tests.payments.stage import SECRET_KEY, Bench, a_request


def a_plan(bench: Bench, **changes: object) -> CheckoutSession:
    """A monthly gift of 20 €, paid for the first time."""
    asked = a_request(gift_ref="plan-1", amount_minor=2000, monthly=True, **changes)
    opened = bench.gateway.create_checkout(asked)
    bench.press(opened, "pay")
    return bench.gateway.get_checkout(opened.id)


def a_payment(bench: Bench) -> tuple[CheckoutSession, str]:
    opened = bench.gateway.create_checkout(a_request())
    bench.press(opened, "pay")
    paid = bench.gateway.get_checkout(opened.id)
    return paid, paid.payment_intent or ""


def test_a_plan_names_ours_through_its_subscription(bench: Bench) -> None:
    page = a_plan(bench, cover_minor=60, cover_title="Frais")
    assert (page.monthly, page.paid, page.payment_intent, page.gift_ref) == (True, True, None, "plan-1")
    assert page.amount_minor == 2060
    plan = bench.gateway.get_plan(page.subscription or "")
    assert (plan.plan_ref, plan.status, plan.amount_minor, plan.currency) == ("plan-1", "active", 2060, "EUR")
    assert plan.customer == page.customer
    assert plan.next_payment == clock.now().replace(month=clock.now().month + 1)
    (first,) = bench.gateway.list_invoices(plan.id)
    assert (first.plan_ref, first.first, first.paid, first.amount_minor) == ("plan-1", True, True, 2060)
    facts = bench.gateway.get_payment(first.payment_intent or "")
    assert (facts.invoice, facts.gift_ref, facts.customer) == (first.id, "", plan.customer)
    assert bench.delivered() == [
        "customer.subscription.created",
        "charge.succeeded",
        "payment_intent.succeeded",
        "charge.updated",
        "invoice.paid",
        "checkout.session.completed",
    ]


@pytest.mark.parametrize(
    ("press", "paid", "status"), [("month", 2, "active"), ("month-refused", 1, "past_due")]
)
def test_a_month_passes_when_told(bench: Bench, press: str, paid: int, status: str) -> None:
    page = a_plan(bench)
    bench.press(page, press)
    invoices = list(bench.gateway.list_invoices(page.subscription or ""))
    assert [invoice.paid for invoice in invoices].count(True) == paid
    assert [invoice.first for invoice in invoices] == [False, True]
    assert invoices[0].plan_ref == "plan-1"
    assert bench.gateway.get_plan(page.subscription or "").status == status
    assert bench.gateway.get_invoice(invoices[0].id) == invoices[0]


def test_a_refused_month_is_paid_after_all(bench: Bench) -> None:
    page = a_plan(bench)
    bench.press(page, "month-refused")
    bench.press(page, "month-arrives")
    assert [one.paid for one in bench.gateway.list_invoices(page.subscription or "")] == [True, True]
    assert bench.gateway.get_plan(page.subscription or "").status == "active"
    assert bench.press(page, "month-arrives").headers["location"].endswith("said=no")


def test_ended_at_either_side(bench: Bench) -> None:
    page = a_plan(bench)
    url = bench.gateway.open_portal(page.customer or "", "https://story.example.org/gift", "fr")
    shown = requests.get(url, timeout=10).text
    assert "20\u00a0€" in shown
    requests.post(url, {"do": "end", "plan": page.subscription}, timeout=10)
    ended = bench.gateway.end_plan(page.subscription or "")
    assert (ended.status, ended.next_payment, ended.ends_at) == ("canceled", None, clock.now())
    assert bench.press(page, "month").headers["location"].endswith("said=no")
    assert bench.delivered()[-1] == "customer.subscription.deleted"
    with pytest.raises(PaymentError):
        bench.gateway.end_plan("sub_nobody")


def test_a_plan_by_a_slow_method(bench: Bench) -> None:
    opened = bench.gateway.create_checkout(a_request(gift_ref="plan-1", monthly=True))
    bench.press(opened, "delay")
    page = bench.gateway.get_checkout(opened.id)
    assert (page.paid, page.status) == (False, "complete")
    bench.press(opened, "arrive")
    (invoice,) = bench.gateway.list_invoices(page.subscription or "")
    assert invoice.paid
    assert bench.gateway.get_payment(invoice.payment_intent or "").method == "sepa_debit"


def test_a_refund_by_us_is_made_once(bench: Bench) -> None:
    _, intent = a_payment(bench)
    made = [
        bench.gateway.refund(intent, 1000, "EUR", reason="requested_by_customer", idempotency_key="refund-1")
        for _ in range(2)
    ]
    assert made[0] == made[1]
    assert (made[0].amount_minor, made[0].counts, made[0].reason) == (1000, True, "requested_by_customer")
    bench.gateway.refund(intent, 500, "EUR", reason="we asked too much", idempotency_key="refund-2")
    assert bench.gateway.get_payment(intent).refunded_minor == 1500
    with pytest.raises(PaymentError) as refused:
        bench.gateway.refund(intent, 9999, "EUR", reason="", idempotency_key="refund-3")
    assert not refused.value.retryable


def test_a_refund_that_fails_later_gives_the_money_back(bench: Bench) -> None:
    page, intent = a_payment(bench)
    made = bench.gateway.refund(intent, 4000, "EUR", reason="", idempotency_key="refund-1")
    assert bench.press(page, "return", refund=made.id).headers["location"].endswith("said=returned")
    facts = bench.gateway.get_payment(intent)
    assert (facts.refunded_minor, facts.refunds[0].status) == (0, "failed")
    assert bench.delivered()[-1] == "refund.failed"
    kinds = [line.kind for line in bench.gateway.list_balance(clock.now())]
    assert kinds == ["refund_failure", "refund", "charge"]


@pytest.mark.parametrize(
    ("press", "status", "taken", "fee"), [("win", "won", 0, 0), ("lose", "lost", 4000, 1500)]
)
def test_a_dispute(bench: Bench, press: str, status: str, taken: int, fee: int) -> None:
    page, intent = a_payment(bench)
    bench.press(page, "dispute")
    (dispute,) = bench.gateway.get_payment(intent).disputes
    assert (dispute.status, dispute.taken_minor, dispute.fee_minor) == ("needs_response", 4000, 1500)
    assert dispute.evidence_due == clock.now() + timedelta(days=20)
    with pytest.raises(PaymentError) as refused:
        bench.gateway.refund(intent, 100, "EUR", reason="", idempotency_key="r")
    assert refused.value.code == "charge_disputed"
    answered = bench.gateway.answer_dispute(
        dispute.id, {"uncategorized_text": "They wrote to us."}, submit=True
    )
    assert answered.status == "under_review"
    bench.press(page, press, dispute=dispute.id)
    closed = bench.gateway.get_dispute(dispute.id)
    assert (closed.status, closed.taken_minor, closed.fee_minor) == (status, taken, fee)
    assert list(bench.gateway.list_disputes(clock.now())) == [closed]
    assert bench.gateway.get_payment(intent).disputed


def test_a_question_of_the_bank_takes_nothing(bench: Bench) -> None:
    page, intent = a_payment(bench)
    bench.press(page, "inquire")
    (dispute,) = bench.gateway.get_payment(intent).disputes
    assert (dispute.status, dispute.taken_minor, dispute.refundable) == ("warning_needs_response", 0, True)
    bench.press(page, "escalate", dispute=dispute.id)
    assert bench.gateway.get_dispute(dispute.id).taken_minor == 4000


def test_a_warning_ends_with_the_refund(bench: Bench) -> None:
    page, intent = a_payment(bench)
    bench.press(page, "warn")
    assert bench.delivered()[-1] == "radar.early_fraud_warning.created"
    event = next(iter(bench.gateway.list_events(clock.now())))
    warning = bench.gateway.get_warning(event.object_id)
    assert (warning.payment_intent, warning.actionable) == (intent, True)
    bench.gateway.refund(intent, 4000, "EUR", reason="fraudulent", idempotency_key="r")
    assert not bench.gateway.get_warning(event.object_id).actionable


def test_a_payout_is_made_of_its_lines(bench: Bench) -> None:
    page, intent = a_payment(bench)
    bench.gateway.refund(intent, 1000, "EUR", reason="", idempotency_key="r")
    requests.post(f"{bench.base}/", {"do": "pay-out", "currency": "eur"}, timeout=10)
    (payout,) = bench.gateway.list_payouts(clock.now())
    assert (payout.amount_minor, payout.status) == (4000 - 85 - 1000, "in_transit")
    lines = list(bench.gateway.list_payout_lines(payout.id))
    assert sum(line.net_minor for line in lines) == 0
    assert {line.kind for line in lines} == {"charge", "refund", "payout"}
    requests.post(f"{bench.base}/", {"do": "payout-fails", "payout": payout.id}, timeout=10)
    assert bench.gateway.get_payout(payout.id).status == "failed"
    assert next(bench.gateway.list_balance(clock.now())).kind == "payout_failure"
    assert page.paid


def test_the_account_and_what_a_key_may_not_do(bench: Bench) -> None:
    assert bench.gateway.get_account().currency == "EUR"
    whole, lesser = (StripeGateway(key, bench.base) for key in restricted_keys(SECRET_KEY))
    assert whole.get_account() == bench.gateway.get_account()
    assert bench.gateway.missing_permissions() == whole.missing_permissions() == ()
    assert lesser.missing_permissions() == ("Charges and Refunds: Write", "Disputes: Write", "Payouts: Read")
    with pytest.raises(PaymentError):
        StripeGateway("rk_test_unknown", bench.base).missing_permissions()
    whole.close()
    lesser.close()


@pytest.mark.parametrize("currency", sorted(amounts.CHARGED))
def test_every_currency_there_and_back(currency: str) -> None:
    """An amount people read as 30 000 is charged as 30 000, whatever decimals either side counts."""
    minor = 30_000 * 10 ** minor_digits(currency)
    wire = amounts.to_stripe(minor, currency)
    assert wire == 30_000 * 10 ** amounts.wire_digits(currency)
    assert amounts.from_stripe(wire, currency) == minor


@pytest.mark.parametrize("currency", ["EUR", "JPY", "XOF", "ISK", "UGX", "KWD", "TND", "RSD", "HUF", "TWD"])
def test_an_odd_amount_is_exact_at_the_page(bench: Bench, currency: str) -> None:
    minor = 12_340
    opened = bench.gateway.create_checkout(
        a_request(currency=currency, amount_minor=minor, cover_minor=990, idempotency_key=currency)
    )
    assert opened.amount_minor == minor + 990
    bench.press(opened, "pay")
    facts = bench.gateway.get_payment(bench.gateway.get_checkout(opened.id).payment_intent or "")
    assert facts.amount_minor == minor + 990
