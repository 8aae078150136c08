"""What a fact is: one kind of public statement, where its rows stand, and what they say. Knows no kind by itself."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select
from sqlalchemy import select as sql_select
from sqlmodel import Session

from app.transparency.rules import Kind


@dataclass(frozen=True)
class Fact:
    """What one fact says: plain JSON without fractions; `at` orders facts that are sealed together.

    One whose words were erased by right says nothing that could be compared any more.
    """

    at: datetime
    content: Mapping[str, Any]
    erased: bool = False


Rows = Select[*tuple[Any, ...]]
Reader = Callable[[Session, Collection[str]], dict[str, Fact]]


@dataclass(frozen=True)
class Source:
    """One kind of fact. `rows` selects (campaign_id, subject, row id); `taken_back` (campaign_id, subject, why).

    `many`: so many rows that only their counts are compared, but for the newest ones; they never leave.
    """

    kind: Kind
    rows: Callable[[], Rows]
    read: Reader
    taken_back: Callable[[], Rows] | None = None
    many: bool = False


def select_rows(*columns: Any) -> Rows:
    return sql_select(*columns)
