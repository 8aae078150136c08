"""Stripe, an open drive, and a treasurer."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlmodel import Session

from app.campaigns.models import Campaign
from app.people.models import Organisation
from app.people.rules import Actor, Role
from tests import factories
from tests.donations.stage import Till, drive, till


@pytest.fixture
def stripe(tmp_path: Path) -> Iterator[Till]:
    with till(tmp_path) as made:
        yield made


@pytest.fixture
def campaign(session: Session) -> Campaign:
    return drive(session)


@pytest.fixture
def treasurer(session: Session, campaign: Campaign) -> Actor:
    body = session.get_one(Organisation, campaign.organisation_id)
    found = factories.member(session, body, Role.FINANCE, "Finn")
    session.commit()
    return found
