"""Monthly plans in the sandbox: begun with a page, paid month by month when told, ended by either side."""

import calendar
import secrets
from datetime import UTC, datetime

from app.payments.sandbox import till as money
from app.payments.sandbox.errors import ApiError
from app.payments.sandbox.shapes import Item
from app.payments.sandbox.till import Till


def begin(till: Till, session: Item, intent: Item, email: str | None) -> Item:
    """The plan, the customer and the first invoice that come with a page in subscription mode."""
    customer = till.new("customer") | {
        "email": email or session["customer_email"],
        "currency": session["currency"],
    }
    till.book.put(customer)
    wished = till.draft(session)
    plan = till.new("subscription") | {
        "_page": session["id"],
        "billing_cycle_anchor": till.now,
        "currency": session["currency"],
        "customer": customer["id"],
        "description": wished["subscription_data"].get("description"),
        "metadata": wished["subscription_data"].get("metadata", {}),
        "start_date": till.now,
        "status": "active",
    }
    plan["items"] |= {"data": [_item(till, plan["id"], line) for line in wished["line_items"]]}
    invoice = _invoice(till, plan, "subscription_create", intent)
    plan["latest_invoice"] = invoice["id"]
    session |= {"customer": customer["id"], "invoice": invoice["id"], "subscription": plan["id"]}
    intent["customer"] = customer["id"]
    till.book.put(intent)
    till.book.put(plan)
    till.emit("customer.subscription.created", plan)
    return plan


def settle_first(till: Till, plan: Item, *, paid: bool) -> None:
    """The first month's money is there, or will not come."""
    invoice = till.known("invoice", plan["latest_invoice"])
    _settle(till, plan, invoice, paid=paid)


def next_month(till: Till, plan_id: str, how: str) -> Item:
    """A month passes: its invoice is paid, refused, or waits for a slow method ("paid", "refused", "slow")."""
    plan = _running(till, plan_id)
    for item in plan["items"]["data"]:
        item["current_period_start"] = item["current_period_end"]
        item["current_period_end"] = _month_after(item["current_period_end"])
    first = till.known("customer", plan["customer"])
    invoice = _invoice(till, plan, "subscription_cycle", None)
    intent = till.known("payment_intent", invoice["_intent"])
    plan["latest_invoice"] = invoice["id"]
    till.book.put(plan)
    till.emit("customer.subscription.updated", plan)
    if how == "slow":
        till.book.put(intent | {"status": "processing", "payment_method_types": ["sepa_debit"]})
        return invoice
    return _pay(till, plan, invoice, intent, first["email"], paid=how == "paid")


def settle_month(till: Till, plan_id: str, *, paid: bool) -> Item:
    """The latest invoice of a plan, refused before or waiting, is paid after all or refused again."""
    plan = till.known("subscription", plan_id)
    invoice = till.known("invoice", plan["latest_invoice"])
    if invoice["status"] != "open":
        raise ApiError("This invoice is not waiting for money.")
    intent = till.known("payment_intent", invoice["_intent"])
    email = till.known("customer", plan["customer"])["email"]
    return _pay(till, plan, invoice, intent, email, paid=paid)


def end(till: Till, plan_id: str) -> Item:
    """End a plan now; no further month is asked for."""
    plan = _running(till, plan_id)
    plan |= {"canceled_at": till.now, "ended_at": till.now, "status": "canceled"}
    plan["cancellation_details"] = plan["cancellation_details"] | {"reason": "cancellation_requested"}
    till.book.put(plan)
    till.emit("customer.subscription.deleted", plan)
    return plan


def open_portal(till: Till, customer_id: str, return_url: str | None, locale: str | None) -> Item:
    """The page where a donor ends a plan or changes its card."""
    till.known("customer", customer_id)
    made = till.new("billing_portal.session")
    made |= {"customer": customer_id, "return_url": return_url, "locale": locale}
    made["url"] = f"{till.public_base}/portal/{made['id']}"
    till.book.put(made)
    return made


