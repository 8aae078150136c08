"""Marks and runs of someone's days, by table."""

from datetime import UTC, date, datetime

import pytest

from app.challenges import rules, streaks
from app.challenges.rules import Calendar
from app.challenges.streaks import Mark, Runs, Told

THIRD = Calendar(date(2027, 3, 1), 7, 3)
LONG = Calendar(date(2027, 3, 1), 7, 3, window_days=3)


def told(day: int, *, counted: bool = True, returned: bool = False) -> Told:
    return Told(date(2027, 3, day), counted, returned)


@pytest.mark.parametrize(
    ("calendar", "act", "today", "expected"),
    [
        (None, None, 3, Mark.OFF),  # a day off, whatever the date
        (THIRD, None, 2, Mark.COMING),
        (THIRD, None, 3, Mark.OPEN),
        (THIRD, None, 4, Mark.MISSED),
        (THIRD, None, 20, Mark.MISSED),
        (THIRD, told(3), 3, Mark.DONE),
        (THIRD, told(3), 6, Mark.DONE),  # told late, done in time
        (THIRD, told(4), 6, Mark.CAUGHT_UP),
        (THIRD, told(3, counted=False), 6, Mark.WAITING),
        (THIRD, told(3, counted=False, returned=True), 3, Mark.OPEN),
        (THIRD, told(3, counted=False, returned=True), 4, Mark.MISSED),
        (LONG, None, 5, Mark.OPEN),
        (LONG, None, 6, Mark.MISSED),
        (LONG, told(5), 6, Mark.DONE),  # the window is three days
        (LONG, told(6), 6, Mark.CAUGHT_UP),
    ],
)
def test_marks(calendar: Calendar | None, act: Told | None, today: int, expected: Mark) -> None:
    assert streaks.mark_of(calendar, act, date(2027, 3, today)) is expected


LETTERS = {
    "d": Mark.DONE,
    "l": Mark.CAUGHT_UP,
    "w": Mark.WAITING,
    "o": Mark.OPEN,
    "m": Mark.MISSED,
    "-": Mark.OFF,
    ".": Mark.COMING,
}


@pytest.mark.parametrize(
    ("days", "current", "best"),
    [
        ("", 0, 0),
        (".......", 0, 0),
        ("ddo....", 2, 2),
        ("ddmd...", 1, 2),
        ("dd-dd..", 4, 4),  # a day off ends nothing and adds nothing
        ("ddldd..", 4, 4),
        ("ddwd...", 3, 3),
        ("dddm...", 0, 3),
        ("mdmddmo", 0, 2),
        ("ddddddd", 7, 7),
    ],
)
def test_runs(days: str, current: int, best: int) -> None:
    assert streaks.runs([LETTERS[one] for one in days]) == Runs(current, best)


@pytest.mark.parametrize(
    ("zone", "expected"),
    [("Europe/Paris", date(2027, 3, 4)), ("America/Guadeloupe", date(2027, 3, 3)), ("UTC", date(2027, 3, 3))],
)
def test_a_day_ends_at_the_campaigns_midnight(zone: str, expected: date) -> None:
    evening = datetime(2027, 3, 3, 23, 30, tzinfo=UTC)
    assert rules.date_in(evening, zone) == expected
    mark = streaks.mark_of(THIRD, Told(rules.date_in(evening, zone), counted=True), date(2027, 3, 7))
    assert mark is (Mark.DONE if expected.day == 3 else Mark.CAUGHT_UP)


@pytest.mark.parametrize(
    ("today", "expected"),
    [
        (date(2027, 3, 3), [3]),
        (date(2027, 3, 5), [5, 4, 3]),
        (date(2027, 3, 9), [7, 6, 5, 4, 3]),
        (date(2027, 3, 2), []),
    ],
)
def test_the_days_on_which_it_may_have_been_done(today: date, expected: list[int]) -> None:
    assert [day.day for day in rules.days_told(THIRD, today)] == expected


@pytest.mark.parametrize(
    ("words", "proof", "quantity", "expected"),
    [
        (False, False, 1000, False),
        (False, False, 5000, False),
        (False, False, 5001, True),
        (True, False, 1000, True),
        (False, True, 1000, True),
    ],
)
def test_what_is_read_first(*, words: bool, proof: bool, quantity: int, expected: bool) -> None:
    assert rules.read_first(words=words, proof=proof, quantity=quantity, usual=5000) is expected
