"""A house that stays open for the matrices: starting it for each of some hundred routes would cost minutes."""

from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine
from sqlmodel import Session

from tests.conftest import BASE_URL


@pytest.fixture(scope="module")
def house(engine: Engine) -> Iterator[TestClient]:
    """One running house for the whole matrix; each test clears the cookies it left."""
    from app.main import create_app

    with TestClient(
        create_app(),
        base_url=BASE_URL,
        headers={"Origin": BASE_URL, "Accept-Language": "en"},
        follow_redirects=False,
        raise_server_exceptions=False,
    ) as opened:
        yield opened


@pytest.fixture
def visit(house: TestClient, session: Session) -> Iterator[TestClient]:
    yield house
    house.cookies.clear()
