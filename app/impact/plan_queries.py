"""Reads of the plan: its lines, promised days with what answered them, changes, what is said of the remainder."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Date, literal, union_all
from sqlalchemy import select as sql_select
from sqlmodel import Session, col, select

from app.campaigns.models import Campaign
from app.core import clock
from app.impact import money_rules
from app.impact.models import Update
from app.impact.money_rules import Answer, Category
from app.impact.plan_models import BudgetLine, Commitment, PlanChange, Unspent


@dataclass(frozen=True)
class Kept:
    """A promised day, with whether an account answered it."""

    commitment: Commitment
    answer: Answer

    @property
    def kind(self) -> str:
        """The shape of its state: kept, late, or still to come."""
        if self.answer.told_on is not None:
            return "done"
        return "late" if self.answer.days_late else "open"


@dataclass(frozen=True)
class Plan:
    """A campaign's plan as anyone may read it, with what became of it."""

    lines: Sequence[BudgetLine]
    commitments: Sequence[Kept]
    changes: Sequence[PlanChange]  # the latest first
    unspent: Sequence[Unspent]  # the latest first: it is the word that holds

    @property
    def planned(self) -> Mapping[Category, int]:
        """Minor units by category."""
        return planned(self.lines)

    @property
    def total(self) -> int:
        """Minor units of the whole budget."""
        return sum(one.amount_minor for one in self.lines)


def planned(lines: Sequence[BudgetLine]) -> dict[Category, int]:
    """Minor units by category; a category without a line is 0."""
    return {one: sum(line.amount_minor for line in lines if line.category is one) for one in Category}


def plan_of(session: Session, campaign: Campaign) -> Plan:
    """Everything planned and said, in four reads."""
    changes = select(PlanChange).where(PlanChange.campaign_id == campaign.id)
    unspent = select(Unspent).where(Unspent.campaign_id == campaign.id)
    return Plan(
        lines(session, campaign),
        commitments(session, campaign),
        session.exec(changes.order_by(col(PlanChange.changed_at).desc(), col(PlanChange.id).desc())).all(),
        session.exec(unspent.order_by(col(Unspent.said_at).desc(), col(Unspent.id).desc())).all(),
    )


def lines(session: Session, campaign: Campaign) -> list[BudgetLine]:
    """The budget, category by category, in the order in which lines were added."""
    order = list(Category)
    found = session.exec(select(BudgetLine).where(BudgetLine.campaign_id == campaign.id)).all()
    return sorted(found, key=lambda one: (order.index(one.category), one.id))


def line(session: Session, campaign: Campaign, pid: str) -> BudgetLine | None:
    """A line of this campaign's budget."""
    wanted = (BudgetLine.pid == pid, BudgetLine.campaign_id == campaign.id)
    return session.exec(select(BudgetLine).where(*wanted)).first()


def commitment(session: Session, campaign: Campaign, pid: str) -> Commitment | None:
    """A promised account of this campaign."""
    wanted = (Commitment.pid == pid, Commitment.campaign_id == campaign.id)
    return session.exec(select(Commitment).where(*wanted)).first()


def commitments(session: Session, campaign: Campaign) -> list[Kept]:
    """The promised days in their order, each with the account that answered it and its lateness of today."""
    rows = session.exec(
        select(Commitment)
        .where(Commitment.campaign_id == campaign.id)
        .order_by(col(Commitment.due_on), col(Commitment.id))
    ).all()
    if not rows:
        return []
    zone = ZoneInfo(campaign.timezone)
    told = session.exec(
        select(Update.published_at).where(
            Update.campaign_id == campaign.id, col(Update.published_at).is_not(None)
        )
    ).all()
    opened = campaign.drive_opened_at
    found = money_rules.answers(
        [one.due_on for one in rows],
        [at.astimezone(zone).date() for at in told if at is not None],
        since=opened.astimezone(zone).date() if opened else None,
        today=clock.today(campaign.timezone),
    )
    return [Kept(row, answer) for row, answer in zip(rows, found, strict=True)]


@dataclass(frozen=True)
class Planning:
    """What readiness looks at: the budget's sum and labels, the promised days, whether the remainder is explained."""

    budget_minor: int = 0
    labels: Sequence[str] = ()
    due: Sequence[date] = ()


def planning_of(session: Session, campaign_ids: Collection[int]) -> dict[int, Planning]:
    """The plans of some campaigns in one query; a campaign without any is absent."""
    lines_: Any = sql_select(
        col(BudgetLine.campaign_id).label("of"),
        col(BudgetLine.id).label("place"),
        col(BudgetLine.label).label("label"),
        col(BudgetLine.amount_minor).label("amount"),
        literal(None, Date).label("due"),
    )
    days = sql_select(
        col(Commitment.campaign_id), col(Commitment.id), literal(""), literal(0), col(Commitment.due_on)
    )
    both = union_all(
        lines_.where(col(BudgetLine.campaign_id).in_(campaign_ids)),
        days.where(col(Commitment.campaign_id).in_(campaign_ids)),
    ).subquery()
    found: dict[int, Planning] = {}
    for of, _, label, amount, due in session.execute(sql_select(both).order_by(both.c.place)):
        had = found.get(of, Planning())
        if due is None:
            found[of] = Planning(had.budget_minor + amount, (*had.labels, label), had.due)
        else:
            found[of] = Planning(had.budget_minor, had.labels, (*had.due, due))
    return found


def unspent_said(session: Session, campaign_ids: Collection[int]) -> dict[int, bool]:
    """Those of some campaigns of which somebody said what becomes of the remainder."""
    rows = session.exec(
        select(Unspent.campaign_id).where(col(Unspent.campaign_id).in_(campaign_ids)).distinct()
    )
    return dict.fromkeys(rows, True)
