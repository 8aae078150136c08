"""Money given back in the sandbox: whole or in parts, at once or refused later by the donor's bank."""

from collections.abc import Mapping
from typing import Any

from app.payments.sandbox import disputes
from app.payments.sandbox.errors import ApiError
from app.payments.sandbox.shapes import Item
from app.payments.sandbox.till import Till


def refund(till: Till, params: Mapping[str, Any]) -> Item:
    """Give money back from a charge, named by itself or by its payment intent; whole by default."""
    charge = _refundable(till, params)
    left = charge["amount_captured"] - charge["amount_refunded"]
    amount = params.get("amount", left)
    if charge["refunded"] or left == 0:
        raise ApiError(f"Charge {charge['id']} has already been refunded.", code="charge_already_refunded")
    if charge["disputed"] and not disputes.over(till, charge):
        raise ApiError(
            f"Charge {charge['id']} has been charged back; cannot issue a refund.", code="charge_disputed"
        )
    if amount <= 0:
        raise ApiError("Invalid positive integer", code="parameter_invalid_integer", param="amount")
    if amount > left:
        raise ApiError(
            f"Refund amount ({amount}) is greater than unrefunded amount on charge ({left})", param="amount"
        )
    made = till.new("refund") | {
        "_page": charge["_page"],
        "amount": amount,
        "charge": charge["id"],
        "currency": charge["currency"],
        "metadata": params.get("metadata", {}),
        "payment_intent": charge["payment_intent"],
        "reason": params.get("reason"),
    }
    by_card = charge["payment_method_details"]["type"] == "card"
    booked = till.line(made, -amount, 0, "refund" if by_card else "payment_refund", "refund")
    made["balance_transaction"] = booked["id"]
    _give_back(till, charge, amount)
    till.book.put(made)
    till.emit("charge.refunded", charge)
    till.emit("refund.created", made)
    till.emit("refund.updated", made)
    disputes.calm(till, charge)
    return made


def fail(till: Till, refund_id: str) -> Item:
    """The donor's bank sends a refund back: the money returns to the balance."""
    refund = till.known("refund", refund_id)
    if refund["status"] != "succeeded":
        raise ApiError("This refund did not succeed.")
    booked = till.line(refund, refund["amount"], 0, "refund_failure", "refund_failure")
    refund |= {
        "failure_balance_transaction": booked["id"],
        "failure_reason": "lost_or_stolen_card",
        "status": "failed",
    }
    till.book.put(refund)
    charge = till.known("charge", refund["charge"])
    _give_back(till, charge, -refund["amount"])
    till.emit("refund.updated", refund)
    till.emit("refund.failed", refund)
    return refund


def _give_back(till: Till, charge: Item, amount: int) -> None:
    charge["amount_refunded"] += amount
    charge["refunded"] = charge["amount_refunded"] == charge["amount_captured"]
    till.book.put(charge)


def _refundable(till: Till, params: Mapping[str, Any]) -> Item:
    if "charge" in params:
        charge = till.known("charge", params["charge"])
    elif "payment_intent" in params:
        intent = till.known("payment_intent", params["payment_intent"])
        charge = till.known("charge", intent["latest_charge"] or "")
    else:
        raise ApiError("One of the following params should be provided: payment_intent or charge.")
    if not charge["paid"]:
        raise ApiError("This charge did not succeed and cannot be refunded.", param="charge")
    return charge
