"""The only door to Stripe's kit; it keeps its connections and lets no Stripe object or error out.

Real Stripe and the sandbox pass through the same lines: only the address tells them apart.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from typing import Any, ParamSpec, TypeVar, cast
from urllib.parse import urlsplit

import requests
import stripe
from stripe.params.checkout import SessionCreateParams

from app.payments import amounts, signature
from app.payments.base import (
    EVENT_TYPES,
    BadSignature,
    CheckoutRequest,
    CheckoutSession,
    Event,
    PaymentError,
    PaymentFacts,
    PaymentStatus,
    RefundFacts,
    SessionStatus,
)

# Pinned, so that an account's default version or an upgrade of the kit never changes what we read.
STRIPE_VERSION = "2026-10-28.endive"
TIMEOUT_S = (5.0, 15.0)
NETWORK_RETRIES = 2
PAGE_SIZE = 100

P = ParamSpec("P")
R = TypeVar("R")


@cache
def open_gateway(api_key: str, api_base: str | None = None) -> "StripeGateway":
    """The gateway for one key and address, made once per process so that connections are reused."""
    return StripeGateway(api_key, api_base)


class StripeGateway:
    """PaymentGateway over Stripe's HTTP API. ``api_base`` points elsewhere, at the sandbox for one."""

    def __init__(self, api_key: str, api_base: str | None = None) -> None:
        stripe.enable_telemetry = False
        self.livemode = api_key.startswith(("sk_live_", "rk_live_"))
        self._connections = requests.Session()
        # A proxy of the environment leads to the world, never to this machine.
        self._connections.trust_env = not _is_loopback(api_base)
        self._client = stripe.StripeClient(
            api_key,
            stripe_version=STRIPE_VERSION,
            base_addresses={"api": api_base.rstrip("/")} if api_base else None,
            max_network_retries=NETWORK_RETRIES,
            http_client=stripe.RequestsClient(timeout=TIMEOUT_S, session=self._connections),
        )

    def create_checkout(self, request: CheckoutRequest) -> CheckoutSession:
        """Open a payment page. Idempotent by ``request.idempotency_key``."""
        sessions = self._client.v1.checkout.sessions
        made = _ask(sessions.create, _checkout_params(request), {"idempotency_key": request.idempotency_key})
        return _checkout(made.to_dict())

    def get_checkout(self, checkout_id: str) -> CheckoutSession:
        """Read one payment page again."""
        return _checkout(_ask(self._client.v1.checkout.sessions.retrieve, checkout_id).to_dict())

    def expire_checkout(self, checkout_id: str) -> CheckoutSession:
        """Close an open payment page; one already paid or expired is returned as it is."""
        try:
            return _checkout(_ask(self._client.v1.checkout.sessions.expire, checkout_id).to_dict())
        except PaymentError as error:
            if error.retryable or error.code == "resource_missing":
                raise
            closed = self.get_checkout(checkout_id)
            if closed.status == "open":
                raise
            return closed

    def list_checkouts(self, since: datetime) -> Iterator[CheckoutSession]:
        """Every payment page created at or after ``since``, newest first."""
        page = _ask(
            self._client.v1.checkout.sessions.list,
            {"created": {"gte": int(since.timestamp())}, "limit": PAGE_SIZE},
        )
        return (_checkout(item) for item in _every(page))

    def list_events(self, since: datetime) -> Iterator[Event]:
        """Every event the product acts on, created at or after ``since``, newest first."""
        page = _ask(
            self._client.v1.events.list,
            {
                "created": {"gte": int(since.timestamp())},
                "types": list(EVENT_TYPES),
                "limit": PAGE_SIZE,
            },
        )
        return (_event(item) for item in _every(page))

    def get_payment(self, payment_intent: str) -> PaymentFacts:
        """Read one payment with its latest charge, its fee and all its refunds."""
        intent = _ask(
            self._client.v1.payment_intents.retrieve,
            payment_intent,
            {"expand": ["latest_charge.balance_transaction", "latest_charge.refunds"]},
        ).to_dict()
        charge = intent.get("latest_charge")
        return _payment(intent, charge, self._refunds(charge) if charge else ())

    def read_event(
        self, payload: bytes, signature_header: str | None, secrets: Sequence[str], now: datetime
    ) -> Event:
        """Check a notification's raw body against its signature and say what it is about."""
        signature.verify(payload, signature_header, secrets, now)
        try:
            return _event(json.loads(payload))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise BadSignature("signed, but not a Stripe event") from error

    def close(self) -> None:
        """Give back the network connections."""
        self._connections.close()

    def _refunds(self, charge: dict[str, Any]) -> tuple[RefundFacts, ...]:
        embedded = charge.get("refunds") or {"data": [], "has_more": True}
        if not embedded["has_more"]:
            return tuple(_refund(item) for item in embedded["data"])
        page = _ask(self._client.v1.refunds.list, {"charge": charge["id"], "limit": PAGE_SIZE})
        return tuple(_refund(item) for item in _every(page))


