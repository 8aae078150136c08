"""When a page watches, when it rests, and that a donor always has a way."""

from datetime import timedelta

import pytest

from app.core import clock
from app.defence import drill, rules
from app.defence.drill import Attack
from app.defence.rules import Lane, Mood, State, Sums


@pytest.mark.parametrize(
    ("sums", "mood"),
    [
        (Sums(5, 0, 5), Mood.CALM),
        (Sums(20, 9, 0), Mood.CALM),
        (Sums(20, 10, 0), Mood.WATCH),
        (Sums(40, 10, 11), Mood.CALM),  # a busy hour: some cards are always refused
        (Sums(149, 0, 0), Mood.CALM),
        (Sums(150, 0, 29), Mood.WATCH),
        (Sums(150, 0, 30), Mood.CALM),
        (Sums(40, 30, 8), Mood.WATCH),
        (Sums(40, 30, 7), Mood.PAUSED),
    ],
)
def test_what_makes_a_page_suspicious(sums: Sums, mood: Mood) -> None:
    now = clock.now()
    assert rules.judge(sums, State(), now).mood(now) is mood


def test_it_rests_for_less_than_a_minute_and_not_twice_in_ten() -> None:
    now, worst = clock.now(), Sums(1000, 1000, 0)
    state, shut = State(), 0
    for second in range(3600):
        moment = now + timedelta(seconds=second)
        state = rules.judge(worst, state, moment)
        shut += state.mood(moment) is Mood.PAUSED
    assert timedelta(0) < rules.PAUSE < timedelta(minutes=1)
    assert shut == 6 * rules.PAUSE.total_seconds()


@pytest.mark.parametrize(
    ("faults", "paid", "hot"), [(3, 0, False), (4, 0, True), (4, 2, True), (4, 3, False), (40, 21, False)]
)
def test_an_address_is_suspect_when_cards_fail_there_more_than_they_pay(
    faults: int, paid: int, *, hot: bool
) -> None:
    assert rules.hot(faults, paid) is hot


@pytest.mark.parametrize("mood", [Mood.CALM, Mood.WATCH])
@pytest.mark.parametrize("hot", [True, False])
@pytest.mark.parametrize("proven", [True, False])
def test_whoever_waits_has_a_way(mood: Mood, *, hot: bool, proven: bool) -> None:
    assert rules.lanes(mood, hot=hot, proven=proven, waited=True)
    assert (rules.lanes(mood, hot=hot, proven=proven, waited=False) == ()) is (
        hot or (mood is Mood.WATCH and not proven)
    )


def test_while_everything_rests_there_is_none() -> None:
    assert rules.lanes(Mood.PAUSED, hot=False, proven=True, waited=True) == ()
    assert rules.lanes(Mood.CALM, hot=False, proven=False, waited=False) == (Lane.FREE,)


@pytest.mark.parametrize("clever", [0, 30, 100])
@pytest.mark.parametrize("seed", range(4))
def test_a_rehearsal_lets_every_donor_give(clever: int, seed: int) -> None:
    told = drill.play(Attack(attempts=4000, addresses=100, clever=clever), seed)
    assert told.gave == 50
    assert told.closed < 60
    assert told.longest < 120
    assert told.cards < 1200


def test_without_an_attack_a_rehearsal_is_calm() -> None:
    told = drill.play(Attack(attempts=1, donors=200))
    assert (told.watched, told.rested, told.longest, told.gave) == (None, None, 0, 200)