def _running(till: Till, plan_id: str) -> Item:
    plan = till.known("subscription", plan_id)
    if plan["status"] not in {"active", "past_due"}:
        raise ApiError("A canceled subscription can only update its cancellation_details and metadata.")
    return plan


def _pay(till: Till, plan: Item, invoice: Item, intent: Item, email: str, *, paid: bool) -> Item:
    charge = money.charge(till, intent, email, paid=paid)
    if paid:
        money.receive(till, intent, charge)
    else:
        money.fail(till, intent, charge)
    return _settle(till, plan, invoice, paid=paid)


def _settle(till: Till, plan: Item, invoice: Item, *, paid: bool) -> Item:
    payment = till.known("invoice_payment", invoice["_payment"])
    invoice |= {"attempted": True, "attempt_count": invoice["attempt_count"] + 1}
    if paid:
        invoice |= {"amount_paid": invoice["amount_due"], "amount_remaining": 0, "status": "paid"}
        invoice["status_transitions"] |= {"paid_at": till.now}
        payment |= {"amount_paid": invoice["amount_due"], "status": "paid"}
        payment["status_transitions"] |= {"paid_at": till.now}
    till.book.put(invoice)
    till.book.put(payment)
    till.emit("invoice.paid" if paid else "invoice.payment_failed", invoice)
    status = "active" if paid else "past_due"
    if plan["status"] not in {status, "canceled"}:
        plan["status"] = status
        till.book.put(plan)
        till.emit("customer.subscription.updated", plan)
    return invoice


def _invoice(till: Till, plan: Item, reason: str, intent: Item | None) -> Item:
    due = sum(item["price"]["unit_amount"] * item["quantity"] for item in plan["items"]["data"])
    invoice = till.new("invoice") | {
        "_page": plan["_page"],
        "amount_due": due,
        "amount_remaining": due,
        "billing_reason": reason,
        "currency": plan["currency"],
        "customer": plan["customer"],
        "number": f"TEST-{secrets.token_hex(4).upper()}",
        "parent": {
            "quote_details": None,
            "subscription_details": {"metadata": plan["metadata"], "subscription": plan["id"]},
            "type": "subscription_details",
        },
        "_subscription": plan["id"],
        "subtotal": due,
        "total": due,
    }
    invoice["status_transitions"] |= {"finalized_at": till.now}
    made = intent or money.intent(till, invoice, {"description": plan["description"]})
    payment = till.new("invoice_payment") | {
        "_intent": made["id"],
        "amount_requested": due,
        "currency": plan["currency"],
        "invoice": invoice["id"],
        "payment": {"payment_intent": made["id"], "type": "payment_intent"},
    }
    till.book.put(payment)
    invoice |= {"_intent": made["id"], "_payment": payment["id"]}
    till.book.put(invoice)
    return invoice


def _item(till: Till, plan_id: str, line: Item) -> Item:
    wanted = line["price_data"]
    price = till.new("price") | {
        "currency": wanted["currency"],
        "product": f"prod_{secrets.token_hex(7)}",
        "unit_amount": wanted["unit_amount"],
        "unit_amount_decimal": str(wanted["unit_amount"]),
    }
    return till.new("subscription_item") | {
        "current_period_end": _month_after(till.now),
        "current_period_start": till.now,
        "price": price,
        "quantity": line.get("quantity", 1),
        "subscription": plan_id,
    }


def _month_after(moment: int) -> int:
    """The same day of the next month, or its last day (Unix seconds)."""
    at = datetime.fromtimestamp(moment, UTC)
    year, month = (at.year + 1, 1) if at.month == 12 else (at.year, at.month + 1)
    day = min(at.day, calendar.monthrange(year, month)[1])
    return int(at.replace(year=year, month=month, day=day).timestamp())
