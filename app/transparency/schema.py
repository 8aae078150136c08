"""The contract of the open data, as a JSON Schema (draft 2020-12) that this instance serves. Refuses unknown fields."""

from collections.abc import Mapping
from typing import Any

from app.donations.rules import EntryKind
from app.impact.money_rules import Category
from app.impact.rules import Standing
from app.transparency.opendata import FORMAT

_TEXT: Mapping[str, Any] = {"type": "string"}
_ID: Mapping[str, Any] = {"type": "string", "minLength": 1}
_AMOUNT: Mapping[str, Any] = {"type": "string", "pattern": r"^-?[0-9]+(\.[0-9]+)?$"}
_MEASURE: Mapping[str, Any] = {"type": "string", "pattern": r"^[0-9]+\.[0-9]{2}$"}
_DATE: Mapping[str, Any] = {"type": "string", "pattern": r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"}
_INSTANT: Mapping[str, Any] = {"type": "string", "pattern": r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}Z$"}


def _maybe(one: Mapping[str, Any]) -> dict[str, Any]:
    return {**one, "type": [one["type"], "null"]}


def _object(says: str, /, **fields: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "title": says,
        "properties": dict(fields),
        "required": list(fields),
        "additionalProperties": False,
    }


def _list(of: Mapping[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": of}


_ORGANISATION = _object("Who answers for it", name=_TEXT, number=_TEXT, register=_TEXT, country=_TEXT)
_CAMPAIGN = _object(
    "The campaign",
    id=_ID,
    title=_TEXT,
    address=_TEXT,
    language={"enum": ["fr", "en"], "type": "string"},
    state=_TEXT,
    starts=_DATE,
    days={"type": "integer"},
    currency={"type": "string", "pattern": "^[A-Z]{3}$"},
    goal=_AMOUNT,
    organisation=_ORGANISATION,
)
_SUMS = _object(
    "raised − fees − given_back − used = remaining",
    raised=_AMOUNT,
    fees=_AMOUNT,
    given_back=_AMOUNT,
    used=_AMOUNT,
    remaining=_AMOUNT,
)
_BUDGET = _object(
    "Planned: what gifts were to pay for, as a share in percent, or as an amount",
    id=_ID,
    label=_TEXT,
    category=_TEXT,
    share=_TEXT,
    planned=_TEXT,
)
_CATEGORY = {"enum": [one.value for one in Category], "type": "string"}
_CATEGORIES = _object("Planned and used by category", category=_CATEGORY, planned=_AMOUNT, used=_AMOUNT)
_REPORT = _object(
    "An account promised by a day, and the day it came",
    id=_ID,
    title=_TEXT,
    due=_DATE,
    told=_maybe(_DATE),
    days_late={"type": "integer"},
)
_INDICATOR = _object(
    "Promised and told",
    id=_ID,
    title=_TEXT,
    unit=_TEXT,
    method=_TEXT,
    baseline=_MEASURE,
    target=_MEASURE,
    due=_DATE,
    fixed=_maybe(_INSTANT),
    actual=_maybe(_MEASURE),
    standing={"enum": [one.value for one in Standing], "type": "string"},
    days_late={"type": "integer"},
)
_TRANSACTION = _object(
    "Actual: one entry of the ledger, signed as it moves the balance; `iati` is IATI's transaction type",
    id=_ID,
    date=_DATE,
    entered=_INSTANT,
    kind={"enum": [one.value for one in EntryKind], "type": "string"},
    iati={"enum": ["", "1", "3", "4", "7"], "type": "string"},
    amount=_AMOUNT,
    currency=_TEXT,
    category=_TEXT,
    description=_TEXT,
    evidence=_TEXT,
    cancels=_maybe(_ID),
)
_UPDATE = _object(
    "A dated account",
    id=_ID,
    published=_INSTANT,
    title=_TEXT,
    body=_TEXT,
    withdrawn=_maybe(_INSTANT),
    figures=_list(_object("What was measured", indicator=_ID, value=_MEASURE)),
    transactions=_list(_ID),
    pictures=_list(_object("A picture that may be shown", address=_TEXT, shows=_TEXT, place=_TEXT)),
    corrections=_list(_object("What was corrected", at=_INSTANT, why=_TEXT)),
)
_LOG = _object("The newest entry of the log", entry={"type": "integer"}, hash=_ID, address=_TEXT)

SCHEMA: Mapping[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    **_object(
        "The open account of a campaign",
        **{
            "$schema": _TEXT,
            "format": {"const": FORMAT, "type": "string"},
            "made": _INSTANT,
            "campaign": _CAMPAIGN,
            "sums": _SUMS,
            "budget": _list(_BUDGET),
            "categories": _list(_CATEGORIES),
            "reports": _list(_REPORT),
            "indicators": _list(_INDICATOR),
            "transactions": _list(_TRANSACTION),
            "updates": _list(_UPDATE),
            "log": _LOG,
        },
    ),
}
