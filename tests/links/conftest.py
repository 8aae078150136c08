"""A campaign on its third day with an influencer and a frame, and a browser whose looks are counted."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from fastapi.testclient import TestClient
from sqlmodel import Session

from app.campaigns.models import Campaign
from app.influencers.models import Influencer
from app.influencers.rules import Stage
from app.links.counting import Counter
from app.people.models import Organisation
from app.people.rules import Actor
from app.stories.models import Day, Frame
from tests import factories
from tests.conftest import the_app

PHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)"
    " Version/18.5 Mobile/15E148 Safari/604.1"
)
INSTAGRAM = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)"
    " Mobile/22F76 Instagram 380.0.0.28.75 (iPhone14,5; iOS 18_5; fr_FR; fr; scale=3.00; 1170x2532; 743234567)"
)


@dataclass
class House:
    """Who makes links here, and for whom."""

    session: Session
    organisation: Organisation
    campaign: Campaign
    owner: Actor
    influencer: Influencer
    day: Day
    frame: Frame


@pytest.fixture
def house(session: Session) -> House:
    organisation = factories.organisation(session)
    campaign = factories.campaign(session, organisation, slug="maia")
    owner = factories.member(session, organisation, name="Claire")
    influencer = Influencer(
        organisation_id=organisation.id, campaign_id=campaign.id, name="Inès", stage=Stage.CONFIRMED
    )
    days = [Day(campaign_id=campaign.id, number=number) for number in range(1, 8)]
    session.add_all([influencer, *days])
    session.flush()
    frame = Frame(campaign_id=campaign.id, day_id=days[2].id, position=0, title="Le premier mot")
    session.add(frame)
    session.commit()
    return House(session, organisation, campaign, owner, influencer, days[2], frame)


@pytest.fixture
def visits(client: TestClient) -> Iterator[Counter]:
    """The counter of the application, which counts; `flush()` writes what it took."""
    client.headers["User-Agent"] = PHONE
    counter: Counter = the_app().state.visits
    counter.counts = True
    yield counter
    counter.counts = False
    counter._looks.clear()
