"""The stage that every test of the studio stands on."""

import pytest
from fastapi.testclient import TestClient
from sqlmodel import Session

from tests import factories
from tests.stories import week
from tests.studio.stage import Stage


@pytest.fixture
def stage(session: Session, client: TestClient) -> Stage:
    lanterns = factories.organisation(session)
    alice = factories.member(session, lanterns)
    campaign = factories.campaign(session, lanterns)
    week.lay_week(session, alice, campaign)
    token = factories.sign_in(session, client, alice)
    return Stage(client, alice, campaign, token)
