"""Costs and time of a week against its results. Divides nothing by nothing, and adds no currencies together."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import Session

from app.campaigns.models import Campaign
from app.insights import queries
from app.insights.queries import CostLine, Figures
from app.insights.rules import Measure


@dataclass(frozen=True)
class Spending:
    """What a week cost, in minor units and minutes, with what it brought."""

    lines: Sequence[CostLine]
    agreed_minor: int
    figures: Figures

    @property
    def fees_minor(self) -> int:
        return self.figures.amount(Measure.FEES)

    @property
    def entered_minor(self) -> int:
        return sum(one.cost.amount_minor for one in self.lines)

    @property
    def total_minor(self) -> int:
        return self.entered_minor + self.agreed_minor + self.fees_minor

    @property
    def minutes(self) -> int:
        return sum(one.cost.minutes for one in self.lines)

    @property
    def given_minutes(self) -> int:
        """Hours that cost nothing: volunteers'."""
        return sum(one.cost.minutes for one in self.lines if not one.cost.amount_minor)

    @property
    def people(self) -> int:
        return self.figures.number(Measure.NEWCOMERS)

    @property
    def actions(self) -> int:
        return self.figures.actions()

    @property
    def gifts(self) -> int:
        return self.figures.number(Measure.GIFTS)

    def each(self, number: int) -> int | None:
        """What one of so many cost in minor units, half a unit rounded up; None without costs or without any."""
        if number <= 0 or self.total_minor <= 0:
            return None
        return (2 * self.total_minor + number) // (2 * number)

    def an_hour(self, number: int) -> float | None:
        """How many came with one hour of work."""
        return round(60 * number / self.minutes, 1) if self.minutes else None


def spending(session: Session, campaign: Campaign) -> Spending:
    """Everything of one campaign."""
    return Spending(
        queries.costs(session, campaign),
        queries.agreed_minor(session, campaign),
        queries.figures_of(session, campaign),
    )
