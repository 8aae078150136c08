"""Many small rows as one parameter of a statement, and turns at writing. For ten thousand posts at once.

A statement per row costs more than all else the engine does; JSON that the database unfolds costs a tenth of it.
"""

import fcntl
import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from threading import Lock
from typing import Any, get_type_hints

from sqlalchemy import ColumnElement, Integer, Subquery, Text, any_, bindparam, cast, column, func, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Session

from app.core.db import get_engine, transaction
from app.core.settings import get_settings

_turns = Lock()


@contextmanager
def writing() -> Iterator[Session]:
    """A short write transaction, one at a time on SQLite: among the threads and the processes of this machine.

    SQLite lets one connection write and makes the others poll for their turn, up to 100 ms apart: engines had
    better queue. Only they do: a page that writes needs no turn, and a process that dies leaves its own.
    """
    if get_engine().dialect.name != "sqlite":
        with transaction() as session:
            yield session
        return
    with _turns:
        file = _turn_file(os.getpid())
        fcntl.flock(file, fcntl.LOCK_EX)
        try:
            with transaction() as session:
                yield session
        finally:
            fcntl.flock(file, fcntl.LOCK_UN)


@lru_cache(maxsize=1)
def _turn_file(process: int) -> int:  # noqa: ARG001 - a fork that shared its parent's would share its turn
    """The open file whose lock is a turn."""
    place = get_settings().data_dir
    place.mkdir(mode=0o700, parents=True, exist_ok=True)
    return os.open(place / "publishing.turn", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)


def among(dialect: str, of: ColumnElement[int]) -> ColumnElement[bool]:
    """Whether a row is one of the parameter `ids` (row ids as JSON): hundreds of marks cost more to write out."""
    given = bindparam("ids", type_=Text())
    if dialect == "postgresql":
        each = func.jsonb_array_elements_text(cast(given, JSONB)).table_valued("value")
        # An array, or the planner takes the rows of all posts for few and reads the list once for each.
        return of == any_(func.array(select(cast(each.c.value, Integer)).scalar_subquery()))
    return of.in_(select(func.json_each(given).table_valued("value").c.value))


def unfolded(dialect: str, kind: type[Any]) -> Subquery:
    """The parameter `rows` (see `folded`), each a `kind` of named tuple, as rows of a statement."""
    types = {name: Integer() if hint is int else Text() for name, hint in get_type_hints(kind).items()}
    given = bindparam("rows", type_=Text())
    told: list[ColumnElement[Any]]
    if dialect == "postgresql":
        one = func.jsonb_array_elements(cast(given, JSONB)).table_valued(column("value", JSONB)).c.value
        told = [cast(one[place].astext, type_) for place, type_ in enumerate(types.values())]
    else:
        one = func.json_each(given).table_valued("value").c.value
        told = [
            func.json_extract(one, f"$[{place}]", type_=type_) for place, type_ in enumerate(types.values())
        ]
    named = [value.label(name) for name, value in zip(types, told, strict=True)]
    return select(*named).subquery("told")


def folded(rows: Sequence[tuple[Any, ...]] | Sequence[int]) -> str:
    """Rows, or their ids, as the parameter of a statement."""
    return json.dumps(rows, ensure_ascii=False, separators=(",", ":"))
