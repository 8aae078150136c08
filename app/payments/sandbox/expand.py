"""Stripe's ``expand``: ids replaced by their objects along dotted paths; others are refused."""

from collections.abc import Sequence
from typing import Any

from app.payments.sandbox.errors import ApiError
from app.payments.sandbox.shapes import Item
from app.payments.sandbox.till import Till

DEEPEST = 4
_EXPANDABLE = {
    "balance_transaction",
    "charge",
    "customer",
    "invoice",
    "latest_charge",
    "latest_invoice",
    "payment_intent",
    "source",
    "subscription",
}
_PLAIN = {"parent", "payment", "subscription_details"}  # parts of an object, walked through


def expand(till: Till, item: Item, paths: Sequence[str]) -> Item:
    """Return the item with every path expanded. Raises ApiError for a property that cannot be."""
    for path in paths:
        steps = path.split(".")
        if len(steps) > DEEPEST:
            raise ApiError(f"You cannot expand more than {DEEPEST} levels of a property.", param="expand")
        _walk(till, item, steps, path)
    return item


def _walk(till: Till, item: Any, steps: Sequence[str], path: str) -> None:
    if not steps or item is None:
        return
    step, rest = steps[0], steps[1:]
    if step == "data" and item.get("object") == "list":
        for member in item["data"]:
            _walk(till, member, rest, path)
        return
    if (step, item.get("object")) in _LISTS:
        kind, field, place = _LISTS[(step, item.get("object"))]
        item[step] = _list(till, kind, {field: item["id"]}, f"/v1/{place.format(item['id'])}")
        return
    if step not in item or step not in _EXPANDABLE | _PLAIN:
        raise ApiError(f"This property cannot be expanded ({path}).", param="expand")
    if isinstance(item[step], str) and step in _EXPANDABLE:
        item[step] = till.book.get(item[step])
    _walk(till, item[step], rest, path)


_LISTS: dict[tuple[str, Any], tuple[str, str, str]] = {
    ("refunds", "charge"): ("refund", "charge", "charges/{}/refunds"),
    ("payments", "invoice"): ("invoice_payment", "invoice", "invoices/{}/payments"),
}


def _list(till: Till, kind: str, where: dict[str, str], url: str) -> Item:
    data, more = till.book.newest(kind, where, limit=10)
    return {"object": "list", "url": url, "has_more": more, "data": data}
