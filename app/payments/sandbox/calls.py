"""What can be asked of the sandbox: each address of Stripe's API that the product uses, and its step.

Anything else Stripe knows is refused aloud instead of being ignored.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from stripe import params as sdk
from stripe.params import billing_portal as sdk_portal
from stripe.params import checkout as sdk_checkout
from stripe.params import radar as sdk_radar

from app.payments.sandbox import checks, disputes, plans, refunds
from app.payments.sandbox.bank import Bank
from app.payments.sandbox.errors import ApiError, missing
from app.payments.sandbox.shapes import Item

Params = Mapping[str, Any]
Step = Callable[[Bank, Params, str], Item]


@dataclass(frozen=True, slots=True)
class Call:
    """One thing that can be asked: an HTTP method, a path with at most one id, the kit's schema, the step,
    and the permission of a restricted key."""

    method: str
    path: str
    schema: type
    step: Step
    permission: str = ""


def _open_session(bank: Bank, params: Params, _: str) -> Item:
    checks.checkout(params, bank.now)
    return bank.open_session(params)


def _expire_session(bank: Bank, _: Params, session_id: str) -> Item:
    _retrieve("checkout.session")(bank, {}, session_id)
    return bank.expire(session_id)


def _refund(bank: Bank, params: Params, _: str) -> Item:
    checks.refund(params)
    return refunds.refund(bank, params)


def _portal(bank: Bank, params: Params, _: str) -> Item:
    checks.portal(params)
    return plans.open_portal(bank, params["customer"], params.get("return_url"), params.get("locale"))


def _account(bank: Bank, _: Params, __: str) -> Item:
    """There is one account; it is made the first time somebody asks."""
    found, _more = bank.book.newest("account", limit=1)
    if not found:
        found = [bank.new("account")]
        bank.book.put(found[0])
    return found[0]


def _retrieve(kind: str) -> Step:
    def step(bank: Bank, _: Params, object_id: str) -> Item:
        found = bank.book.get(object_id)
        if found is None or found["object"] != kind:
            raise missing(kind, object_id)
        return bank.fresh(found) if kind == "checkout.session" else found

    return step


def _list(kind: str, path: str, *comparable: str) -> Step:
    """A list step; ``comparable`` are the filters that are top-level fields of the object, or ``_HIDDEN``."""
    paging = {"limit", "starting_after", "ending_before", "created", "expand", "types"}

    def step(bank: Bank, params: Params, _: str) -> Item:
        for name in params.keys() - paging - set(comparable):
            raise ApiError(f"The sandbox does not play this filter: {name}", code="sandbox_only", param=name)
        if kind == "checkout.session":
            bank.expire_due()
        wanted = {_HIDDEN.get(name, name): _wanted(params[name]) for name in comparable if name in params}
        limit = params.get("limit", 10)
        if not 1 <= limit <= 100:
            raise ApiError("Invalid limit: must be between 1 and 100", param="limit")
        data, more = bank.book.newest(
            kind,
            wanted,
            types=params.get("types", ()),
            created=_bounds(params.get("created")),
            after=params.get("starting_after"),
            before=params.get("ending_before"),
            limit=limit,
        )
        return {"object": "list", "url": f"/v1/{path}", "has_more": more, "data": data}

    return step


def _wanted(value: Any) -> str:
    """A filter's value; the one that is an object names a payment intent."""
    return str(value.get("payment_intent", "")) if isinstance(value, dict) else str(value)


def _bounds(created: Any) -> dict[str, int]:
    if isinstance(created, int):
        return {"gte": created, "lte": created}
    return dict(created or {})


# Filters Stripe offers on what it does not show on the object itself.
_HIDDEN = {"payout": "_payout", "subscription": "_subscription", "payment": "_intent"}


def _get(path: str, kind: str, schema: type, permission: str = "") -> Call:
    return Call("GET", f"v1/{path}/{{id}}", schema, _retrieve(kind), permission)


def _all(path: str, kind: str, schema: type, *filters: str, permission: str = "") -> Call:
    return Call("GET", f"v1/{path}", schema, _list(kind, path, *filters), permission)


CALLS: tuple[Call, ...] = (
    Call("POST", "v1/checkout/sessions", sdk_checkout.SessionCreateParams, _open_session),
    _all("checkout/sessions", "checkout.session", sdk_checkout.SessionListParams, "payment_intent", "status"),
    _get("checkout/sessions", "checkout.session", sdk_checkout.SessionRetrieveParams),
    Call("POST", "v1/checkout/sessions/{id}/expire", sdk_checkout.SessionExpireParams, _expire_session),
    _all("payment_intents", "payment_intent", sdk.PaymentIntentListParams, "customer"),
    _get("payment_intents", "payment_intent", sdk.PaymentIntentRetrieveParams),
    _all("charges", "charge", sdk.ChargeListParams, "payment_intent"),
    _get("charges", "charge", sdk.ChargeRetrieveParams),
    Call("POST", "v1/refunds", sdk.RefundCreateParams, _refund, "rak_refund_write"),
    _all("refunds", "refund", sdk.RefundListParams, "charge", "payment_intent"),
    _get("refunds", "refund", sdk.RefundRetrieveParams),
    _all("disputes", "dispute", sdk.DisputeListParams, "charge", "payment_intent"),
    _get("disputes", "dispute", sdk.DisputeRetrieveParams),
    Call(
        "POST",
        "v1/disputes/{id}",
        sdk.DisputeUpdateParams,
        lambda bank, params, dispute: disputes.answer(bank, dispute, params),
        "rak_dispute_write",
    ),
    _all(
        "radar/early_fraud_warnings",
        "radar.early_fraud_warning",
        sdk_radar.EarlyFraudWarningListParams,
        "charge",
        "payment_intent",
    ),
    _get(
        "radar/early_fraud_warnings",
        "radar.early_fraud_warning",
        sdk_radar.EarlyFraudWarningRetrieveParams,
    ),
    _all("subscriptions", "subscription", sdk.SubscriptionListParams, "customer", "status"),
    _get("subscriptions", "subscription", sdk.SubscriptionRetrieveParams),
    Call(
        "DELETE",
        "v1/subscriptions/{id}",
        sdk.SubscriptionCancelParams,
        lambda bank, _, plan: plans.end(bank, plan),
    ),
    _all("invoices", "invoice", sdk.InvoiceListParams, "customer", "status", "subscription"),
    _get("invoices", "invoice", sdk.InvoiceRetrieveParams),
    _all("invoice_payments", "invoice_payment", sdk.InvoicePaymentListParams, "invoice", "payment", "status"),
    Call("POST", "v1/billing_portal/sessions", sdk_portal.SessionCreateParams, _portal),
    _all(
        "balance_transactions",
        "balance_transaction",
        sdk.BalanceTransactionListParams,
        "currency",
        "payout",
        "source",
        "type",
    ),
    _get("balance_transactions", "balance_transaction", sdk.BalanceTransactionRetrieveParams),
    _all("payouts", "payout", sdk.PayoutListParams, "status", permission="rak_payout_read"),
    _get("payouts", "payout", sdk.PayoutRetrieveParams, "rak_payout_read"),
    Call("GET", "v1/account", sdk.AccountRetrieveCurrentParams, _account),
    _all("events", "event", sdk.EventListParams, "type"),
    _get("events", "event", sdk.EventRetrieveParams),
)
