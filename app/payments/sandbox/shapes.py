"""The shapes of Stripe's objects, after the examples it publishes; every value that tells something is blank."""

import copy
import json
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any

Item = dict[str, Any]

_SHAPES: Mapping[str, Item] = json.loads(Path(__file__).with_name("shapes.json").read_text("utf-8"))
_PREFIXES = {
    "checkout.session": "cs_test_",
    "payment_intent": "pi_",
    "charge": "ch_",
    "balance_transaction": "txn_",
    "refund": "re_",
    "event": "evt_",
    "customer": "cus_",
    "subscription": "sub_",
    "subscription_item": "si_",
    "price": "price_",
    "invoice": "in_",
    "invoice_payment": "inpay_",
    "dispute": "dp_",
    "radar.early_fraud_warning": "issfr_",
    "payout": "po_",
    "account": "acct_",
    "billing_portal.session": "bps_",
}


def blank(kind: str, created: int) -> Item:
    """A new object of a kind with an id of its own, made at ``created`` (Unix seconds)."""
    return copy.deepcopy(_SHAPES[kind]) | {"id": _PREFIXES[kind] + secrets.token_hex(12), "created": created}


def shown(item: Any) -> Any:
    """What goes over the wire: the sandbox's own notes, whose names begin with an underscore, stay here."""
    if isinstance(item, dict):
        return {name: shown(value) for name, value in item.items() if not name.startswith("_")}
    return [shown(one) for one in item] if isinstance(item, list) else item
