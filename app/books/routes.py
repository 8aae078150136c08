"""`/studio/money`: what came, what it cost, where it is, what nobody can explain; and the books as files."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query, Request
from sqlmodel import Session
from starlette.responses import Response, StreamingResponse

from app.books import chart, export, fec, figures, queries, recorded
from app.books.access import Treasurer
from app.books.chart import USE_WORDS, Use
from app.books.figures import Statement
from app.books.forms import ChartForm
from app.books.models import AccountPlan
from app.books.service import charting, closing
from app.books.words import PAYOUT_WORDS
from app.campaigns import queries as campaigns
from app.campaigns.access import OwnCampaign
from app.core import clock
from app.core.db import reading
from app.core.deps import Db
from app.core.errors import NotFound
from app.core.fields import FormState
from app.core.forms import FormData
from app.core.i18n import speaking
from app.core.pages import page, redirect
from app.core.ratelimit import limited
from app.people import queries as people
from app.people.access import Member, may
from app.people.models import Organisation
from app.people.rules import Actor, Permission

router = APIRouter()
ROOM = "/studio/money"
MONEY = [may(Permission.MONEY)]
Year = Annotated[int | None, Query(ge=2000, le=2998)]


@dataclass(frozen=True)
class Span:
    """The days an export is about, and how they are called in its name."""

    name: str
    first: date = date.min
    last: date = date.max

    def holds(self, day: date) -> bool:
        return self.first <= day <= self.last


@router.get(ROOM, name="books:money", dependencies=MONEY)
def money(request: Request, session: Db, actor: Member) -> Response:
    """All campaigns together."""
    return _show(request, session, actor)


@router.post(ROOM + "/compare", name="books:compare", dependencies=[limited("compare", times=6, seconds=600)])
def compare(request: Request, actor: Treasurer) -> Response:
    """Ask Stripe now for everything, and compare."""
    rounds = closing.close_of(actor.organisation_id)
    failed = [one.failure for one in rounds if one.failure]
    if failed:
        with reading() as session:
            return _show(request, session, actor, failed=True, status=502)
    return redirect(request, ROOM, ok="compared")


@router.get("/studio/campaigns/{pid}/money", name="books:campaign", dependencies=MONEY)
def of_campaign(request: Request, session: Db, actor: Member, campaign: OwnCampaign) -> Response:
    """The same for one campaign."""
    whole = figures.statements(session, actor.organisation_id, [campaign], whole=False)
    sent = figures.sendings(session, actor.organisation_id, {campaign.id: campaign}, most=200)
    context = {
        "campaign": campaign,
        "room": "money",
        "statements": whole or [_nothing(campaign.currency)],
        "sendings": [one for one in sent if any(part.campaign for part in one.parts)],
        "places": PAYOUT_WORDS,
        "compared_at": queries.compared_at(session, actor.organisation_id),
        "zone": campaign.timezone,
        "open": queries.has_open(session, actor.organisation_id),
    }
    return page(request, "books/campaign.html", context)


def _show(
    request: Request, session: Session, actor: Actor, *, failed: bool = False, status: int = 200
) -> Response:
    own = campaigns.own_campaigns(session, actor)
    organisation = people.organisation(session, actor)
    by_id = {one.id: one for one in own}
    plan = queries.plan_of(session, actor.organisation_id)
    context = {
        "statements": figures.statements(session, organisation.id, own) or [_nothing(organisation.currency)],
        "campaigns": own,
        "sendings": figures.sendings(session, organisation.id, by_id),
        "places": PAYOUT_WORDS,
        "compared_at": queries.compared_at(session, organisation.id),
        "zone": organisation.timezone,
        "open": queries.findings(session, actor, open_only=True),
        "years": _years(session, organisation, plan),
        "failed": failed,
        "fec": fec.CURRENCY,
    }
    return page(request, "books/money.html", context, status=status)


def _nothing(currency: str) -> Statement:
    """A statement of a ledger in which nothing stands yet."""
    return Statement(currency, figures.no_totals())


def _years(session: Session, organisation: Organisation, plan: AccountPlan | None) -> list[tuple[int, str]]:
    """The years of account since the first entry, the latest first."""
    month = plan.first_month if plan else 1
    today = clock.today(organisation.timezone)
    first = queries.first_day(session, organisation.id) or today
    begin, end = (chart.year_of(day, month) for day in (min(first, today), today))
    return [(year, chart.year_label(year, month)) for year in range(end, begin - 1, -1)]


def _span(session: Session, actor: Actor, year: int | None) -> Span:
    if year is None:
        return Span("all")
    plan = queries.plan_of(session, actor.organisation_id)
    month = plan.first_month if plan else 1
    return Span(chart.year_label(year, month).replace("–", "-"), *chart.bounds(year, month))


@router.get(ROOM + "/ledger.csv", name="books:ledger-csv", dependencies=MONEY)
def ledger_csv(session: Db, actor: Member, year: Year = None) -> Response:
    """Every entry of the ledger, of all campaigns."""
    span = _span(session, actor, year)
    rows = [one for one in recorded.entries(session, actor.organisation_id) if span.holds(one.on_date)]
    return _file(export.csv_lines(export.LEDGER, rows), f"ledger-{span.name}.csv")


@router.get(ROOM + "/movements.csv", name="books:movements-csv", dependencies=MONEY)
def movements_csv(session: Db, actor: Member, year: Year = None) -> Response:
    """Every movement at Stripe, with the payout that took it."""
    span, zone = _span(session, actor, year), people.organisation(session, actor).timezone
    rows = recorded.movements(session, actor.organisation_id, zone)
    return _file(
        export.csv_lines(export.MOVEMENTS, [one for one in rows if span.holds(one.on_date)]),
        f"stripe-{span.name}.csv",
    )


@router.get(ROOM + "/books.xlsx", name="books:xlsx", dependencies=MONEY)
def xlsx(request: Request, session: Db, actor: Member, year: Year = None) -> Response:
    """The sums as they are now, and the ledger, the movements and the payouts of a year, as a workbook."""
    span, organisation = _span(session, actor, year), people.organisation(session, actor)
    own = campaigns.own_campaigns(session, actor)
    sent = figures.sendings(session, organisation.id, {one.id: one for one in own}, most=10_000)
    with speaking(request.state.language):
        made = export.workbook(
            figures.statements(session, organisation.id, own),
            [one for one in recorded.entries(session, organisation.id) if span.holds(one.on_date)],
            [
                one
                for one in recorded.movements(session, organisation.id, organisation.timezone)
                if span.holds(one.on_date)
            ],
            [one for one in sent if span.holds(one.arrives_on)],
        )
    headers = {"Content-Disposition": f'attachment; filename="books-{span.name}.xlsx"'}
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    return Response(made, media_type=kind, headers={**headers, "Cache-Control": "no-store"})


@router.get(ROOM + "/fec.txt", name="books:fec", dependencies=MONEY)
def fec_txt(session: Db, actor: Member, year: Year = None) -> Response:
    """A year of account as the French accounting file. Raises NotFound without a year."""
    if year is None:
        raise NotFound
    organisation, plan = people.organisation(session, actor), queries.plan_of(session, actor.organisation_id)
    bounds = chart.bounds(year, plan.first_month if plan else 1)
    found = fec.booked(
        recorded.entries(session, organisation.id),
        recorded.sent(session, organisation.id, organisation.timezone),
    )
    accounts = chart.accounts(plan.accounts if plan else {})
    lines = fec.lines(found, accounts, bounds, organisation.timezone)
    return _file(
        lines, fec.file_name(plan.company_number if plan else "", bounds[1]), "text/plain; charset=utf-8"
    )


def _file(lines: Sequence[str] | object, name: str, kind: str = "text/csv; charset=utf-8") -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return StreamingResponse(lines, media_type=kind, headers=headers)  # type: ignore[arg-type]


@router.get(ROOM + "/accounts", name="books:accounts", dependencies=MONEY)
def accounts_page(request: Request, session: Db, actor: Member) -> Response:
    """The organisation's own chart of accounts, for the accounting file."""
    return _chart(request, session, actor, None)


