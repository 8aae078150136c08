"""Stripe's ``expand``: ids replaced by their objects along dotted paths; others are refused."""

from collections.abc import Sequence
from typing import Any

from app.payments.sandbox.bank import Bank
from app.payments.sandbox.errors import ApiError
from app.payments.sandbox.shapes import Item

DEEPEST = 4
_EXPANDABLE = {
    "payment_intent": "payment_intent",
    "latest_charge": "charge",
    "charge": "charge",
    "balance_transaction": "balance_transaction",
}


def expand(bank: Bank, item: Item, paths: Sequence[str]) -> Item:
    """Return the item with every path expanded. Raises ApiError for a property that cannot be."""
    for path in paths:
        steps = path.split(".")
        if len(steps) > DEEPEST:
            raise ApiError(f"You cannot expand more than {DEEPEST} levels of a property.", param="expand")
        _walk(bank, item, steps, path)
    return item


def _walk(bank: Bank, item: Any, steps: Sequence[str], path: str) -> None:
    if not steps or item is None:
        return
    step, rest = steps[0], steps[1:]
    if step == "data" and item.get("object") == "list":
        for member in item["data"]:
            _walk(bank, member, rest, path)
        return
    if step == "refunds" and item.get("object") == "charge":
        item["refunds"] = _refunds(bank, item)
        return
    if step not in _EXPANDABLE or step not in item:
        raise ApiError(f"This property cannot be expanded ({path}).", param="expand")
    if isinstance(item[step], str):
        item[step] = bank.book.get(item[step])
    _walk(bank, item[step], rest, path)


def _refunds(bank: Bank, charge: Item) -> Item:
    data, more = bank.book.newest("refund", {"charge": charge["id"]}, limit=10)
    url = f"/v1/charges/{charge['id']}/refunds"
    return {"object": "list", "url": url, "has_more": more, "data": data}
