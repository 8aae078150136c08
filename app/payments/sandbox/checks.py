"""What Stripe refuses although every type is right; and what the sandbox refuses because it does not play it.

Sources: Stripe's API reference for Checkout Sessions and metadata, and docs.stripe.com/currencies for minima.
"""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from babel.core import get_global

from app.payments.sandbox.errors import ApiError

Params = Mapping[str, Any]

SHORTEST_LIFE_S = 30 * 60
LONGEST_LIFE_S = 24 * 3600
LARGEST_AMOUNT = 99_999_999
_SMALLEST = {"eur": 50, "usd": 50, "gbp": 30, "chf": 50, "cad": 50, "jpy": 50, "pln": 200, "sek": 300}
_SMALLEST |= {"nok": 300, "dkk": 250}
_CURRENCIES = frozenset(code.lower() for code in get_global("all_currencies"))

# Known to Stripe and true to it here. Anything else Stripe knows is refused aloud instead of being ignored.
_PLAYED = frozenset(
    {
        "adaptive_pricing",
        "cancel_url",
        "client_reference_id",
        "customer_email",
        "expand",
        "expires_at",
        "line_items",
        "locale",
        "metadata",
        "mode",
        "payment_intent_data",
        "submit_type",
        "subscription_data",
        "success_url",
        "ui_mode",
    }
)
_PLAYED_INTENT = frozenset({"description", "metadata", "receipt_email", "statement_descriptor_suffix"})
_PLAYED_LINE = frozenset({"price_data", "quantity"})
_PLAYED_PRICE = frozenset({"currency", "product_data", "recurring", "unit_amount"})
_PLAYED_PLAN = frozenset({"description", "metadata"})
_ONLY_IN = {"payment": "payment_intent_data", "subscription": "subscription_data"}


def checkout(params: Params, now: int) -> None:
    """Raise ApiError unless a hosted page, for one payment or a monthly plan, can be opened with these."""
    _refuse_unplayed(params, _PLAYED, "")
    _refuse_unplayed(params.get("payment_intent_data", {}), _PLAYED_INTENT, "payment_intent_data")
    _refuse_unplayed(params.get("subscription_data", {}), _PLAYED_PLAN, "subscription_data")
    mode = params.get("mode", "")
    if mode not in _ONLY_IN or params.get("ui_mode", "hosted_page") != "hosted_page":
        raise _unplayed("mode")
    for other, name in _ONLY_IN.items():
        if other != mode and name in params:
            raise ApiError(f"You can not pass `{name}` in `{mode}` mode.", param=name)
    if params.get("adaptive_pricing", {}).get("enabled"):
        raise _unplayed("adaptive_pricing[enabled]")
    for name in ("success_url", "line_items"):
        if not params.get(name):
            raise ApiError(f"Missing required param: {name}.", code="parameter_missing", param=name)
    for name in ("success_url", "cancel_url"):
        _url(params.get(name), name)
    _life(params.get("expires_at"), now)
    _email(params.get("customer_email"))
    if len(params.get("client_reference_id", "")) > 200:
        raise ApiError("Invalid string: must be at most 200 characters", param="client_reference_id")
    _metadata(params.get("metadata", {}), "metadata")
    intent = params.get("payment_intent_data", {})
    _metadata(intent.get("metadata", {}), "payment_intent_data[metadata]")
    _metadata(params.get("subscription_data", {}).get("metadata", {}), "subscription_data[metadata]")
    _suffix(intent.get("statement_descriptor_suffix"))
    _lines(params["line_items"], monthly=mode == "subscription")


def refund(params: Params) -> None:
    """Raise ApiError when a refund asks for something the sandbox does not play."""
    played = frozenset({"amount", "charge", "expand", "metadata", "payment_intent", "reason"})
    _refuse_unplayed(params, played, "")
    _metadata(params.get("metadata", {}), "metadata")


def portal(params: Params) -> None:
    """Raise ApiError unless the customer portal can be opened with these parameters."""
    _refuse_unplayed(params, frozenset({"customer", "expand", "locale", "return_url"}), "")
    if "customer" not in params:
        raise ApiError("Missing required param: customer.", code="parameter_missing", param="customer")
    _url(params.get("return_url"), "return_url")


