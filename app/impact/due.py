"""When the next account of the money is due: the day donors are told, in words of a promise made before."""

from datetime import date

from sqlmodel import Session

from app.campaigns.models import Campaign
from app.donations import beside
from app.impact import queries
from app.impact.rules import Standing


def next_report(session: Session, campaign: Campaign) -> date | None:
    """The first day of a promise that is not kept yet; None when there is none."""
    waiting = [one for one in queries.standings(session, campaign) if one.standing is not Standing.KEPT]
    return min((one.promise.due_on for one in waiting), default=None)


beside.offer_report(next_report)
