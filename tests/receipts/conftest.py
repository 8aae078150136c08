"""The drive that tests of receipts stand on."""

import pytest
from sqlmodel import Session

from tests.receipts.stage import Drive


@pytest.fixture
def drive(session: Session) -> Drive:
    return Drive(session)
