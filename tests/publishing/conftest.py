"""What tests of posts begin with: Alice, who owns an organisation, and her running campaign with its week."""

import pytest
from sqlmodel import Session

from app.campaigns.models import Campaign
from app.people.models import Organisation
from app.people.rules import Actor
from tests import factories
from tests.stories import week


@pytest.fixture
def alice(session: Session) -> Actor:
    return factories.member(session, factories.organisation(session))


@pytest.fixture
def campaign(session: Session, alice: Actor) -> Campaign:
    made = factories.campaign(session, session.get_one(Organisation, alice.organisation_id))
    week.lay_week(session, alice, made)
    return made
