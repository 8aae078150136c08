"""Stripe and an open drive for the tests of giving."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlmodel import Session

from app.campaigns.models import Campaign
from tests.donations.stage import Till, drive, till


@pytest.fixture
def stripe(tmp_path: Path) -> Iterator[Till]:
    with till(tmp_path) as made:
        yield made


@pytest.fixture
def campaign(session: Session) -> Campaign:
    return drive(session)
