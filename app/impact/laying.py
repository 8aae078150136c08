"""Lay down promises, budget and promised accounts as a document gives them: drafts, until the drive fixes them."""

from datetime import date
from decimal import Decimal

from sqlmodel import Session

from app.campaigns.models import Campaign
from app.impact.models import Promise
from app.impact.money_rules import Category
from app.impact.plan_models import BudgetLine, Commitment


def lay_promise(
    session: Session,
    campaign: Campaign,
    position: int,
    *,
    indicator: str,
    unit: str,
    baseline: Decimal,
    target: Decimal,
    due_on: date,
    method: str,
) -> Promise:
    """Add a promise at its place, counted from 0."""
    promise = Promise(
        campaign_id=campaign.id,
        position=position,
        indicator=indicator,
        unit=unit,
        baseline=baseline,
        target=target,
        due_on=due_on,
        method=method,
    )
    session.add(promise)
    return promise


def lay_line(
    session: Session, campaign: Campaign, *, category: Category, label: str, amount_minor: int
) -> BudgetLine:
    """Add a line of the budget behind those that stand; flushed, for its number is its place."""
    line = BudgetLine(campaign_id=campaign.id, category=category, label=label, amount_minor=amount_minor)
    session.add(line)
    session.flush()
    return line


def lay_commitment(session: Session, campaign: Campaign, *, title: str, due_on: date) -> Commitment:
    """Add a promised account."""
    commitment = Commitment(campaign_id=campaign.id, title=title, due_on=due_on)
    session.add(commitment)
    session.flush()
    return commitment
