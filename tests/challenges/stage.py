"""A running week with its days and challenges, for the tests of challenges and of the public face."""

from dataclasses import dataclass
from typing import Any

from sqlmodel import Session

from app.campaigns.models import Campaign
from app.challenges.models import Challenge
from app.people.models import Organisation
from app.stories.models import Day
from tests import factories
from tests.conftest import NOW

__all__ = ["NOW", "Stage", "stage"]


@dataclass
class Stage:
    organisation: Organisation
    campaign: Campaign
    days: dict[int, Day]
    challenges: dict[int, Challenge]


def stage(session: Session, **values: Any) -> Stage:
    """A campaign whose third day is today, with seven days and their challenges."""
    organisation = factories.organisation(session)
    campaign = factories.campaign(session, organisation, **values)
    days: dict[int, Day] = {}
    challenges: dict[int, Challenge] = {}
    for number in range(1, campaign.length + 1):
        day = Day(
            campaign_id=campaign.id,
            number=number,
            beat=f"Beat {number}",
            headline=f"Headline of day {number}",
            lead=f"Lead of day {number}",
        )
        session.add(day)
        session.flush()
        challenge = Challenge(
            campaign_id=campaign.id,
            day_id=day.id,
            title=f"Challenge {number}",
            unit_one="geste",
            unit_many="gestes",
            how_to=f"How to {number}",
            levels=[{"title": f"Level {n}", "detail": f"Detail {n}"} for n in (1, 2, 3)],
        )
        session.add(challenge)
        session.flush()
        days[number], challenges[number] = day, challenge
    return Stage(organisation, campaign, days, challenges)
