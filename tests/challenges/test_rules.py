"""Windows and refusals, by table."""

from datetime import UTC, date, datetime

import pytest

from app.challenges import rules
from app.challenges.rules import Calendar, Refusal, Window

WEEK = Calendar(date(2027, 3, 1), 7, 3)
LONG = Calendar(date(2027, 3, 1), 7, 6, window_days=5)


@pytest.mark.parametrize(
    ("calendar", "today", "expected"),
    [
        (WEEK, date(2027, 2, 28), Window.COMING),
        (WEEK, date(2027, 3, 2), Window.COMING),
        (WEEK, date(2027, 3, 3), Window.TODAY),
        (WEEK, date(2027, 3, 4), Window.LATE),
        (WEEK, date(2027, 3, 7), Window.LATE),
        (WEEK, date(2027, 3, 8), Window.OVER),
        (LONG, date(2027, 3, 5), Window.COMING),
        (LONG, date(2027, 3, 6), Window.TODAY),
        (LONG, date(2027, 3, 7), Window.TODAY),  # the window is longer than the campaign
        (LONG, date(2027, 3, 8), Window.OVER),
        (Calendar(date(2027, 3, 1), 7, 2, window_days=0), date(2027, 3, 2), Window.TODAY),
    ],
)
def test_windows(calendar: Calendar, today: date, expected: Window) -> None:
    assert rules.window(calendar, today) is expected


@pytest.mark.parametrize(
    ("where", "running", "paused", "expected"),
    [
        (Window.TODAY, True, False, None),
        (Window.LATE, True, False, None),
        (Window.TODAY, True, True, Refusal.PAUSED),
        (Window.TODAY, False, False, Refusal.NOT_RUNNING),
        (Window.COMING, True, False, Refusal.COMING),
        (Window.COMING, True, True, Refusal.COMING),  # a pause does not betray a day to come
        (Window.OVER, True, False, Refusal.OVER),
    ],
)
def test_refusals(where: Window, running: bool, paused: bool, expected: Refusal | None) -> None:  # noqa: FBT001
    assert rules.refusal(where, running=running, paused=paused) is expected


def test_a_day_is_a_day_in_the_campaigns_zone() -> None:
    late, early = datetime(2027, 3, 3, 22, 30, tzinfo=UTC), datetime(2027, 3, 3, 23, 30, tzinfo=UTC)
    assert rules.same_day(late, early, "UTC")
    assert not rules.same_day(late, early, "Europe/Paris")
