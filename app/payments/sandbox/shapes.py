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
}


def blank(kind: str, created: int) -> Item:
    """A new object of a kind with an id of its own, made at ``created`` (Unix seconds)."""
    return copy.deepcopy(_SHAPES[kind]) | {"id": _PREFIXES[kind] + secrets.token_hex(12), "created": created}
