"""An open drive of an organisation with an owner and a treasurer."""

from dataclasses import dataclass

import pytest
from sqlmodel import Session

from app.campaigns.models import Campaign
from app.people.models import Organisation
from app.people.rules import Actor, Role
from tests import factories
from tests.donations.stage import drive


@dataclass
class Team:
    """Who handles money here."""

    session: Session
    campaign: Campaign
    owner: Actor
    finance: Actor


@pytest.fixture
def team(session: Session) -> Team:
    campaign = drive(session)
    organisation = session.get_one(Organisation, campaign.organisation_id)
    owner = factories.member(session, organisation, name="Claire")
    finance = factories.member(session, organisation, Role.FINANCE, "Samira")
    session.commit()
    return Team(session, campaign, owner, finance)
