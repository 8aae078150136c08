"""Lay down promises as a document gives them: drafts, until the drive fixes them."""

from datetime import date
from decimal import Decimal

from sqlmodel import Session

from app.campaigns.models import Campaign
from app.impact.models import Promise


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
