"""Reads of insights: sums by day and by what tells them apart, what was typed of reach, what was spent."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import func
from sqlalchemy import select as sql_select
from sqlmodel import Session, col, select

from app.campaigns.models import Campaign
from app.challenges.models import Challenge
from app.influencers.models import AgreementEntry, Influencer
from app.insights.models import Cost, CountRun, OpenData, Reach, Tally
from app.insights.rules import ACTIONS, METRICS, Dimension, Measure
from app.people.models import Person
from app.people.rules import Actor
from app.stories.models import Day, Frame


@dataclass(frozen=True)
class Figures:
    """The sums of one campaign by measure and day, and the middle gift, as counted at an instant."""

    numbers: Mapping[Measure, Mapping[date, int]] = field(default_factory=dict)
    amounts: Mapping[Measure, Mapping[date, int]] = field(default_factory=dict)
    medians: Mapping[str, int] = field(default_factory=dict)
    counted_at: datetime | None = None

    def number(self, measure: Measure, days: Collection[date] | None = None) -> int:
        """How many, on some days or on all of them."""
        return _over(self.numbers, measure, days)

    def amount(self, measure: Measure, days: Collection[date] | None = None) -> int:
        """How much in minor units, likewise."""
        return _over(self.amounts, measure, days)

    def actions(self, days: Collection[date] | None = None) -> int:
        """Everything somebody did."""
        return sum(self.number(measure, days) for measure in ACTIONS)

    @property
    def median_minor(self) -> int | None:
        return self.medians.get("")

    @property
    def net_minor(self) -> int:
        """As the drive's progress says it: what came, a sponsor's and from elsewhere, less what went back."""
        came = sum(self.amount(one) for one in (Measure.GIFTS, Measure.MATCHED, Measure.DECLARED))
        return came - self.amount(Measure.BACK)

    @property
    def days(self) -> Sequence[date]:
        return sorted({on for by_day in self.numbers.values() for on in by_day})


def _over(sums: Mapping[Measure, Mapping[date, int]], measure: Measure, days: Collection[date] | None) -> int:
    by_day = sums.get(measure, {})
    return sum(by_day.values()) if days is None else sum(by_day.get(on, 0) for on in days)


def figures(session: Session, campaign_ids: Collection[int]) -> dict[int, Figures]:
    """The sums of some campaigns, in two queries; one never counted has none."""
    numbers: dict[int, dict[Measure, dict[date, int]]] = {}
    amounts: dict[int, dict[Measure, dict[date, int]]] = {}
    group = (col(Tally.campaign_id), col(Tally.measure), col(Tally.on_date))
    rows = session.execute(
        sql_select(*group, func.sum(col(Tally.number)), func.sum(col(Tally.amount_minor)))
        .where(col(Tally.campaign_id).in_(campaign_ids))
        .group_by(*group)
    )
    for campaign_id, measure, on, number, amount in rows:
        numbers.setdefault(campaign_id, {}).setdefault(Measure(measure), {})[on] = int(number)
        amounts.setdefault(campaign_id, {}).setdefault(Measure(measure), {})[on] = int(amount)
    runs = session.exec(select(CountRun).where(col(CountRun.campaign_id).in_(campaign_ids)))
    return {
        run.campaign_id: Figures(
            numbers.get(run.campaign_id, {}), amounts.get(run.campaign_id, {}), run.medians, run.counted_at
        )
        for run in runs
    }


def figures_of(session: Session, campaign: Campaign) -> Figures:
    """The sums of one campaign."""
    return figures(session, [campaign.id]).get(campaign.id, Figures())


@dataclass(frozen=True)
class Apart:
    """The sums of a measure by one thing that tells them apart: its id or its word."""

    numbers: Mapping[Any, int]
    amounts: Mapping[Any, int]


_COLUMNS: Mapping[Dimension, Any] = {
    Dimension.INFLUENCER: col(Tally.influencer_id),
    Dimension.CHALLENGE: col(Tally.challenge_id),
    Dimension.FRAME: col(Tally.frame_id),
    Dimension.CHANNEL: col(Tally.channel),
    Dimension.LANGUAGE: col(Tally.language),
}


def apart(
    session: Session, campaign: Campaign, by: Dimension, days: Collection[date] | None = None
) -> dict[Measure, Apart]:
    """Every measure of a campaign told apart by one thing."""
    column = _COLUMNS[by]
    query = (
        sql_select(col(Tally.measure), column, func.sum(col(Tally.number)), func.sum(col(Tally.amount_minor)))
        .where(col(Tally.campaign_id) == campaign.id)
        .group_by(col(Tally.measure), column)
    )
    if days is not None:
        query = query.where(col(Tally.on_date).in_(days))
    numbers: dict[Measure, dict[Any, int]] = {}
    amounts: dict[Measure, dict[Any, int]] = {}
    for measure, key, number, amount in session.execute(query):
        numbers.setdefault(Measure(measure), {})[key] = int(number)
        amounts.setdefault(Measure(measure), {})[key] = int(amount)
    return {one: Apart(numbers[one], amounts[one]) for one in numbers}


@dataclass(frozen=True)
class Reached:
    """Typed figures added up, None where none was typed; `reached` is the most of one frame, for nobody can add it."""

    sums: Mapping[str, int | None] = field(default_factory=dict)

    def get(self, name: str) -> int | None:
        return self.sums.get(name)


_ADDED = tuple(name for name in METRICS if name != "reached")
_REACH_COLUMNS: Mapping[str, Any] = {
    "day": col(Day.number),
    "frame": col(Reach.frame_id),
    "influencer": col(Reach.influencer_id),
    "channel": col(Reach.channel),
}


def reach(session: Session, campaign: Campaign, by: str) -> dict[Any, Reached]:
    """What was typed, by "day" (its number), "frame", "influencer" or "channel"."""
    return _reach(session, campaign, _REACH_COLUMNS[by])


def reach_whole(session: Session, campaign: Campaign) -> Reached:
    """All that was typed of a campaign."""
    return _reach(session, campaign, col(Reach.campaign_id)).get(campaign.id, Reached())


def _reach(session: Session, campaign: Campaign, column: Any) -> dict[Any, Reached]:
    rows = session.execute(
        sql_select(column, func.max(col(Reach.reached)), *(func.sum(getattr(Reach, name)) for name in _ADDED))
        .select_from(Reach)
        .join(Frame, col(Frame.id) == col(Reach.frame_id))
        .join(Day, col(Day.id) == col(Frame.day_id))
        .where(col(Reach.campaign_id) == campaign.id)
        .group_by(column)
    )
    found = {}
    for key, most, *added in rows:
        told = {name: None if one is None else int(one) for name, one in zip(_ADDED, added, strict=True)}
        found[key] = Reached({**told, "reached": most})
    return found


def reach_rows(
    session: Session, campaign: Campaign, frame_ids: Collection[int], influencer_id: int, channel: str
) -> dict[int, Reach]:
    """What was typed for some frames of one account, by frame."""
    rows = session.exec(
        select(Reach).where(
            Reach.campaign_id == campaign.id,
            col(Reach.frame_id).in_(frame_ids),
            Reach.influencer_id == influencer_id,
            Reach.channel == channel,
        )
    )
    return {row.frame_id: row for row in rows}


def typed_days(session: Session, campaign: Campaign) -> dict[int, int]:
    """For how many frames something was typed, by the number of their day."""
    rows = session.execute(
        sql_select(col(Day.number), func.count(func.distinct(col(Reach.frame_id))))
        .join(Frame, col(Frame.id) == col(Reach.frame_id))
        .join(Day, col(Day.id) == col(Frame.day_id))
        .where(col(Reach.campaign_id) == campaign.id)
        .group_by(col(Day.number))
    )
    return {row[0]: row[1] for row in rows}


def frames(session: Session, campaign: Campaign) -> Sequence[tuple[Frame, Day]]:
    """The frames of a campaign with their day, in the order they are told."""
    rows = session.exec(
        select(Frame, Day)
        .join(Day, col(Day.id) == col(Frame.day_id))
        .where(Frame.campaign_id == campaign.id)
        .order_by(col(Day.number), col(Frame.position))
    )
    return list(rows)


def challenges(session: Session, campaign: Campaign) -> Sequence[tuple[Challenge, Day]]:
    """The challenges of a campaign with their day, the first day first."""
    rows = session.exec(
        select(Challenge, Day)
        .join(Day, col(Day.id) == col(Challenge.day_id))
        .where(Challenge.campaign_id == campaign.id)
        .order_by(col(Day.number))
    )
    return list(rows)


def influencer_names(session: Session, campaign: Campaign) -> dict[int, str]:
    """The influencers of a campaign by row id, in the order of the alphabet."""
    rows = session.exec(
        select(Influencer.id, Influencer.name)
        .where(Influencer.campaign_id == campaign.id)
        .order_by(col(Influencer.name))
    )
    return dict(rows.all())


@dataclass(frozen=True)
class CostLine:
    """A cost with who wrote it down."""

    cost: Cost
    by: str


def costs(session: Session, campaign: Campaign) -> Sequence[CostLine]:
    """What was entered, the first day first."""
    rows = session.exec(
        select(Cost, Person.name)
        .outerjoin(Person, col(Person.id) == col(Cost.created_by))
        .where(Cost.campaign_id == campaign.id)
        .order_by(col(Cost.on_date), col(Cost.id))
    )
    return [CostLine(cost, name or "") for cost, name in rows]


def cost(session: Session, campaign: Campaign, pid: str) -> Cost | None:
    """One cost of the campaign."""
    return session.exec(select(Cost).where(Cost.campaign_id == campaign.id, Cost.pid == pid)).first()


def agreed_minor(session: Session, campaign: Campaign) -> int:
    """What influencers were paid or given by their agreements, in the campaign's currency."""
    found = session.exec(
        select(func.sum(AgreementEntry.amount_minor)).where(
            AgreementEntry.campaign_id == campaign.id, AgreementEntry.currency == campaign.currency
        )
    ).one()
    return int(found or 0)


