"""The stage: an empty database per test on SQLite or PostgreSQL, a client, a clock that stands."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine, text
from sqlmodel import Session

from app.core import clock, db
from app.core.settings import get_settings
from app.tables import metadata

NOW = datetime(2027, 3, 3, 10, 0, tzinfo=UTC)  # a Wednesday, 11:00 in Paris
BASE_URL = "https://testserver"


def pytest_configure(config: pytest.Config) -> None:
    os.environ.update(
        {
            "SEPTAINE_ENVIRONMENT": "development",
            "SEPTAINE_SECRET_KEY": "a-key-for-tests-only-0123456789abcdef",
            "SEPTAINE_PUBLIC_URL": BASE_URL,
            "SEPTAINE_SCHEDULER": "off",
        }
    )


@pytest.fixture(scope="session")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """One database per worker: SQLite, or the server that SEPTAINE_TEST_POSTGRES names."""
    folder = tmp_path_factory.mktemp("septaine")
    postgres = os.environ.get("SEPTAINE_TEST_POSTGRES")
    os.environ["SEPTAINE_DATA_DIR"] = str(folder)
    os.environ["SEPTAINE_DATABASE_URL"] = postgres or f"sqlite:///{folder / 'test.db'}"
    get_settings.cache_clear()
    db.get_engine.cache_clear()
    made = db.get_engine()
    metadata.drop_all(made)
    metadata.create_all(made)
    yield made
    made.dispose()


def _empty(engine: Engine) -> None:
    with engine.execution_options(writing=True).begin() as connection:
        names = [table.name for table in reversed(metadata.sorted_tables)]
        if engine.dialect.name == "postgresql":
            # session_replication_role switches the append-only triggers off for this clean-up alone.
            connection.execute(text("SET LOCAL session_replication_role = replica"))
            connection.execute(text(f"TRUNCATE {', '.join(names)} RESTART IDENTITY CASCADE"))
            return
        triggers = connection.execute(
            text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
        ).all()
        for name, _ in triggers:
            connection.execute(text(f"DROP TRIGGER {name}"))
        for name in names:
            connection.execute(metadata.tables[name].delete())
        for _, sql in triggers:
            connection.execute(text(sql))


@pytest.fixture
def session(engine: Engine) -> Iterator[Session]:
    """A write session on an empty database. Tests of services use it; commit when a client must see."""
    _empty(engine)
    with db.open_session(write=True) as opened:
        yield opened


@pytest.fixture(autouse=True)
def _standing_clock() -> Iterator[None]:
    with clock.frozen(NOW):
        yield


@pytest.fixture
def data_dir(engine: Engine) -> Path:
    return get_settings().data_dir


@pytest.fixture
def client(engine: Engine) -> Iterator[TestClient]:
    """A browser that is not signed in, on an empty database unless `session` filled it."""
    from app.main import create_app

    with TestClient(
        create_app(),
        base_url=BASE_URL,
        headers={"Origin": BASE_URL, "Accept-Language": "en"},
        follow_redirects=False,
        raise_server_exceptions=False,
    ) as opened:
        yield opened
