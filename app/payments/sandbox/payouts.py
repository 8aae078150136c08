"""Money sent from the sandbox's balance to the organisation's bank: made of lines, arrived, or sent back."""

from app.payments.sandbox.errors import ApiError
from app.payments.sandbox.shapes import Item
from app.payments.sandbox.till import Till

ARRIVES_AFTER_S = 2 * 86_400


def send(till: Till, currency: str) -> Item:
    """Pay out everything in a currency that no payout has taken yet. Raises ApiError when nothing is left."""
    lines = till.book.unpaid_lines(currency)
    amount = sum(line["net"] for line in lines)
    if amount <= 0:
        raise ApiError("You have insufficient funds in your Stripe account.", code="balance_insufficient")
    payout = till.new("payout") | {
        "amount": amount,
        "arrival_date": till.now + ARRIVES_AFTER_S,
        "currency": currency,
        "status": "in_transit",
    }
    own = till.line(payout, -amount, 0, "payout")
    for line in [*lines, own]:
        till.book.put(line | {"_payout": payout["id"], "status": "available"})
    payout |= {"balance_transaction": own["id"], "reconciliation_status": "completed"}
    till.book.put(payout)
    till.emit("payout.created", payout)
    return payout


def arrive(till: Till, payout_id: str) -> Item:
    """The bank has the money."""
    payout = till.known("payout", payout_id)
    if payout["status"] != "in_transit":
        raise ApiError("This payout is not on its way.")
    payout["status"] = "paid"
    till.book.put(payout)
    till.emit("payout.paid", payout)
    return payout


def fail(till: Till, payout_id: str) -> Item:
    """The bank sends the money back, sometimes days after it was paid: it returns to the balance."""
    payout = till.known("payout", payout_id)
    if payout["status"] not in {"in_transit", "paid"}:
        raise ApiError("This payout cannot fail any more.")
    back = till.line(payout, payout["amount"], 0, "payout_failure")
    payout |= {
        "failure_balance_transaction": back["id"],
        "failure_code": "account_closed",
        "failure_message": "The bank account has been closed.",
        "status": "failed",
    }
    till.book.put(payout)
    till.emit("payout.failed", payout)
    return payout
