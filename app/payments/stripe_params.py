"""What we ask of Stripe: the parameters of each request that changes something."""

from collections.abc import Mapping
from typing import Any, cast

from stripe.params import RefundCreateParams
from stripe.params.checkout import SessionCreateParams

from app.payments import amounts
from app.payments.base import CheckoutRequest, PaymentError

_REFUND_REASONS = frozenset({"duplicate", "fraudulent", "requested_by_customer"})


def on_the_wire(amount_minor: int, currency: str) -> int:
    """An amount as Stripe wants it. Raises PaymentError(code="invalid_currency") when none is exact."""
    try:
        return amounts.to_stripe(amount_minor, currency)
    except ValueError as error:
        raise PaymentError(str(error), retryable=False, code="invalid_currency") from error


def checkout(request: CheckoutRequest) -> SessionCreateParams:
    """A payment page. Which ways to pay it offers is Stripe's own choice, so no list of them is sent."""
    metadata = {**request.metadata, "plan" if request.monthly else "gift": request.gift_ref}
    params: dict[str, Any] = {
        "mode": "subscription" if request.monthly else "payment",
        "submit_type": "donate",
        "client_reference_id": request.gift_ref,
        "line_items": _lines(request),
        # A donor pays the amount they chose, in the campaign's currency: the ledger has one truth.
        "adaptive_pricing": {"enabled": False},
        "metadata": metadata,
        "locale": request.locale,
        "success_url": request.success_url,
        "cancel_url": request.cancel_url,
        "expires_at": int(request.expires_at.timestamp()),
    }
    if request.monthly:
        params["subscription_data"] = {"metadata": metadata} | _named("description", request.title)
    else:
        suffix = _named("statement_descriptor_suffix", request.statement_suffix)
        params["payment_intent_data"] = {"metadata": metadata} | suffix
    params |= _named("customer_email", request.customer_email)
    return cast("SessionCreateParams", params)


def refund(payment_intent: str, amount: int, reason: str, ref: str) -> RefundCreateParams:
    """Giving ``amount`` back, in Stripe's units, for the refund of ours named ``ref``.

    A reason of our own goes along as a note.
    """
    metadata = {"refund": ref} | ({} if reason in _REFUND_REASONS else _named("reason", reason[:500]))
    params: dict[str, Any] = {"payment_intent": payment_intent, "amount": amount, "metadata": metadata}
    if reason in _REFUND_REASONS:
        params["reason"] = reason
    return cast("RefundCreateParams", params)


def _lines(request: CheckoutRequest) -> list[dict[str, Any]]:
    product = {"name": request.title} | _named("description", request.description)
    lines = [_line(request, request.amount_minor, product)]
    if request.cover_minor:
        lines.append(_line(request, request.cover_minor, {"name": request.cover_title or request.title}))
    return lines


def _line(request: CheckoutRequest, amount_minor: int, product: Mapping[str, str]) -> dict[str, Any]:
    price: dict[str, Any] = {
        "currency": request.currency.lower(),
        "unit_amount": on_the_wire(amount_minor, request.currency),
        "product_data": dict(product),
    }
    if request.monthly:
        price["recurring"] = {"interval": "month"}
    return {"quantity": 1, "price_data": price}


def _named(name: str, value: str | None) -> dict[str, str]:
    """An optional parameter: Stripe takes an empty text for an attempt to unset it."""
    return {name: value} if value else {}
