"""The open data of a campaign: a few lists of sums for whoever studies such weeks, small groups hidden.

Each list tells one measure apart by one thing, so that no two of them cross. Names nobody, influencers included.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import func
from sqlalchemy import select as sql_select
from sqlmodel import Session, col

from app.campaigns import queries as campaigns
from app.campaigns.models import Campaign
from app.challenges.models import ChallengeAct
from app.challenges.queries import accepted
from app.core import clock
from app.core.money import decimal_string
from app.core.spreadsheet import line
from app.insights import gifts, queries, senders, sources
from app.insights.hiding import THRESHOLD, Cell, Table, hide
from app.insights.models import Tally
from app.insights.rules import Measure

FORMAT = "septaine-open-data/1"
LICENCE = "https://creativecommons.org/licenses/by/4.0/"


class _Plain(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Group(_Plain):
    """One group. `number` and `amount` are null where telling them would tell of fewer people than the threshold."""

    key: str = Field(
        description="The day's number, the challenge's day, the way or the language; empty: not known"
    )
    number: int | None = Field(ge=0)
    amount: str | None = Field(default=None, description="In the campaign's currency, with a decimal point")


class Listed(_Plain):
    """One measure told apart by one thing."""

    measure: Literal["newcomers", "acts", "testimonials", "questions", "follows", "gifts"]
    by: Literal["day", "challenge", "channel", "language"]
    groups: list[Group]
    total: Group
    hidden: int = Field(ge=0, description="How many groups are not told")


class About(_Plain):
    """Whose week it was."""

    title: str
    cause: str
    organisation: str
    language: str
    starts_on: date
    days: int
    timezone: str
    currency: str


class Document(_Plain):
    """The open data of one campaign."""

    format: Literal["septaine-open-data/1"]
    campaign: About
    counted_at: datetime
    threshold: int = Field(description="No group of fewer people is told, nor can one be had by subtraction")
    licence: str
    lists: list[Listed]


@dataclass(frozen=True)
class Plan:
    """A list to publish; `apart`: nobody is in two of its groups."""

    measure: str
    by: str
    cells: Sequence[Cell]
    apart: bool = False


def build(session: Session, campaign: Campaign) -> Document:
    """Count everything now, hide what is small. Reads the rows themselves, for sums do not know how many people."""
    return Document(
        format=FORMAT,
        campaign=About(
            title=campaign.title,
            cause=campaign.cause,
            organisation=campaigns.organisation(session, campaign).name,
            language=campaign.language,
            starts_on=campaign.starts_on,
            days=campaign.length,
            timezone=campaign.timezone,
            currency=campaign.currency,
        ),
        counted_at=clock.now(),
        threshold=THRESHOLD,
        licence=LICENCE,
        lists=[_listed(plan, campaign.currency) for plan in plans(session, campaign)],
    )


def _listed(plan: Plan, currency: str) -> Listed:
    table: Table = hide(plan.cells, apart=plan.apart)

    def group(key: str, number: int | None, minor: int | None) -> Group:
        told = decimal_string(minor, currency) if plan.measure == "gifts" and minor is not None else None
        return Group(key=key, number=number, amount=told)

    return Listed(
        measure=plan.measure,
        by=plan.by,
        groups=[group(one.key, one.number, one.amount_minor) for one in table.cells],
        total=group("", table.total.number, table.total.amount_minor),
        hidden=table.hidden,
    )


def plans(session: Session, campaign: Campaign) -> Iterator[Plan]:
    """Every list with its groups as they are, before anything is hidden."""
    for column, by in (
        (col(Tally.on_date), "day"),
        (col(Tally.channel), "channel"),
        (col(Tally.language), "language"),
    ):
        yield Plan("newcomers", by, _tallied(session, campaign, Measure.NEWCOMERS, column), apart=True)
    yield from _acts(session, campaign)
    for kind in ("testimonials", "questions"):
        yield from _words(session, campaign, kind)
    yield Plan("follows", "day", _tallied(session, campaign, Measure.FOLLOWS, col(Tally.on_date)), apart=True)
    for by, cells in gifts.groups(session, campaign).items():
        yield Plan("gifts", by, _in_order(campaign, by, cells))


def _tallied(session: Session, campaign: Campaign, measure: Measure, column: Any) -> list[Cell]:
    """Groups of a measure that counts each person once: as many people as the number says."""
    rows = session.execute(
        sql_select(column, func.sum(col(Tally.number)))
        .where(col(Tally.campaign_id) == campaign.id, col(Tally.measure) == measure)
        .group_by(column)
    )
    found: dict[str, Cell] = {}
    for key, number in rows:
        name = _key(campaign, key)
        before = found[name].number if name in found else 0
        found[name] = Cell(name, before + int(number), before + int(number))
    by = "day" if column is col(Tally.on_date) or "on_date" in str(column) else ""
    return _in_order(campaign, by, found.values())


def _key(campaign: Campaign, key: Any) -> str:
    if not isinstance(key, date):
        return str(key)
    number = (key - campaign.starts_on).days + 1
    return str(number) if 1 <= number <= campaign.length else "before" if number < 1 else "after"


def _in_order(campaign: Campaign, by: str, cells: Any) -> list[Cell]:
    """Groups in the order of the week, or of the alphabet."""
    places = ["before", *(str(number) for number in range(1, campaign.length + 1)), "after"]
    order: Mapping[str, int] = (
        {name: place for place, name in enumerate(places)} if by in ("day", "challenge") else {}
    )
    return sorted(cells, key=lambda one: (order.get(one.key, 0), one.key))


def _acts(session: Session, campaign: Campaign) -> Iterator[Plan]:
    """Acts by the day they were told and by challenge; people are marks, one a person and campaign."""
    people = func.count(func.distinct(col(ChallengeAct.participant)))
    own = (col(ChallengeAct.campaign_id) == campaign.id, accepted())
    day = sources.local_day(session, campaign, col(ChallengeAct.at)).label("k_day")
    rows = session.execute(sql_select(day, func.count(), people).where(*own).group_by("k_day"))
    days = _merged((_key(campaign, sources.read_day(on)), number, count) for on, number, count in rows)
    yield Plan("acts", "day", _in_order(campaign, "day", days))
    numbers = {one.id: str(of.number) for one, of in queries.challenges(session, campaign)}
    taken = session.execute(
        sql_select(col(ChallengeAct.challenge_id), func.count(), people)
        .where(*own)
        .group_by(col(ChallengeAct.challenge_id))
    )
    by = _merged((numbers.get(one, ""), number, count) for one, number, count in taken)
    yield Plan("acts", "challenge", _in_order(campaign, "challenge", by))


def _words(session: Session, campaign: Campaign, kind: str) -> Iterator[Plan]:
    """What was sent, by day and language; all whose author is not known count as one person."""
    for by, rows in senders.senders(session, campaign, kind).items():
        cells = _merged((_key(campaign, key), number, people) for key, number, people in rows)
        yield Plan(kind, by, _in_order(campaign, by, cells))


def _merged(rows: Any) -> list[Cell]:
    """Groups of one name together; of their people at least the most of one are different ones."""
    found: dict[str, Cell] = {}
    for key, number, people in rows:
        before = found.get(key, Cell(key, 0, 0))
        found[key] = Cell(key, before.number + int(number), max(before.people, int(people)))
    return list(found.values())


def csv_lines(document: Mapping[str, Any]) -> Iterator[str]:
    """The same lists as CSV: one group a line, `hidden` where it is not told."""
    yield line(("measure", "by", "key", "number", "amount", "currency", "hidden"))
    currency = document["campaign"]["currency"]
    for one in document["lists"]:
        for group in (*one["groups"], {**one["total"], "key": "total"}):
            number, amount = group["number"], group["amount"]
            yield line(
                [
                    one["measure"],
                    one["by"],
                    group["key"],
                    "" if number is None else str(number),
                    amount or "",
                    currency if amount else "",
                    "yes" if number is None else "no",
                ]
            )
