"""Goals, matches, mini-goals and references, decided by table and by property."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.core.ids import new_pid
from app.drive import rules
from app.drive.rules import Aim, Stage

START = datetime(2027, 3, 6, 9, tzinfo=UTC)
END = START + timedelta(hours=10)


@pytest.mark.parametrize(
    ("raised", "goal", "stretch", "target", "share"),
    [
        (0, 0, 0, 0, 0.0),
        (50, 100, 200, 100, 0.5),
        (100, 100, 200, 200, 0.5),  # reached: the next one is shown
        (250, 100, 200, 200, 1.25),  # and the bar says what is so
        (130, 100, 0, 100, 1.3),
        (-10, 100, 0, 100, -0.1),
    ],
)
def test_the_aim(raised: int, goal: int, stretch: int, target: int, share: float) -> None:
    aim = Aim(raised, goal, stretch)
    assert (aim.target_minor, aim.share) == (target, pytest.approx(share))
    assert aim.reached is (goal > 0 and raised >= goal)


@pytest.mark.parametrize(
    ("now", "full", "stage"),
    [
        (START - timedelta(seconds=1), False, Stage.COMING),
        (START, False, Stage.RUNNING),
        (START, True, Stage.FULL),
        (END, True, Stage.OVER),
        (END, False, Stage.OVER),
    ],
)
def test_the_stage_of_a_match(*, now: datetime, full: bool, stage: Stage) -> None:
    assert rules.stage(now, START, END, full=full) is stage


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.lists(st.integers(-10_000, 10_000)), st.integers(1, 1000), st.integers(1, 100_000))
def test_a_match_never_passes_its_cap_nor_falls_below_nothing(
    moves: list[int], percent: int, cap: int
) -> None:
    given_minor = sum(moves)
    matched = rules.matched(given_minor, percent, cap)
    assert 0 <= matched <= cap
    assert matched <= max(0, given_minor) * percent / 100
    assert rules.owed(matched, cap, rest_given=True, over=True) == cap
    assert rules.owed(matched, cap, rest_given=True, over=False) == matched
    assert rules.owed(matched, cap, rest_given=False, over=True) == matched


DAYS = [date(2027, 3, 6), date(2027, 3, 7), date(2027, 3, 8), date(2027, 3, 9)]


@pytest.mark.parametrize(
    ("moved", "amount", "since"),
    [
        ([], 100, None),
        ([50, 50], 100, DAYS[1]),
        ([100, -10], 100, None),  # a refund takes it away again
        ([100, -10, 0, 10], 100, DAYS[3]),  # and it counts from the day it came back
        ([200, 50, -100], 100, DAYS[0]),
    ],
)
def test_since_when_a_mini_goal_is_reached(moved: list[int], amount: int, since: date | None) -> None:
    assert rules.reached_on(list(zip(DAYS, moved, strict=False)), amount) == since


def test_large_gifts_are_seen_by_a_second() -> None:
    assert rules.needs_second(100_000, "EUR")
    assert not rules.needs_second(99_999, "EUR")
    assert not rules.needs_second(10**9, "???")


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.integers(0, 9), st.sampled_from("0123456789ABCDEFGHJKMNPQRSTVWXYZ"))
def test_a_reference_is_found_however_it_is_written_and_no_other(place: int, sign: str) -> None:
    code = rules.reference(new_pid())
    assert len(code) == 10
    for text in (code, rules.spaced(code), code.lower(), f"DON {rules.spaced(code)} MERCI", f"X{code}Y"):
        assert rules.references_in([text]) == {code}
    wrong = code[:place] + sign + code[place + 1 :]
    if wrong != code:
        assert code not in rules.references_in([wrong])


def test_references_differ() -> None:
    assert len({rules.reference(new_pid()) for _ in range(2000)}) == 2000
