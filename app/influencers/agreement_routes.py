"""`/studio/agreements`: who received what in a year, against the threshold of the law; and its CSV."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import Response, StreamingResponse

from app.core.deps import Db
from app.core.money import decimal_string
from app.core.pages import page
from app.core.spreadsheet import line
from app.influencers import ledger, rules
from app.influencers.ledger import Line
from app.influencers.rules import KIND_WORDS
from app.people.access import Member, may
from app.people.rules import Permission

router = APIRouter(prefix="/studio/agreements")
MONEY = [may(Permission.MONEY)]
Year = Annotated[int | None, Query(ge=2000, le=2999)]
HEADER = ("date", "person", "campaign", "kind", "amount_excl_vat", "currency", "note", "entry", "corrects")


@dataclass
class Sheet:
    """One person's year."""

    name: str
    eur_minor: int
    lines: list[Line] = field(default_factory=list)

    @property
    def share(self) -> float:
        return rules.threshold_share(self.eur_minor)

    @property
    def warns(self) -> bool:
        return self.share >= rules.WARN_FROM


def _sheets(session: Db, actor: Member, year: int) -> list[Sheet]:
    same = ledger.groups(session, actor.organisation_id)
    worth = ledger.worth(session, actor.organisation_id, year)
    found: dict[int, Sheet] = {}
    for one in ledger.lines(session, actor.organisation_id, year):
        sheet = found.setdefault(same[one.person.id], Sheet(one.person.name, worth[one.person.id]))
        sheet.lines.append(one)
    return sorted(found.values(), key=lambda sheet: (-sheet.eur_minor, sheet.name))


@router.get("", name="influencers:agreements", dependencies=MONEY)
def agreements(request: Request, session: Db, actor: Member, year: Year = None) -> Response:
    """Each person's agreements of a calendar year, all campaigns together."""
    shown = year or ledger.this_year()
    context = {
        "year": shown,
        "years": ledger.years(session, actor.organisation_id),
        "sheets": _sheets(session, actor, shown),
        "kinds": KIND_WORDS,
        "threshold": rules.WRITTEN_CONTRACT_FROM_MINOR,
    }
    return page(request, "influencers/agreements.html", context)


@router.get("/export.csv", name="influencers:agreements-csv", dependencies=MONEY)
def export(session: Db, actor: Member, year: Year = None) -> Response:
    """The same for a spreadsheet: ISO dates, a decimal point, opposite entries below zero."""
    shown = year or ledger.this_year()
    rows = list(_csv(ledger.lines(session, actor.organisation_id, shown)))
    headers = {
        "Content-Disposition": f'attachment; filename="agreements-{shown}.csv"',
        "Cache-Control": "no-store",
    }
    return StreamingResponse(iter(rows), media_type="text/csv; charset=utf-8", headers=headers)


def _csv(lines: Sequence[Line]) -> Iterator[str]:
    pids = {one.entry.id: one.entry.pid for one in lines}
    yield line(HEADER)
    for one in lines:
        entry = one.entry
        yield line(
            (
                entry.on_date.isoformat(),
                one.person.name,
                one.campaign.title,
                entry.kind.value,
                decimal_string(entry.amount_minor, entry.currency),
                entry.currency,
                entry.note,
                entry.pid,
                pids.get(entry.corrects_id or 0, ""),
            )
        )
