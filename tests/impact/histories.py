"""Histories of a ledger as years could write them, and what a person with a pencil makes of them."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random
from typing import Any

from sqlalchemy import insert
from sqlmodel import Session

from app.campaigns.models import Campaign
from app.core import clock
from app.core.ids import new_pid
from app.donations.models import LedgerEntry
from app.donations.rules import EntryKind
from app.impact.money_rules import FORMER_WORDS, Category
from app.impact.plan_models import BudgetLine

COMES = (EntryKind.GIFT, EntryKind.COVER, EntryKind.MATCH, EntryKind.DECLARED)
GOES = (EntryKind.FEE, EntryKind.REFUND, EntryKind.DISPUTE, EntryKind.SPEND, EntryKind.TRANSFER)
WORDS = [*(one.value for one in Category), *FORMER_WORDS]
BEGINS = date(2027, 1, 4)


@dataclass(frozen=True)
class Line:
    """A line of the ledger; `cancels` is the place of the line it is the opposite of."""

    kind: EntryKind
    minor: int
    category: str = ""
    cancels: int | None = None


@dataclass
class Pencil:
    """The sums as a person makes them, line by line, knowing nothing of the house's queries."""

    raised: int = 0
    fees: int = 0
    back: int = 0
    spent: int = 0
    handed_on: int = 0
    plain: int = 0  # everything added up, signs as they stand; what is in kind is no money
    by_category: dict[Category, int] = field(default_factory=lambda: dict.fromkeys(Category, 0))


def history(random: Random) -> list[Line]:
    """Up to forty lines in any order: money comes and goes, and some of it is cancelled, once."""
    lines: list[Line] = []
    cancelled: set[int] = set()
    for _ in range(random.randrange(40)):
        open_ = [place for place, one in enumerate(lines) if one.cancels is None and place not in cancelled]
        if open_ and random.random() < 0.2:
            place = random.choice(open_)
            cancelled.add(place)
            lines.append(Line(EntryKind.CORRECTION, -lines[place].minor, lines[place].category, place))
            continue
        kind = random.choice(
            [*COMES, EntryKind.GIFT, EntryKind.SPEND, EntryKind.SPEND, *GOES, EntryKind.IN_KIND]
        )
        minor = random.choice([1, 99, random.randrange(1, 10_000), random.randrange(1, 10**9)])
        word = random.choice(WORDS) if kind is EntryKind.SPEND else ""
        lines.append(Line(kind, -minor if kind in GOES else minor, word))
    return lines


def by_pencil(lines: list[Line]) -> Pencil:
    """The sums of a history."""
    told = Pencil()
    for line in lines:
        what = lines[line.cancels] if line.cancels is not None else line
        if what.kind is EntryKind.IN_KIND:
            continue
        told.plain += line.minor
        if what.kind in COMES:
            told.raised += line.minor
        elif what.kind is EntryKind.FEE:
            told.fees -= line.minor
        elif what.kind in (EntryKind.REFUND, EntryKind.DISPUTE):
            told.back -= line.minor
        else:
            told.spent -= line.minor
            if what.kind is EntryKind.TRANSFER:
                told.handed_on -= line.minor
            else:
                told.by_category[_category(what.category)] -= line.minor
    return told


def _category(word: str) -> Category:
    return {"fundraising": Category.FUNDRAISING, "running": Category.RUNNING}.get(word, Category.MISSIONS)


def lay(session: Session, campaigns: list[Campaign], written: list[list[Line]], random: Random) -> None:
    """Write histories into the ledger, each under its campaign, as quickly as a database takes them."""
    rows: list[dict[str, Any]] = []
    budget: list[dict[str, Any]] = []
    for campaign, lines in zip(campaigns, written, strict=True):
        first = len(rows) + 1
        rows += [_row(campaign, first, place, line) for place, line in enumerate(lines)]
        for category in random.sample(list(Category), random.randrange(4)):
            told = {"category": category, "label": "Une ligne", "amount_minor": random.randrange(10**6)}
            budget.append({"pid": new_pid(), "campaign_id": campaign.id, "created_at": clock.now(), **told})
    # An opposite names a line that stands: those first.
    for kinds in (False, True):
        part = [row for row in rows if (row["corrects_id"] is not None) is kinds]
        for start in range(0, len(part), 2000):
            session.execute(insert(LedgerEntry), part[start : start + 2000])
    if budget:
        session.execute(insert(BudgetLine), budget)
    session.flush()


def _row(campaign: Campaign, first: int, place: int, line: Line) -> dict[str, Any]:
    return {
        "id": first + place,
        "pid": new_pid(),
        "organisation_id": campaign.organisation_id,
        "campaign_id": campaign.id,
        "kind": line.kind,
        "amount_minor": line.minor,
        "currency": "EUR",
        "category": line.category,
        "note": f"Ligne {place}",
        "evidence_note": "",
        "corrects_id": None if line.cancels is None else first + line.cancels,
        "source": f"history:{first + place}",
        "on_date": BEGINS + timedelta(days=place),
        "created_at": clock.now(),
    }
