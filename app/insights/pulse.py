"""Whether anything happened in a campaign since it was last counted. Reads the newest rows only."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func
from sqlalchemy import select as sql_select
from sqlmodel import Session, col

from app.campaigns.models import Campaign
from app.challenges.models import ChallengeAct
from app.donations.models import LedgerEntry
from app.followers.models import FollowDevice, Follower
from app.intake.models import Item
from app.links.models import VisitCount
from app.questions.models import QuestionVote


def pulse(session: Session, campaign: Campaign) -> str:
    """A short text that changes when rows arrive or are decided; what it misses, the hourly count finds."""
    own = campaign.id
    told: Sequence[Any] = session.execute(
        sql_select(
            sql_select(func.max(col(ChallengeAct.id)))
            .where(col(ChallengeAct.campaign_id) == own)
            .scalar_subquery(),
            sql_select(func.max(col(LedgerEntry.id)))
            .where(col(LedgerEntry.campaign_id) == own)
            .scalar_subquery(),
            sql_select(func.max(col(QuestionVote.id)))
            .where(col(QuestionVote.campaign_id) == own)
            .scalar_subquery(),
            sql_select(func.max(col(Follower.confirmed_at)))
            .where(col(Follower.campaign_id) == own)
            .scalar_subquery(),
            sql_select(func.max(col(FollowDevice.id)))
            .where(col(FollowDevice.campaign_id) == own)
            .scalar_subquery(),
            sql_select(func.max(col(Item.changed_at))).where(col(Item.campaign_id) == own).scalar_subquery(),
            sql_select(func.sum(col(VisitCount.visits) + col(VisitCount.bots) + col(VisitCount.previews)))
            .where(col(VisitCount.campaign_id) == own)
            .scalar_subquery(),
        )
    ).one()
    return "|".join([campaign.timezone, *(_word(one) for one in told)])


def _word(value: Any) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value or "")
