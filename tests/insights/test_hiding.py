"""No group of fewer than ten people is told by a table, nor by what can be worked out from all of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.insights.hiding import THRESHOLD, Cell, Table, hide, safe


@dataclass(frozen=True)
class Event:
    """Something somebody did: who, in which group of each list, for how much."""

    who: int
    places: tuple[int, ...]
    amount: int = 0


def cells(events: Sequence[Event], by: int, groups: int) -> list[Cell]:
    found = []
    for group in range(groups):
        inside = [one for one in events if one.places[by] == group]
        givers: dict[int, int] = {}
        for one in inside:
            givers[one.who] = givers.get(one.who, 0) + one.amount
        found.append(
            Cell(str(group), len(inside), len(givers), sum(givers.values()), max(givers.values(), default=0))
        )
    return found


def people(events: Sequence[Event]) -> int:
    return len({one.who for one in events})


def derivable(
    atoms: Sequence[tuple[int, ...]], known: Sequence[Sequence[int]], wanted: Sequence[int]
) -> bool:
    """Whether a sum over some kinds of events follows from the published ones, by any adding and subtracting."""
    rows = [[Fraction(value) for value in row] for row in known]
    target = [Fraction(value) for value in wanted]
    for column in range(len(atoms)):
        pivot = next((row for row in rows if row[column]), None)
        if pivot is None:
            continue
        rows.remove(pivot)
        rows = [_less(row, pivot, column) for row in rows]
        target = _less(target, pivot, column)
    return not any(target)


def _less(row: list[Fraction], pivot: list[Fraction], column: int) -> list[Fraction]:
    factor = row[column] / pivot[column]
    return [left - factor * right for left, right in zip(row, pivot, strict=True)] if factor else row


EVENTS = st.lists(
    st.builds(
        Event,
        who=st.integers(0, 40),
        places=st.tuples(st.integers(0, 5), st.integers(0, 3)),
        amount=st.sampled_from([0, 100, 100, 200, 50_000]),
    ),
    max_size=160,
)


@given(EVENTS)
@settings(max_examples=300, deadline=None)
def test_nothing_small_is_told_or_can_be_worked_out(events: list[Event]) -> None:
    lists = [(0, 6), (1, 4)]
    tables = [(by, hide(cells(events, by, groups))) for by, groups in lists]
    atoms = sorted({one.places for one in events})
    known: list[list[int]] = []
    for by, table in tables:
        check_told(events, by, table)
        known += [_over(atoms, by, int(one.key)) for one in table.cells if one.number is not None]
        if table.total.number is not None:
            known.append([1] * len(atoms))
    for by, table in tables:
        for one in table.cells:
            if one.number is None:
                assert not derivable(atoms, known, _over(atoms, by, int(one.key)))


def _over(atoms: Sequence[tuple[int, ...]], by: int, group: int) -> list[int]:
    return [int(one[by] == group) for one in atoms]


def check_told(events: Sequence[Event], by: int, table: Table) -> None:
    """Every group that is told, and the sum of those that are not, is nobody or ten people, none above half."""
    for one in table.cells:
        if one.number is not None:
            check_group([event for event in events if str(event.places[by]) == one.key])
    hidden = {one.key for one in table.cells if one.number is None}
    if table.total.number is not None:
        assert table.total.number == len(events)
        assert len(hidden) != 1
        check_group([event for event in events if str(event.places[by]) in hidden])


def check_group(events: Sequence[Event]) -> None:
    if not events:
        return
    assert people(events) >= THRESHOLD
    whole = sum(one.amount for one in events)
    for who in {one.who for one in events}:
        assert 2 * sum(one.amount for one in events if one.who == who) <= whole or whole == 0


@given(st.lists(st.integers(0, 30), max_size=9))
def test_where_nobody_is_in_two_groups_their_people_add_up(numbers: list[int]) -> None:
    made = [Cell(str(place), number, number) for place, number in enumerate(numbers)]
    table = hide(made, apart=True)
    hidden = [one for one, shown in zip(made, table.cells, strict=True) if shown.number is None]
    assert all(one.number == 0 or one.number >= THRESHOLD for one in made if one not in hidden)
    if table.total.number is not None and hidden:
        assert len(hidden) > 1
        assert sum(one.number for one in hidden) >= THRESHOLD


@pytest.mark.parametrize(
    ("counts", "hidden", "total"),
    [
        ([40, 30, 20], 0, True),
        ([40, 30, 3], 2, True),  # the next smallest goes with it
        ([40, 0, 12], 0, True),  # nobody is no group
        ([4, 3, 2], 3, False),
        ([25, 4], 2, True),
        ([4], 1, False),
        ([], 0, True),
    ],
)
def test_what_is_hidden_beside(counts: list[int], hidden: int, *, total: bool) -> None:
    table = hide([Cell(str(place), one, one) for place, one in enumerate(counts)], apart=True)
    assert table.hidden == hidden
    assert (table.total.number is not None) is total


def test_one_giver_is_not_a_group_however_many_gifts() -> None:
    assert not safe([Cell("3", number=40, people=1, amount_minor=40_000, largest_minor=40_000)])
    assert not safe([Cell("3", number=12, people=12, amount_minor=100_000, largest_minor=60_000)])
    assert safe([Cell("3", number=12, people=12, amount_minor=100_000, largest_minor=50_000)])


def _shown(table: Table) -> Mapping[str, int | None]:
    return {one.key: one.number for one in table.cells}


def test_the_same_table_is_always_hidden_the_same() -> None:
    made = [Cell(str(place), number, number) for place, number in enumerate([15, 15, 15, 2])]
    assert _shown(hide(made)) == _shown(hide(list(made)))