@router.post(ROOM + "/accounts", name="books:keep-accounts", dependencies=MONEY)
def keep_accounts(request: Request, session: Db, actor: Member, form: FormData) -> Response:
    parsed = form.parse(ChartForm)
    if parsed.data is None:
        return _chart(request, session, actor, parsed, status=422)
    data = parsed.data
    charting.keep(
        session,
        actor,
        company_number=data.company_number,
        first_month=data.first_month,
        accounts=data.accounts(),
    )
    return redirect(request, ROOM + "/accounts", ok="saved")


def _chart(
    request: Request, session: Session, actor: Actor, form: FormState | None, status: int = 200
) -> Response:
    plan = queries.plan_of(session, actor.organisation_id)
    own = plan.accounts if plan else {}
    kept = {
        "company_number": plan.company_number if plan else "",
        "first_month": plan.first_month if plan else 1,
        "number": [own.get(use.value, {}).get("number", "") for use in Use],
        "label": [own.get(use.value, {}).get("label", "") for use in Use],
    }
    context = {
        "form": form or FormState(values=kept),
        "uses": [(USE_WORDS[use], chart.DEFAULTS[use]) for use in Use],
        "months": [(month, date(2026, month, 1)) for month in range(1, 13)],
    }
    return page(request, "books/accounts.html", context, status=status)
