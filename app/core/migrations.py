"""The way from one version of the tables to the next; says whether the database is at the newest."""

from functools import lru_cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine

from app.core.db import get_engine

FOLDER = Path(__file__).resolve().parents[2] / "migrations"


def config() -> Config:
    """Alembic's configuration, independent of where the process was started."""
    made = Config()
    made.set_main_option("script_location", str(FOLDER))
    made.set_main_option("path_separator", "os")
    return made


@lru_cache(maxsize=1)
def head() -> str | None:
    """The newest revision this version of Septaine knows."""
    return ScriptDirectory.from_config(config()).get_current_head()


def current(engine: Engine | None = None) -> str | None:
    """The revision the database is at; None when it is empty."""
    with (engine or get_engine()).connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def at_head() -> bool:
    return current() == head()


def upgrade() -> bool:
    """Bring the database to the newest version; False when it already was."""
    if at_head():
        return False
    command.upgrade(config(), "head")
    return True
