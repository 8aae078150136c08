"""The database: engine, column types, and the one place where a transaction is committed.

SQLite transactions that will write begin IMMEDIATE: one that reads first and writes later fails at
once with SQLITE_BUSY whatever the busy timeout. A read session refuses to write.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from enum import StrEnum
from functools import lru_cache
from typing import Any, TypeVar

from sqlalchemy import DateTime, Engine, String, create_engine, event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection, Dialect, make_url
from sqlalchemy.orm import Session as OrmSession
from sqlalchemy.types import TypeDecorator
from sqlmodel import Session, SQLModel

from app.core.settings import get_settings

# Named constraints, or a downgrade cannot drop them.
SQLModel.metadata.naming_convention = {
    "ix": "ix_%(column_0_N_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

E = TypeVar("E", bound=StrEnum)


class UtcDateTime(TypeDecorator[datetime]):
    """An instant. Refuses naive values; SQLite would silently drop the offset."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("naive datetime: instants carry their zone")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class EnumText(TypeDecorator[E]):
    """A StrEnum kept as its text; refuses any other value on the way in and on the way out."""

    impl = String
    cache_ok = True

    def __init__(self, enum: type[E]) -> None:
        super().__init__(length=40)
        self.enum = enum

    def process_bind_param(self, value: E | str | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        return None if value is None else self.enum(value).value

    def process_result_value(self, value: str | None, dialect: Dialect) -> E | None:  # noqa: ARG002
        return None if value is None else self.enum(value)


POOL, OVERFLOW = 10, 30
"""Connections a process keeps, and may open besides; `core.crowd` lets fewer requests in than both together."""


def make_engine(url: str) -> Engine:
    """An engine with the safety settings of its database switched on."""
    if make_url(url).get_backend_name() == "sqlite":
        return _sqlite_engine(url)
    return create_engine(
        url,
        pool_pre_ping=True,
        pool_use_lifo=True,  # the backend used last still has its plans and the tables it read
        pool_size=POOL,
        max_overflow=OVERFLOW,
        connect_args={
            "options": "-c statement_timeout=15000 -c lock_timeout=5000 "
            "-c idle_in_transaction_session_timeout=30000 -c timezone=UTC"
        },
    )


def _sqlite_engine(url: str) -> Engine:
    engine = create_engine(
        url,
        pool_size=POOL,
        max_overflow=OVERFLOW,
        pool_use_lifo=True,  # the connection used last still has the pages it read
        connect_args={"check_same_thread": False, "isolation_level": None},
    )

    @event.listens_for(engine, "connect")
    def _safe(connection: Any, _record: object) -> None:
        for pragma in (
            "busy_timeout=10000",
            "journal_mode=WAL",
            "synchronous=FULL",
            "wal_autocheckpoint=4000",  # pages, 16 MB: a commit is as durable, and fewer of them copy the log
            "foreign_keys=ON",
            "trusted_schema=OFF",
        ):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        writing = connection.get_execution_options().get("writing", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")

    return engine


@lru_cache(maxsize=1)
def get_engine() -> Engine:
    """The engine of this process."""
    settings = get_settings()
    if not settings.database_url:
        settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    return make_engine(settings.db_url)


class ReadOnlySession(RuntimeError):
    """A request that only reads tried to write: mark its route with `@writes`."""


@event.listens_for(OrmSession, "before_flush")
def _guard(session: OrmSession, *_: object) -> None:
    if session.info.get("read_only"):
        raise ReadOnlySession


def open_session(*, write: bool) -> Session:
    """A session that reads, or one whose transaction begins ready to write. The caller closes it."""
    engine = get_engine()
    session = Session(
        engine.execution_options(writing=True) if write else engine, expire_on_commit=False, autoflush=write
    )
    session.info["read_only"] = not write
    return session


@contextmanager
def transaction() -> Iterator[Session]:
    """One write transaction: committed at the end of the block, rolled back if it raises."""
    with open_session(write=True) as session:
        yield session
        session.commit()


@contextmanager
def reading() -> Iterator[Session]:
    """A session for reading only."""
    with open_session(write=False) as session:
        yield session


def insert_into(session: Session, table: Any) -> sqlite.Insert | postgresql.Insert:
    """An INSERT that may say what happens when the row stands already, in the words of the session's database."""
    of_sqlite = session.get_bind().dialect.name == "sqlite"
    return sqlite.insert(table) if of_sqlite else postgresql.insert(table)


class Row(SQLModel):
    """What every table's rows share: nothing but the base class, so that types can say `Row`."""