def _lines(lines: list[dict[str, Any]], *, monthly: bool) -> None:
    total = 0
    for place, line in enumerate(lines):
        path = f"line_items[{place}]"
        _refuse_unplayed(line, _PLAYED_LINE, path)
        total += _line(line, path)
        _rhythm(line["price_data"], path, monthly=monthly)
    currencies = {line["price_data"]["currency"] for line in lines}
    if len(currencies) > 1:
        raise ApiError("All line items must use the same currency.", param="line_items")
    smallest = _SMALLEST.get(currencies.pop(), 1)
    if total < smallest:
        raise ApiError(
            "The Checkout Session's total amount must convert to at least 50 cents.", code="amount_too_small"
        )
    if total > LARGEST_AMOUNT:
        raise ApiError("The total amount must be no more than 8 digits.", code="amount_too_large")


def _line(line: Params, path: str) -> int:
    price = line.get("price_data")
    if price is None:
        raise ApiError(f"Missing required param: {path}[price_data].", code="parameter_missing", param=path)
    _refuse_unplayed(price, _PLAYED_PRICE, f"{path}[price_data]")
    for name in ("product_data", "unit_amount"):
        if name not in price:
            wanted = f"{path}[price_data][{name}]"
            raise ApiError(f"Missing required param: {wanted}.", code="parameter_missing", param=wanted)
    if price["currency"] not in _CURRENCIES:
        raise ApiError(f"Invalid currency: {price['currency']}.", param=f"{path}[price_data][currency]")
    quantity = line.get("quantity", 1)
    for number, name in ((price["unit_amount"], "[price_data][unit_amount]"), (quantity, "[quantity]")):
        if number < 1:
            raise ApiError(
                "This value must be greater than or equal to 1.",
                code="parameter_invalid_integer",
                param=path + name,
            )
    return int(price["unit_amount"] * quantity)


def _rhythm(price: Params, path: str, *, monthly: bool) -> None:
    recurring = price.get("recurring")
    if (recurring is not None) is not monthly:
        raise ApiError(
            "You must provide at least one recurring price in `subscription` mode when using prices."
            if monthly
            else "You specified `payment` mode but passed a recurring price.",
            param=f"{path}[price_data][recurring]",
        )
    if monthly and dict(recurring or {}) != {"interval": "month"}:
        raise _unplayed(f"{path}[price_data][recurring]")


def _life(expires_at: int | None, now: int) -> None:
    if expires_at is not None and not SHORTEST_LIFE_S <= expires_at - now <= LONGEST_LIFE_S:
        raise ApiError(
            "The `expires_at` timestamp must be between 30 minutes and 24 hours from Checkout Session"
            " creation.",
            param="expires_at",
        )


def _url(value: str | None, name: str) -> None:
    if value is None:
        return
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname or " " in value:
        raise ApiError("Not a valid URL", code="url_invalid", param=name)


def _email(value: str | None) -> None:
    if value is not None and (value.count("@") != 1 or " " in value or value[0] == "@" or value[-1] == "@"):
        raise ApiError(f"Invalid email address: {value}", code="email_invalid", param="customer_email")


def _metadata(values: Mapping[str, str], path: str) -> None:
    if len(values) > 50:
        raise ApiError(f"{path}: at most 50 keys.", param=path)
    for key, value in values.items():
        if len(key) > 40:
            raise ApiError(f"Metadata keys can have up to 40 characters: {key}", param=path)
        if len(value) > 500:
            raise ApiError("Metadata values can have up to 500 characters.", param=f"{path}[{key}]")


def _suffix(value: str | None) -> None:
    if value is None:
        return
    if len(value) > 22 or set(value) & set("<>\\'\"*") or not any(letter.isalpha() for letter in value):
        raise ApiError(
            "The statement descriptor suffix must have a letter, at most 22 characters and none of <>\\'\"*.",
            param="payment_intent_data[statement_descriptor_suffix]",
        )


def _refuse_unplayed(params: Params, played: frozenset[str], path: str) -> None:
    for name in params:
        if name not in played:
            raise _unplayed(f"{path}[{name}]" if path else name)


def _unplayed(param: str) -> ApiError:
    return ApiError(f"The sandbox does not play this parameter: {param}", code="sandbox_only", param=param)
