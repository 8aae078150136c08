"""What the tests of questions share."""

import pytest
from sqlmodel import Session

from tests.questions.stage import Stage, stage


@pytest.fixture
def here(session: Session) -> Stage:
    return stage(session)
