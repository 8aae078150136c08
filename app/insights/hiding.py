"""Hides small groups in tables that are published: no cell, and no set of cells, tells of fewer than ten people.

A table is one list of cells and their total. What is hidden cannot be had by subtraction: the hidden cells of a table
are two at least and tell of a large enough group together, or the total is hidden too. Sums of money are hidden where
one giver makes up more than half. Pure decisions.

The statistical offices hide below three units, or where one makes up more than 85 % of a cell (INSEE, « Guide du
secret statistique »); ten and half are stricter, for a village or a school may read these tables.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

THRESHOLD = 10
"""People. Fewer are not told apart."""


@dataclass(frozen=True)
class Cell:
    """A group: how many things it did, at least how many people it is, what it gave and the largest part of that.

    `people` is a lower bound: where a person may be in several rows, those of which it is known that they are not the
    same are counted.
    """

    key: str
    number: int
    people: int
    amount_minor: int = 0
    largest_minor: int = 0

    @property
    def is_nothing(self) -> bool:
        return self.number == 0 and self.amount_minor == 0


@dataclass(frozen=True)
class Shown:
    """A cell as it is published: None where it is hidden."""

    key: str
    number: int | None
    amount_minor: int | None


@dataclass(frozen=True)
class Table:
    """The cells of one list, and their total, as published."""

    cells: Sequence[Shown]
    total: Shown

    @property
    def hidden(self) -> int:
        return sum(one.number is None for one in self.cells)


def safe(group: Iterable[Cell], *, apart: bool = False) -> bool:
    """Whether a group may be told: nobody at all, or ten people of whom none gave more than half.

    `apart`: nobody is in two of its cells, so that their people add up; else somebody may be in every one of them.
    """
    cells = [one for one in group if not one.is_nothing]
    if not cells:
        return True
    counts = [one.people for one in cells]
    amount = sum(one.amount_minor for one in cells)
    largest = (
        sum(one.largest_minor for one in cells) if not apart else max(one.largest_minor for one in cells)
    )
    people = sum(counts) if apart else max(counts)
    return people >= THRESHOLD and (amount == 0 or 2 * largest <= amount)


def hide(cells: Sequence[Cell], *, apart: bool = False) -> Table:
    """A table as it may be published; `apart` as in `safe`.

    Hidden are the cells that are not safe; then, while what they are together could be had by subtraction and is not
    safe, the smallest of the others; and the total where nothing is left that could protect it.
    """
    hidden = {one.key for one in cells if not safe([one])}
    while hidden and not _protected([one for one in cells if one.key in hidden], apart=apart):
        rest = [one for one in cells if one.key not in hidden and not one.is_nothing]
        if not rest:
            return _told(cells, hidden, total=False)
        hidden.add(min(rest, key=lambda one: (one.people, one.number, one.key)).key)
    return _told(cells, hidden, total=True)


def _protected(hidden: Sequence[Cell], *, apart: bool) -> bool:
    """Whether the sum of the hidden cells, which anybody can have from the total, tells of no small group."""
    return len(hidden) > 1 and safe(hidden, apart=apart)


def _told(cells: Sequence[Cell], hidden: set[str], *, total: bool) -> Table:
    shown = [
        Shown(one.key, None, None) if one.key in hidden else Shown(one.key, one.number, one.amount_minor)
        for one in cells
    ]
    if not total:
        return Table(shown, Shown("", None, None))
    return Table(shown, Shown("", sum(one.number for one in cells), sum(one.amount_minor for one in cells)))
