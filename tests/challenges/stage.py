"""A running week with its days and challenges, for the tests of challenges and of the public face."""

from dataclasses import dataclass
from typing import Any

from sqlmodel import Session

from app.campaigns.models import Campaign
from app.challenges import taking
from app.challenges.models import Challenge
from app.challenges.taking import Taken, Taker
from app.challenges.telling import Terms, Told
from app.core import clock
from app.core.stamps import form_stamp
from app.intake.screening import Sent
from app.people.models import Organisation
from app.stories.models import Day
from tests import factories
from tests.conftest import NOW

__all__ = ["NOW", "Stage", "sent", "stage", "take", "terms"]


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


def terms(made: Stage, number: int) -> Terms:
    """What the challenge of a day takes today."""
    challenge = made.challenges[number]
    dates = taking.calendar(made.campaign, challenge, number)
    return Terms(challenge, dates, clock.today(made.campaign.timezone))


def sent(agent: str = "phone") -> Sent:
    return Sent(text="", address="192.0.2.1", agent=agent, stamp=form_stamp())


def take(session: Session, made: Stage, who: str | Taker = "a", number: int = 3, **told: Any) -> Taken:
    """Someone tells the challenge of a day."""
    taker = Taker(who) if isinstance(who, str) else who
    return taking.take(
        session, made.campaign, terms(made, number), taker=taker, told=Told(**told), sent=sent()
    )
