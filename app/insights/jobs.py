"""Where time acts on insights: campaigns whose figures may have moved are counted anew."""

from time import monotonic

from app.campaigns import queries as campaigns
from app.campaigns.models import Campaign
from app.campaigns.rules import PUBLIC_STATES, last_date
from app.core import clock
from app.core.db import reading, transaction
from app.insights import counting, pulse
from app.insights.models import CountRun

WITHIN = 20.0  # seconds after which the rest waits for the next ring


def count_campaigns() -> int:
    """Count what is due, one campaign at a time; returns how many. Reads hold no writer up."""
    began, handled = monotonic(), 0
    with reading() as session:
        ids = campaigns.ids_in(session, *PUBLIC_STATES)
    for campaign_id in ids:
        handled += count_one(campaign_id)
        if monotonic() - began > WITHIN:
            break
    return handled


def count_one(campaign_id: int) -> bool:
    """Count one campaign if it is due."""
    with reading() as session:
        campaign = session.get_one(Campaign, campaign_id)
        over = clock.today(campaign.timezone) - last_date(campaign.starts_on, campaign.length)
        run = session.get(CountRun, campaign_id)
        if not counting.is_due(run, pulse.pulse(session, campaign), last_day_was=over):
            return False
        counted = counting.count(session, campaign)
    with transaction() as session:
        counting.keep(session, campaign, counted)
    return True
