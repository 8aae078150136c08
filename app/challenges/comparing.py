"""Reads that compare: the teams of a campaign, its groups, what stood in people's way. Names nobody."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import distinct, func
from sqlalchemy import select as sql_select
from sqlmodel import Session, col, select

from app.campaigns.models import Campaign
from app.challenges.models import Challenge, ChallengeAct, ChallengeMiss
from app.challenges.queries import accepted
from app.challenges.ranking import Line, Team, table
from app.challenges.rules import Obstacle
from app.influencers.models import Influencer

MIN_TEAMS = 2
"""One influencer alone is no team to choose."""


def teams(session: Session, campaign: Campaign, carriers: Sequence[Influencer]) -> Sequence[Line]:
    """The campaign's teams per participant, over the challenges that ask for a team; none without a choice.

    `carriers` are the influencers who said yes.
    """
    if len(carriers) < MIN_TEAMS:
        return []
    rows = session.execute(
        sql_select(
            col(ChallengeAct.team_id),
            func.count(col(ChallengeAct.id)),
            func.count(distinct(col(ChallengeAct.participant))),
        )
        .join(Challenge, col(Challenge.id) == col(ChallengeAct.challenge_id))
        .where(
            col(ChallengeAct.campaign_id) == campaign.id,
            col(ChallengeAct.team_id).is_not(None),
            col(Challenge.teams).is_(True),
            accepted(),
        )
        .group_by(col(ChallengeAct.team_id))
    ).all()
    told = {team_id: (acts, people) for team_id, acts, people in rows}
    return table(Team(one.name, *told.get(one.id, (0, 0))) for one in carriers)


def groups(session: Session, campaign_id: int, *, limit: int = 50) -> Sequence[tuple[str, int]]:
    """Classes and associations with their accepted acts, the most active first."""
    number = func.count(col(ChallengeAct.id))
    rows = session.execute(
        sql_select(col(ChallengeAct.group_name), number)
        .where(
            col(ChallengeAct.campaign_id) == campaign_id,
            col(ChallengeAct.group_name) != "",
            accepted(),
        )
        .group_by(col(ChallengeAct.group_name))
        .order_by(number.desc(), col(ChallengeAct.group_name))
        .limit(limit)
    ).all()
    return [(name, count) for name, count in rows]


@dataclass(frozen=True)
class Obstacles:
    """What stood in the way: how often, and in the words of those who wrote some."""

    counts: Mapping[Obstacle, int] = field(default_factory=dict)
    words: Sequence[ChallengeMiss] = ()


def obstacles(session: Session, campaign_id: int, *, limit: int = 50) -> Obstacles:
    """What people said of the days they missed, the most frequent and the latest first."""
    number = func.count(col(ChallengeMiss.id))
    rows = session.execute(
        sql_select(col(ChallengeMiss.obstacle), number)
        .where(col(ChallengeMiss.campaign_id) == campaign_id)
        .group_by(col(ChallengeMiss.obstacle))
        .order_by(number.desc(), col(ChallengeMiss.obstacle))
    ).all()
    words = session.exec(
        select(ChallengeMiss)
        .where(ChallengeMiss.campaign_id == campaign_id, ChallengeMiss.text != "")
        .order_by(col(ChallengeMiss.id).desc())
        .limit(limit)
    ).all()
    return Obstacles(dict(rows), words)
