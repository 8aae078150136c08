"""What the donations room asks of this one: when the next account of the money is due, and what was told so far."""

from collections.abc import Sequence
from datetime import date
from zoneinfo import ZoneInfo

from sqlmodel import Session

from app.campaigns.models import Campaign
from app.core.templating import absolute
from app.donations import beside
from app.donations.aftermath import evidence
from app.donations.aftermath.evidence import Proof
from app.impact import accounts as told
from app.impact import plan_queries, queries
from app.impact.rules import Standing


def next_report(session: Session, campaign: Campaign) -> date | None:
    """The first day that nothing answered yet, of a promise or a promised account; None when there is none."""
    kept = Standing.KEPT
    days = [one.promise.due_on for one in queries.standings(session, campaign) if one.standing is not kept]
    promised = plan_queries.commitments(session, campaign)
    days += [one.commitment.due_on for one in promised if one.answer.told_on is None]
    return min(days, default=None)


def accounts(session: Session, campaign: Campaign) -> Sequence[Proof]:
    """The published accounts, the latest first: what a bank may read as the delivery."""
    zone = ZoneInfo(campaign.timezone)
    return [
        Proof(
            one.update.published_at.astimezone(zone).date(),
            one.update.title,
            absolute(f"/c/{campaign.slug}/impact#update-{one.update.pid}"),
        )
        for one in told.updates(session, campaign, published_only=True)
        if one.update.published_at is not None and one.update.withdrawn_at is None
    ]


def offer() -> None:
    """Let the donations room ask."""
    beside.offer_report(next_report)
    evidence.offer_accounts(accounts)
