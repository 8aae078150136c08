"""Where time touches impact: the team is told 7 and 2 days before an account is due, once each."""

from app.core.db import reading, transaction
from app.impact import reminding


def remind_of_accounts() -> int:
    """Tell the team of each campaign what it promised to account for soon; returns how many mails were queued."""
    with reading() as session:
        due = reminding.due(session)
    queued = 0
    for campaign_id in sorted({one.campaign_id for one in due}):
        with transaction() as session:
            queued += reminding.tell(
                session, campaign_id, [one for one in due if one.campaign_id == campaign_id]
            )
    return queued
