"""Phases and what may be shown, by table."""

from datetime import date

import pytest

from app.campaigns import rules
from app.campaigns.rules import Moment, Phase, State

START = date(2027, 3, 1)


@pytest.mark.parametrize(
    ("state", "today", "expected"),
    [
        (State.READY, date(2027, 2, 20), Moment(Phase.BEFORE, None, 0)),
        (State.READY, date(2027, 3, 2), Moment(Phase.BEFORE, None, 0)),  # not launched: nothing is shown
        (State.LIVE, date(2027, 2, 28), Moment(Phase.BEFORE, None, 0)),
        (State.LIVE, date(2027, 3, 1), Moment(Phase.RUNNING, 1, 1)),
        (State.DRIVE, date(2027, 3, 7), Moment(Phase.RUNNING, 7, 7)),
        (State.DRIVE, date(2027, 3, 8), Moment(Phase.AFTER, None, 7)),
        (State.LIVE, date(2027, 3, 8), Moment(Phase.AFTER, None, 7)),
        (State.REPORTING, date(2027, 3, 4), Moment(Phase.REPORTING, None, 4)),  # ended early
        (State.REPORTING, date(2027, 4, 4), Moment(Phase.REPORTING, None, 7)),
        (State.CLOSED, date(2027, 9, 4), Moment(Phase.CLOSED, None, 7)),
    ],
)
def test_moments(state: State, today: date, expected: Moment) -> None:
    assert rules.moment(state, START, 7, today) == expected


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        (Moment(Phase.BEFORE, None, 0), 1),
        (Moment(Phase.RUNNING, 4, 4), 4),
        (Moment(Phase.AFTER, None, 7), 7),
    ],
)
def test_the_head_has_one_colour(moment: Moment, day: int) -> None:
    assert rules.flood_day(moment, 7) == day
