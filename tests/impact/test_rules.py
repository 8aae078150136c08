"""When a promise is kept or late, and that the sum always adds up."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.impact.forms import read_figure
from app.impact.rules import Standing, Sum, standing

DUE = date(2027, 6, 30)


@pytest.mark.parametrize(
    ("baseline", "target", "value", "told_on", "today", "expected"),
    [
        (0, 20, None, None, date(2027, 6, 30), (Standing.OPEN, 0)),
        (0, 20, 19, None, date(2027, 6, 30), (Standing.OPEN, 0)),
        (0, 20, 20, None, date(2027, 6, 30), (Standing.KEPT, 0)),
        (0, 20, 24, None, date(2027, 12, 1), (Standing.KEPT, 0)),
        (0, 20, 12, None, date(2027, 7, 9), (Standing.LATE, 9)),
        (0, 20, None, None, date(2027, 7, 1), (Standing.LATE, 1)),
        (0, 20, 20, date(2027, 7, 9), date(2027, 8, 1), (Standing.KEPT, 9)),
        (0, 20, 20, date(2027, 6, 1), date(2027, 8, 1), (Standing.KEPT, 0)),
        (80, 50, 50, None, date(2027, 7, 1), (Standing.KEPT, 0)),  # less waste: met from above
        (80, 50, 60, None, date(2027, 7, 1), (Standing.LATE, 1)),
    ],
)
def test_standing(
    baseline: int,
    target: int,
    value: int | None,
    told_on: date | None,
    today: date,
    expected: tuple[Standing, int],
) -> None:
    measured = None if value is None else Decimal(value)
    got = standing(
        baseline=Decimal(baseline),
        target=Decimal(target),
        due_on=DUE,
        value=measured,
        told_on=told_on,
        today=today,
    )
    assert got == expected


@given(
    raised=st.integers(0, 10**12),
    fees=st.integers(0, 10**9),
    refunds=st.integers(0, 10**9),
    spent=st.integers(0, 10**12),
)
def test_the_sum_adds_up(raised: int, fees: int, refunds: int, spent: int) -> None:
    balance = Sum(raised, fees, refunds, spent)
    assert balance.fees + balance.refunds + balance.spent + balance.remaining == raised
    if balance.remaining >= 0:
        assert sum(minor for _, minor in balance.parts) == raised
    assert all(minor >= 0 for _, minor in balance.parts)


@pytest.mark.parametrize(
    ("text", "value"), [("", None), ("12,5", Decimal("12.50")), ("1 200", Decimal(1200)), (" 3 ", Decimal(3))]
)
def test_figures_as_typed(text: str, value: Decimal | None) -> None:
    assert read_figure(text) == value


@pytest.mark.parametrize("text", ["douze", "-3", "NaN", "1e99", "Infinity"])
def test_figures_that_are_none(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011
        read_figure(text)
