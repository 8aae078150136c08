"""Budget against actual, the limit for two, which account answers which day, boxes as people type them."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.impact.money_forms import CoverForm, read_boxes
from app.impact.money_rules import Answer, Category, answers, category_of, limit_in, measured, needs_second


def _day(number: int) -> date:
    return date(2027, 6, number)


@pytest.mark.parametrize(
    ("stored", "category"),
    [
        ("missions", Category.MISSIONS),
        ("fundraising", Category.FUNDRAISING),
        ("running", Category.RUNNING),
        ("people", Category.MISSIONS),  # a word from before the three
        ("", Category.MISSIONS),
    ],
)
def test_each_entry_has_a_category(stored: str, category: Category) -> None:
    assert category_of(stored) is category


@pytest.mark.parametrize(
    ("amount", "limit", "digits", "waits"),
    [
        (50_000, 50_000, 2, False),  # at the limit one is enough
        (50_001, 50_000, 2, True),
        (501, 50_000, 0, True),  # 501 yen, limit 500
        (500, 50_000, 0, False),
        (1, 0, 2, True),
        (10**9, None, 2, False),
    ],
)
def test_the_limit_is_the_same_figure_in_each_currency(
    amount: int, limit: int | None, digits: int, *, waits: bool
) -> None:
    assert needs_second(amount, limit, digits) is waits
    if limit is not None:
        assert needs_second(limit_in(limit, digits), limit, digits) is False


def test_fees_are_a_cost_of_fundraising() -> None:
    found = measured({Category.MISSIONS: 1000}, {Category.MISSIONS: 1200, Category.FUNDRAISING: 10}, 90)
    assert [(one.planned, one.used, one.over) for one in found] == [
        (1000, 1200, 200),
        (0, 100, 100),
        (0, 0, 0),
    ]


@pytest.mark.parametrize(
    ("due", "told", "today", "expected"),
    [
        ([10], [], 9, [Answer(None, 0)]),
        ([10], [], 13, [Answer(None, 3)]),
        ([10], [8], 30, [Answer(_day(8), 0)]),
        ([10], [12], 30, [Answer(_day(12), 2)]),
        ([10, 20], [8, 9], 22, [Answer(_day(8), 0), Answer(None, 2)]),  # two in one week are one
        ([10, 20], [8, 19], 22, [Answer(_day(8), 0), Answer(_day(19), 0)]),
        ([10, 20], [25], 28, [Answer(_day(25), 15), Answer(None, 8)]),  # a late one answers the first only
        ([10, 20], [25, 26], 28, [Answer(_day(25), 15), Answer(_day(26), 6)]),
        ([10], [3], 12, [Answer(None, 2)]),  # before the drive opened nothing was an account
        ([10, 10], [9, 11], 12, [Answer(_day(9), 0), Answer(_day(11), 1)]),
    ],
)
def test_which_account_answers_which_day(
    due: list[int], told: list[int], today: int, expected: list[Answer]
) -> None:
    got = answers([_day(one) for one in due], [_day(one) for one in told], since=_day(5), today=_day(today))
    assert got == expected


@given(st.lists(st.integers(1, 30)), st.lists(st.integers(1, 30)))
def test_no_account_answers_twice(due: list[int], told: list[int]) -> None:
    days = sorted(map(_day, due))
    found = answers(days, [_day(one) for one in told], since=None, today=_day(30))
    used = [one.told_on for one in found if one.told_on]
    assert len(found) == len(days)
    assert all(used.count(day) <= told.count(day.day) for day in used)
    assert all(one.days_late >= 0 for one in found)


def _form(**columns: list[str]) -> CoverForm:
    return CoverForm.model_validate(columns)


def test_boxes_are_cut_at_the_edge_and_never_smaller_than_typed() -> None:
    form = _form(
        left=["10", "", "95,55"], top=["0", "", "99"], width=["50 %", " ", "20"], height=["5.25", "", "1"]
    )
    assert read_boxes(form) == [(100, 0, 500, 53), (955, 990, 45, 10)]


@pytest.mark.parametrize(
    "row",
    [
        ("1", "1", "1", ""),
        ("x", "1", "1", "1"),
        ("0", "0", "0", "5"),
        ("-1", "0", "5", "5"),
        ("NaN", "0", "5", "5"),
        ("101", "0", "5", "5"),
    ],
)
def test_what_is_no_box(row: tuple[str, str, str, str]) -> None:
    left, top, width, height = row
    with pytest.raises(ValueError):  # noqa: PT011
        read_boxes(_form(left=[left], top=[top], width=[width], height=[height]))