def others(session: Session, actor: Actor, campaign: Campaign, *, limit: int = 6) -> Sequence[Campaign]:
    """The organisation's other campaigns that began before this one, the latest first."""
    return session.exec(
        select(Campaign)
        .where(
            Campaign.organisation_id == actor.organisation_id,
            Campaign.id != campaign.id,
            col(Campaign.starts_on) < campaign.starts_on,
        )
        .order_by(col(Campaign.starts_on).desc(), col(Campaign.id).desc())
        .limit(limit)
    ).all()


def open_data(session: Session, campaign: Campaign) -> OpenData | None:
    """The open data of a campaign, once it was published."""
    return session.get(OpenData, campaign.id)


def tallies(session: Session, campaign: Campaign) -> Iterator[Tally]:
    """Every sum of a campaign, the first day first, read in batches."""
    return iter(
        session.exec(
            select(Tally)
            .where(Tally.campaign_id == campaign.id)
            .order_by(col(Tally.on_date), col(Tally.measure), col(Tally.id))
            .execution_options(yield_per=500)
        )
    )


def all_reach(session: Session, campaign: Campaign) -> Sequence[Reach]:
    """Everything typed of reach, in the order of the frames."""
    return session.exec(
        select(Reach).where(Reach.campaign_id == campaign.id).order_by(col(Reach.frame_id), col(Reach.id))
    ).all()