def _ask(call: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> R:
    """Make one call and turn Stripe's errors into ours, keeping only what may stand in a log."""
    try:
        return call(*args, **kwargs)
    except stripe.StripeError as error:
        status = error.http_status
        retryable = (
            isinstance(error, stripe.APIConnectionError | stripe.RateLimitError)
            or status == 409
            or (status is not None and status >= 500)
        )
        parts = (type(error).__name__, str(status or "no answer"), error.code, error.request_id)
        text = "Stripe: " + ", ".join(part for part in parts if part)
        raise PaymentError(text, retryable=retryable, code=error.code or "") from error


def _every(page: stripe.ListObject[Any]) -> Iterator[dict[str, Any]]:
    items = page.auto_paging_iter()
    while (item := _ask(next, items, None)) is not None:
        yield item.to_dict()


def _checkout_params(request: CheckoutRequest) -> SessionCreateParams:
    try:
        unit_amount = amounts.to_stripe(request.amount_minor, request.currency)
    except ValueError as error:
        raise PaymentError(str(error), retryable=False, code="invalid_currency") from error
    metadata = {**request.metadata, "gift": request.gift_ref}
    product: dict[str, str] = {"name": request.title}
    if request.description:
        product["description"] = request.description
    intent: dict[str, Any] = {"metadata": metadata}
    if request.statement_suffix:
        intent["statement_descriptor_suffix"] = request.statement_suffix
    params: dict[str, Any] = {
        "mode": "payment",
        "submit_type": "donate",
        "client_reference_id": request.gift_ref,
        "line_items": [
            {
                "quantity": 1,
                "price_data": {
                    "currency": request.currency.lower(),
                    "unit_amount": unit_amount,
                    "product_data": product,
                },
            }
        ],
        # A donor pays the amount they chose, in the campaign's currency: the ledger has one truth.
        "adaptive_pricing": {"enabled": False},
        "metadata": metadata,
        "payment_intent_data": intent,
        "locale": request.locale,
        "success_url": request.success_url,
        "cancel_url": request.cancel_url,
        "expires_at": int(request.expires_at.timestamp()),
    }
    if request.customer_email:
        params["customer_email"] = request.customer_email
    return cast("SessionCreateParams", params)


def _checkout(data: Mapping[str, Any]) -> CheckoutSession:
    currency = str(data["currency"]).upper()
    customer = data.get("customer_details") or {}
    metadata = {str(key): str(value) for key, value in (data.get("metadata") or {}).items()}
    return CheckoutSession(
        id=data["id"],
        gift_ref=data.get("client_reference_id") or metadata.get("gift", ""),
        url=data.get("url"),
        status=cast("SessionStatus", data["status"]),
        payment_status=cast("PaymentStatus", data["payment_status"]),
        amount_minor=amounts.from_stripe(data["amount_total"], currency),
        currency=currency,
        payment_intent=_id(data.get("payment_intent")),
        metadata=metadata,
        created=_moment(data["created"]),
        expires_at=_moment(data["expires_at"]),
        livemode=data["livemode"],
        customer_email=customer.get("email") or data.get("customer_email"),
        customer_name=customer.get("name"),
    )


def _payment(
    intent: Mapping[str, Any], charge: Mapping[str, Any] | None, refunds: tuple[RefundFacts, ...]
) -> PaymentFacts:
    currency = str(intent["currency"]).upper()
    return PaymentFacts(
        payment_intent=intent["id"],
        gift_ref=str((intent.get("metadata") or {}).get("gift", "")),
        status=intent["status"],
        amount_minor=amounts.from_stripe(intent["amount_received"], currency),
        currency=currency,
        livemode=intent["livemode"],
        charge_id=charge["id"] if charge else None,
        paid_at=_moment(charge["created"]) if charge and charge["paid"] else None,
        fee_minor=_fee(charge, currency) if charge else None,
        refunds=refunds,
        disputed=bool(charge and charge["disputed"]),
    )


def _fee(charge: Mapping[str, Any], currency: str) -> int | None:
    booked = charge.get("balance_transaction")
    if not isinstance(booked, Mapping):
        return None
    fee = amounts.share_of_fee(booked["fee"], booked["amount"], charge["amount_captured"])
    return amounts.from_stripe(fee, currency)


def _refund(data: Mapping[str, Any]) -> RefundFacts:
    currency = str(data["currency"]).upper()
    return RefundFacts(
        id=data["id"],
        amount_minor=amounts.from_stripe(data["amount"], currency),
        status=data["status"] or "succeeded",
        created=_moment(data["created"]),
    )


def _event(data: Mapping[str, Any]) -> Event:
    if data["object"] != "event":
        raise ValueError("not an event")
    subject = data["data"]["object"]
    kind = subject.get("object")
    is_intent = kind == "payment_intent"
    return Event(
        id=str(data["id"]),
        type=str(data["type"]),
        created=_moment(data["created"]),
        livemode=data["livemode"] is True,
        checkout_id=subject["id"] if kind == "checkout.session" else None,
        payment_intent=subject["id"] if is_intent else _id(subject.get("payment_intent")),
    )


def _id(reference: Any) -> str | None:
    """The id of a Stripe reference, expanded or not."""
    if isinstance(reference, Mapping):
        reference = reference.get("id")
    return str(reference) if reference else None


def _moment(timestamp: int) -> datetime:
    return datetime.fromtimestamp(timestamp, UTC)


def _is_loopback(api_base: str | None) -> bool:
    host = urlsplit(api_base or "").hostname or ""
    return host in {"localhost", "::1"} or host.startswith("127.")
