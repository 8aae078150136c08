"""Migrations make exactly the tables the models describe, go down and come up again, on both databases."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import Engine, inspect, text
from sqlalchemy.exc import DBAPIError

from app.core import db
from app.tables import metadata
from tests.conftest import new_postgres_database, start_postgres, without_waiting_for_the_disk

ROOT = Path(__file__).parents[2]
ORGANISATION = (
    "INSERT INTO organisation (id, pid, name, language, timezone, currency, legal_name,"
    " legal_number, address, country, email, phone, website, publication_director, hosting,"
    " created_at) VALUES (1, 'o', 'x', 'fr', 'z', 'EUR', '', '', '', 'FR', '', '', '', '', '',"
    " '2027-01-01 00:00:00')"
)
OLD_DAY = (
    "INSERT INTO day (id, pid, campaign_id, number, beat, headline, lead, guidance, version)"
    " VALUES (1, 'd', 1, 1, '', '', '', '', 1)"
)
OLD_FRAME = (
    "INSERT INTO frame (id, pid, campaign_id, day_id, position, kind, title, caption, alt_text, sticker,"
    " link_url, label, guidance, blanks, version, updated_at)"
    " VALUES (1, 'f', 1, 1, 0, 'text', '', '', '', '', '', '', '', '[]', 1, '2027-01-01 00:00:00')"
)
OLD_POST = (
    "INSERT INTO post (pid, campaign_id, frame_id, on_date, at_time, zone, due_at, channel, state,"
    " proof_url, declined_reason, version, created_at) VALUES (:state, 1, 1, '2027-01-02',"
    " '10:00:00', 'Europe/Paris', '2027-01-02 09:00:00', 'hand', :state, '', '', 1, '2027-01-01 00:00:00')"
)
ENTRY = (
    "INSERT INTO ledger_entry (pid, organisation_id, campaign_id, kind, amount_minor, currency, category,"
    " note, evidence_note, source, on_date, created_at)"
    " VALUES ('p', 1, 1, 'gift', 100, 'EUR', '', '', '', 's', '2027-01-01', '2027-01-01 00:00:00')"
)


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    running = without_waiting_for_the_disk(start_postgres())
    yield running.get_uri()
    running.cleanup()


@pytest.fixture(params=["sqlite", "postgresql"])
def bare(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """An empty database of each kind."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path / 'bare.db'}"
    else:
        url = new_postgres_database(request.getfixturevalue("server"), "bare")
    engine = db.make_engine(url)
    yield engine
    engine.dispose()


def _alembic(engine: Engine, verb: str, revision: str) -> None:
    config = Config(str(ROOT / "alembic.ini"))
    with engine.execution_options(writing=True).begin() as connection:
        config.attributes["connection"] = connection
        getattr(command, verb)(config, revision)


def test_up_down_up_and_no_drift(bare: Engine) -> None:
    _alembic(bare, "upgrade", "head")
    with bare.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []
    _alembic(bare, "downgrade", "base")
    assert set(inspect(bare).get_table_names()) <= {"alembic_version"}
    _alembic(bare, "upgrade", "head")
    assert set(metadata.tables) <= set(inspect(bare).get_table_names())


def test_posts_keep_their_hour_and_their_state(bare: Engine) -> None:
    """Rows written before the engine came are posts after it, and again before it."""
    _alembic(bare, "upgrade", "0001")
    with bare.execution_options(writing=True).begin() as connection:
        connection.execute(text(ORGANISATION))
        connection.execute(text(_campaign(bare)))
        connection.execute(text(OLD_DAY))
        connection.execute(text(OLD_FRAME))
        for state in ("planned", "posted", "declined"):
            connection.execute(text(OLD_POST), {"state": state})
    _alembic(bare, "upgrade", "head")
    assert _states(bare, "send_at") == [
        ("declined", "2027-01-02 09:00:00"),
        ("scheduled", "2027-01-02 09:00:00"),
        ("sent", "2027-01-02 09:00:00"),
    ]
    with bare.execution_options(writing=True).begin() as connection:
        connection.execute(text("UPDATE post SET state = 'in_review' WHERE pid = 'planned'"))
    _alembic(bare, "downgrade", "0001")
    assert [state for state, _ in _states(bare, "due_at")] == ["declined", "declined", "posted"]
    _alembic(bare, "upgrade", "head")


def _states(engine: Engine, instant: str) -> list[tuple[str, str]]:
    with engine.connect() as connection:
        rows = connection.execute(text(f"SELECT state, {instant} FROM post ORDER BY pid"))  # noqa: S608
        return [(state, str(at)[:19]) for state, at in rows]


def test_the_ledger_refuses_change(bare: Engine) -> None:
    """The database itself keeps the ledger append-only, whatever program writes to it."""
    _alembic(bare, "upgrade", "head")
    with bare.execution_options(writing=True).begin() as connection:
        if bare.dialect.name == "sqlite":
            connection.execute(text("PRAGMA defer_foreign_keys = ON"))
        else:
            connection.execute(text("SET LOCAL session_replication_role = replica"))
        connection.execute(text(ORGANISATION))
        connection.execute(text(_campaign(bare)))
        connection.execute(text(ENTRY))
    for statement in ("UPDATE ledger_entry SET amount_minor = 1", "DELETE FROM ledger_entry"):
        with (
            pytest.raises(DBAPIError, match="only added to"),
            bare.execution_options(writing=True).begin() as connection,
        ):
            connection.execute(text(statement))


def _campaign(engine: Engine) -> str:
    """An insert of campaign 1 with every column that demands a value."""
    columns = [
        column
        for column in inspect(engine).get_columns("campaign")
        if not column["nullable"] and column["name"] != "id"
    ]
    given = {"organisation_id": "1", "length": "7", "starts_on": "'2027-01-01'"}

    def value(name: str, kind: str) -> str:
        if name in given:
            return given[name]
        if "JSON" in kind:
            return "'[]'"
        if "DATE" in kind or "TIME" in kind:
            return "'2027-01-01 00:00:00'"
        if "BOOL" in kind:
            return "false"
        return "0" if "INT" in kind else "'x'"

    names = ", ".join(column["name"] for column in columns)
    values = ", ".join(value(column["name"], str(column["type"]).upper()) for column in columns)
    return f"INSERT INTO campaign (id, {names}) VALUES (1, {values})"  # noqa: S608
