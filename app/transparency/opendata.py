"""The account of a campaign for other programs: planned and actual, in the sense of IATI. Names no donor.

Amounts are text with a decimal point, dates are ISO, ids are for ever. `schema` is the contract; docs/open-data.md
explains it.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlmodel import Session

from app.campaigns import queries as campaigns
from app.campaigns.models import Campaign
from app.core import clock
from app.core.money import decimal_string
from app.core.spreadsheet import line
from app.core.templating import absolute
from app.donations import queries as donations
from app.donations.models import LedgerEntry
from app.donations.rules import EntryKind
from app.impact import accounts, plan_queries, queries
from app.impact.account import account_of, sum_of
from app.impact.accounts import UpdateView
from app.impact.queries import PromiseView
from app.impact.rules import measure
from app.transparency import queries as log
from app.transparency.rules import instant

FORMAT = "septaine-open-data/1"
# IATI's code list TransactionType: 1 incoming funds, 3 disbursement, 4 expenditure, 7 reimbursement.
IATI: Mapping[EntryKind, str] = {
    EntryKind.GIFT: "1",
    EntryKind.COVER: "1",
    EntryKind.MATCH: "1",
    EntryKind.DECLARED: "1",
    EntryKind.TRANSFER: "3",
    EntryKind.FEE: "4",
    EntryKind.SPEND: "4",
    EntryKind.REFUND: "7",
    EntryKind.DISPUTE: "7",
    EntryKind.IN_KIND: "",  # no money moves
}
HEADER = (
    "record",
    "id",
    "date",
    "type",
    "iati",
    "category",
    "description",
    "planned",
    "actual",
    "unit",
    "of",
)


def document(session: Session, campaign: Campaign) -> dict[str, Any]:
    """Everything at once, as `schema.SCHEMA` says."""
    head = log.head(session, campaign)
    return {
        "$schema": absolute("/open-data.schema.json"),
        "format": FORMAT,
        "made": instant(clock.now()),
        "campaign": _campaign(session, campaign),
        "sums": _sums(session, campaign),
        "budget": budget(session, campaign),
        "categories": _actual(session, campaign),
        "reports": _reports(session, campaign),
        "indicators": [_indicator(one) for one in queries.standings(session, campaign)],
        "transactions": [transaction(one, pids) for one, pids in _entries(session, campaign)],
        "updates": [_update(one) for one in accounts.updates(session, campaign, published_only=True)],
        "log": {"entry": head.seq, "hash": head.hash, "address": absolute(f"/c/{campaign.slug}/log.json")},
    }


def _campaign(session: Session, campaign: Campaign) -> dict[str, Any]:
    organisation = campaigns.organisation(session, campaign)
    return {
        "id": campaign.pid,
        "title": campaign.title,
        "address": absolute(f"/c/{campaign.slug}"),
        "language": campaign.language,
        "state": campaign.state.value,
        "starts": campaign.starts_on.isoformat(),
        "days": campaign.length,
        "currency": campaign.currency,
        "goal": decimal_string(campaign.goal_minor, campaign.currency),
        "organisation": {
            "name": organisation.legal_name or organisation.name,
            "number": organisation.legal_number,
            "register": organisation.legal_kind.value if organisation.legal_kind else "",
            "country": organisation.country,
        },
    }


def _sums(session: Session, campaign: Campaign) -> dict[str, str]:
    """The sum of the public page: raised − fees − given back − used = remaining."""
    balance = sum_of(donations.totals(session, campaign.id))
    told = {
        "raised": balance.raised,
        "fees": balance.fees,
        "given_back": balance.refunds,
        "used": balance.spent,
        "remaining": balance.remaining,
    }
    return {name: decimal_string(minor, campaign.currency) for name, minor in told.items()}


def budget(session: Session, campaign: Campaign) -> list[dict[str, Any]]:
    """What gifts are to pay for: the lines of the plan, or, without one, shares of what is raised."""
    lines = plan_queries.lines(session, campaign)
    if lines:
        return [
            {
                "id": one.pid,
                "label": one.label,
                "category": one.category.value,
                "share": "",
                "planned": decimal_string(one.amount_minor, campaign.currency),
            }
            for one in lines
        ]
    return [
        {
            "id": f"{campaign.pid}.{number}",
            "label": str(one["label"]),
            "category": "",
            "share": str(one["percent"]),
            "planned": "",
        }
        for number, one in enumerate(campaign.money_use, 1)
        if "label" in one and "percent" in one
    ]


def _reports(session: Session, campaign: Campaign) -> list[dict[str, Any]]:
    """The accounts that were promised by a day, with the day they came."""
    return [
        {
            "id": one.commitment.pid,
            "title": one.commitment.title,
            "due": one.commitment.due_on.isoformat(),
            "told": one.answer.told_on.isoformat() if one.answer.told_on else None,
            "days_late": one.answer.days_late,
        }
        for one in plan_queries.commitments(session, campaign)
    ]


def _actual(session: Session, campaign: Campaign) -> list[dict[str, str]]:
    """Planned beside used, by category; payment fees are a cost of fundraising."""
    account = account_of(session, campaign, donations.totals(session, campaign.id))
    return [
        {
            "category": one.category.value,
            "planned": decimal_string(one.planned, campaign.currency),
            "used": decimal_string(one.used, campaign.currency),
        }
        for one in account.measured
    ]


def _indicator(view: PromiseView) -> dict[str, Any]:
    one = view.promise
    return {
        "id": one.pid,
        "title": one.indicator,
        "unit": one.unit,
        "method": one.method,
        "baseline": measure(one.baseline),
        "target": measure(one.target),
        "due": one.due_on.isoformat(),
        "fixed": instant(one.locked_at) if one.locked_at else None,
        "actual": measure(view.value) if view.value is not None else None,
        "standing": view.standing.value,
        "days_late": view.days_late,
    }


def _entries(session: Session, campaign: Campaign) -> Iterator[tuple[LedgerEntry, LedgerEntry | None]]:
    """Every entry of the ledger, with the one it cancels."""
    known: dict[int, LedgerEntry] = {}
    for one in donations.ledger_entries(session, campaign.id):
        known[one.id] = one
        yield one, known.get(one.corrects_id or 0)


def transaction(one: LedgerEntry, cancels: LedgerEntry | None) -> dict[str, Any]:
    """An entry as IATI's transaction: signed as it moves the balance; a correction has the type it cancels."""
    kind = cancels.kind if cancels is not None else one.kind
    return {
        "id": one.pid,
        "date": one.on_date.isoformat(),
        "entered": instant(one.created_at),
        "kind": one.kind.value,
        "iati": IATI.get(kind, ""),
        "amount": decimal_string(one.amount_minor, one.currency),
        "currency": one.currency,
        "category": one.category,
        "description": one.note,
        "evidence": one.evidence_note,
        "cancels": cancels.pid if cancels is not None else None,
    }


