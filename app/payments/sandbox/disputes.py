"""Charges a donor's bank disputes in the sandbox, won and lost; and the warnings that may come before."""

from collections.abc import Mapping
from typing import Any

from app.payments.sandbox.errors import ApiError
from app.payments.sandbox.shapes import Item
from app.payments.sandbox.till import Till

FEE = 1500
ANSWER_WITHIN_S = 20 * 86_400
OPEN = frozenset({"needs_response", "under_review", "warning_needs_response", "warning_under_review"})


def begin(till: Till, charge_id: str, *, inquiry: bool = False) -> Item:
    """The bank takes a whole charge back; or only asks about it, when it is an inquiry."""
    charge = till.known("charge", charge_id)
    if not charge["paid"] or charge["disputed"] or charge["refunded"]:
        raise ApiError("This charge cannot be disputed.")
    dispute = till.new("dispute") | {
        "_page": charge["_page"],
        "amount": charge["amount_captured"] - charge["amount_refunded"],
        "charge": charge["id"],
        "currency": charge["currency"],
        "is_charge_refundable": inquiry,
        "payment_intent": charge["payment_intent"],
        "reason": "fraudulent",
        "status": "warning_needs_response" if inquiry else "needs_response",
    }
    dispute["evidence_details"] |= {"due_by": till.now + ANSWER_WITHIN_S}
    charge["disputed"] = True
    till.book.put(charge)
    till.book.put(dispute)
    till.emit("charge.dispute.created", dispute)
    if not inquiry:
        _withdraw(till, dispute)
    calm(till, charge)
    return dispute


def escalate(till: Till, dispute_id: str) -> Item:
    """An inquiry becomes a dispute: the money is taken."""
    dispute = _open(till, dispute_id)
    if not dispute["status"].startswith("warning_"):
        raise ApiError("This dispute is not an inquiry.")
    dispute |= {"is_charge_refundable": False, "status": "needs_response"}
    till.emit("charge.dispute.updated", dispute)
    _withdraw(till, dispute)
    return dispute


def answer(till: Till, dispute_id: str, params: Mapping[str, Any]) -> Item:
    """Evidence is laid before the bank; submitted once, it cannot be changed."""
    dispute = _open(till, dispute_id)
    if dispute["evidence_details"]["submission_count"]:
        raise ApiError("This dispute has already been submitted.", code="dispute_already_submitted")
    evidence = {name: text for name, text in params.get("evidence", {}).items() if isinstance(text, str)}
    dispute["evidence"] |= evidence
    dispute["evidence_details"]["has_evidence"] = True
    if params.get("submit", True):
        dispute["evidence_details"]["submission_count"] = 1
        inquiry = dispute["status"].startswith("warning_")
        dispute["status"] = "warning_under_review" if inquiry else "under_review"
    till.book.put(dispute)
    till.emit("charge.dispute.updated", dispute)
    return dispute


def close(till: Till, dispute_id: str, *, won: bool) -> Item:
    """The bank decides. What is won comes back with the fee; an inquiry that is over took nothing."""
    dispute = _open(till, dispute_id)
    inquiry = dispute["status"].startswith("warning_")
    dispute["status"] = "warning_closed" if inquiry else "won" if won else "lost"
    dispute["is_charge_refundable"] = inquiry or won
    if won and not inquiry:
        back = till.line(dispute, dispute["amount"], -FEE, "adjustment", "dispute_reversal")
        dispute["balance_transactions"].append(back)
    till.book.put(dispute)
    till.emit("charge.dispute.closed", dispute)
    if won and not inquiry:
        till.emit("charge.dispute.funds_reinstated", dispute)
    return dispute


def over(till: Till, charge: Item) -> bool:
    """Whether no dispute of a charge keeps its money: none is open, none was lost."""
    found, _ = till.book.newest("dispute", {"charge": charge["id"]}, limit=100)
    return all(one["status"] in {"won", "warning_closed"} or one["is_charge_refundable"] for one in found)


def warn(till: Till, charge_id: str) -> Item:
    """The card's issuer suspects fraud."""
    charge = till.known("charge", charge_id)
    if not charge["paid"] or charge["payment_method_details"]["type"] != "card":
        raise ApiError("Only card payments that succeeded are warned of.")
    warning = till.new("radar.early_fraud_warning") | {
        "_page": charge["_page"],
        "actionable": not charge["disputed"] and not charge["refunded"],
        "charge": charge["id"],
        "payment_intent": charge["payment_intent"],
    }
    till.book.put(warning)
    till.emit("radar.early_fraud_warning.created", warning)
    return warning


def calm(till: Till, charge: Item) -> None:
    """Warnings of a charge that is disputed or wholly refunded ask for nothing any more."""
    if not charge["disputed"] and not charge["refunded"]:
        return
    found, _ = till.book.newest("radar.early_fraud_warning", {"charge": charge["id"]}, limit=100)
    for warning in found:
        if warning["actionable"]:
            warning["actionable"] = False
            till.book.put(warning)
            till.emit("radar.early_fraud_warning.updated", warning)


def _withdraw(till: Till, dispute: Item) -> None:
    taken = till.line(dispute, -dispute["amount"], FEE, "adjustment", "dispute")
    dispute["balance_transactions"].append(taken)
    till.book.put(dispute)
    till.emit("charge.dispute.funds_withdrawn", dispute)


def _open(till: Till, dispute_id: str) -> Item:
    dispute = till.known("dispute", dispute_id)
    if dispute["status"] not in OPEN:
        raise ApiError("This dispute is closed.")
    return dispute
