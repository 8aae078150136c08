"""What an entry of the log says, in a line anyone reads: the current language, and the campaign's own words."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from app.books.words import KIND_WORDS as LEDGER_WORDS
from app.core import i18n
from app.core.money import minor_digits
from app.donations.rules import EntryKind
from app.transparency.rules import KIND_WORDS, WHY_WORDS, Entry, Kind, Why


@dataclass(frozen=True)
class Line:
    """An entry as a row of the page: what it is in words, what it says, an amount or a figure beside it."""

    entry: Entry
    kind: str
    said: str
    value: str
    gone: str  # why its words are not there; empty while they are


def line(entry: Entry, *, gone: str = "", names: Mapping[str, str]) -> Line:
    """An entry in words; `names` are those of promises by public id. One that nobody can read says nothing."""
    known = entry.kind in Kind.__members__.values()
    kind = str(KIND_WORDS[Kind(entry.kind)]) if known else entry.kind
    try:
        content = json.loads(entry.content) if entry.content is not None else {}
        kind, said, value = _told(entry.kind, kind, content, names)
    except (ValueError, LookupError, TypeError, AttributeError, InvalidOperation):
        said, value = "", ""
    return Line(entry, kind, said, value, gone if entry.content is None else "")


def _told(which: str, kind: str, content: dict[str, Any], names: Mapping[str, str]) -> tuple[str, str, str]:
    if which == Kind.LEDGER:
        word = str(LEDGER_WORDS[EntryKind(content["kind"])])
        return word, content["note"], _amount(content["amount"], content["currency"])
    if which == Kind.PROMISE:
        return kind, content["indicator"], i18n.number(Decimal(content["target"]).normalize())
    if which == Kind.FIGURE:
        return kind, names.get(content["promise"], ""), i18n.number(Decimal(content["value"]).normalize())
    if which == Kind.WITHDRAWN:
        return kind, i18n.gettext("Entry %(number)s") % {"number": i18n.number(content["entry"])}, ""
    if which == Kind.UNSPENT:
        return kind, content["words"], _amount(content["amount"], content["currency"])
    if which == Kind.PLAN:
        count = len(content["budget"])
        return (
            kind,
            i18n.ngettext("One line of the budget", "%(num)s lines of the budget", count) % {"num": count},
            "",
        )
    if which == Kind.EVIDENCE:
        return (
            kind,
            i18n.gettext("Page %(number)s, names covered") % {"number": i18n.number(content["page"])},
            "",
        )
    field = {
        Kind.UPDATE: "title",
        Kind.CHANGE: "reason",
        Kind.REVISION: "why",
        Kind.CORRECTION: "right",
        Kind.PICTURE: "shows",
    }
    return kind, str(content.get(field.get(Kind(which), ""), "")), ""


def _amount(text: str, currency: str) -> str:
    minor = int(Decimal(text).scaleb(minor_digits(currency)))
    return i18n.money(minor, currency, cents=True)


def why_gone(withdrawn: Entry) -> tuple[str, str]:
    """Which entry an entry took back, as kind and subject joined by a point; and why, in words."""
    content = json.loads(withdrawn.content or "{}")
    return withdrawn.subject, str(WHY_WORDS[Why(content["why"])])