def _update(view: UpdateView) -> dict[str, Any]:
    row = view.update
    return {
        "id": row.pid,
        "published": instant(row.published_at or row.created_at),
        "title": row.title,
        "body": row.body,
        "withdrawn": instant(row.withdrawn_at) if row.withdrawn_at else None,
        "figures": [{"indicator": one.promise.pid, "value": measure(one.value)} for one in view.figures],
        "transactions": [one.entry.pid for one in view.spends],
        "pictures": [
            {"address": absolute(one.urls.full), "shows": one.picture.alt_text, "place": one.picture.place}
            for one in view.pictures
        ],
        "corrections": []
        if row.withdrawn_at
        else [{"at": instant(one.revision.at), "why": one.revision.why} for one in view.revisions],
    }


def csv_lines(session: Session, campaign: Campaign) -> Iterator[str]:
    """Planned and actual as one table: budget, transactions, indicators, told apart by their first column."""
    yield line(HEADER)
    for one in budget(session, campaign):
        planned, unit = (one["planned"], campaign.currency) if one["planned"] else (one["share"], "%")
        yield line(("budget", one["id"], "", "", "", one["category"], one["label"], planned, "", unit, ""))
    for entry, cancels in _entries(session, campaign):
        told = transaction(entry, cancels)
        start = (told["id"], told["date"], told["kind"], told["iati"], told["category"], told["description"])
        yield line(("transaction", *start, "", told["amount"], told["currency"], told["cancels"] or ""))
    zone = ZoneInfo(campaign.timezone)
    for view in queries.standings(session, campaign):
        said = _indicator(view)
        start = (said["id"], said["due"], said["standing"], "", "", said["title"])
        yield line(("indicator", *start, said["target"], said["actual"] or "", said["unit"], ""))
    for report in _reports(session, campaign):
        cells = (report["id"], report["due"], "", "", "", report["title"])
        yield line(("report", *cells, report["due"], report["told"] or "", "", ""))
    for account in accounts.updates(session, campaign, published_only=True):
        for figure in account.figures:
            at: datetime = account.update.published_at or account.update.created_at
            day = at.astimezone(zone).date().isoformat()
            cells = (
                f"{account.update.pid}.{figure.promise.pid}",
                day,
                "told",
                "",
                "",
                figure.promise.indicator,
            )
            yield line(("figure", *cells, "", measure(figure.value), figure.promise.unit, figure.promise.pid))
