"""Each test empties the database: what a process has looked at is nothing it may go by."""

import pytest

from app.transparency import jobs


@pytest.fixture(autouse=True)
def _looks_anew() -> None:
    jobs.forget_looks()
