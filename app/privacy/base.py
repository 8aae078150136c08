"""What a room offers to those whose data it keeps: a copy, the files, erasure down to what the law keeps, and time."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import ColumnElement
from sqlmodel import Session, SQLModel

from app.core.i18n import Message


@dataclass(frozen=True)
class Subject:
    """Whose data at one organisation: mailboxes that are theirs, and the browsers known as theirs."""

    organisation_id: int
    emails: frozenset[str] = frozenset()
    supporter_ids: tuple[int, ...] = ()
    themselves: bool = False  # they read these mailboxes: what other organisations wrote there is theirs too


@dataclass(frozen=True)
class Kept:
    """Rows that stay after an erasure, what of them, and why they must."""

    what: Message
    why: Message
    count: int


@dataclass(frozen=True)
class File:
    """A file of theirs, and its name in the copy."""

    name: str
    path: Path


Rows = Sequence[Mapping[str, Any]]


def no_files(session: Session, subject: Subject) -> Sequence[File]:  # noqa: ARG001 - most rooms keep none
    return ()


@dataclass(frozen=True)
class Holder:
    """One kind of data. `copy` gives rows of plain values; `erase` returns what stays."""

    name: str  # of its file in the copy
    title: Message
    copy: Callable[[Session, Subject], Rows]
    erase: Callable[[Session, Subject], Sequence[Kept]]
    files: Callable[[Session, Subject], Sequence[File]] = no_files


Which = Callable[[datetime], ColumnElement[bool]]


@dataclass(frozen=True)
class Rule:
    """What is forgotten, how long after what, and why then."""

    name: str
    title: Message
    period: Message
    after: timedelta
    table: type[SQLModel]
    which: Which
    forget: Callable[[Session, list[int]], None]
