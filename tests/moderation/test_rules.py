"""When the early warning rings: by table."""

import math

import pytest

from app.intake.rules import Signal
from app.moderation import rules
from app.moderation.differences import Piece, between
from app.moderation.rules import Hour, Step

CALM = [Hour(total=4, troubled=0)] * 72
USUALLY_ROUGH = [Hour(total=30, troubled=6)] * 72


@pytest.mark.parametrize(
    ("now", "before", "alert"),
    [
        (Hour(1, 1), CALM, False),
        (Hour(4, 4), CALM, False),
        (Hour(5, 5), CALM, True),
        (Hour(20, 5), CALM, True),
        (Hour(200, 6), CALM, False),
        (Hour(5, 5), [], True),
        (Hour(30, 7), USUALLY_ROUGH, False),
        (Hour(30, 12), USUALLY_ROUGH, False),
        (Hour(30, 18), USUALLY_ROUGH, True),
        (Hour(300, 60), USUALLY_ROUGH, False),
        (Hour(10, 8), [*CALM[:69], Hour(100, 90), Hour(100, 90), Hour(100, 90)], True),
        (Hour(0, 0), CALM, False),
    ],
)
def test_trouble_is_told_from_custom(now: Hour, before: list[Hour], *, alert: bool) -> None:
    assert rules.read_hostile(now, before).alert is alert


@pytest.mark.parametrize(
    ("now", "before", "alert"),
    [
        (Hour(100, 0, 59), CALM, False),
        (Hour(100, 0, 60), CALM, True),
        (Hour(100, 0, 60), [Hour(30, 0, 20)] * 72, False),
        (Hour(300, 0, 120), [Hour(30, 0, 20)] * 72, True),
    ],
)
def test_a_flood_is_told_from_custom(now: Hour, before: list[Hour], *, alert: bool) -> None:
    assert rules.read_flood(now, before).alert is alert


def test_the_tail_of_poisson() -> None:
    assert rules.tail(0, 2.0) == 1.0
    assert math.isclose(rules.tail(1, 2.0), 1 - math.exp(-2))
    assert math.isclose(rules.tail(3, 2.0), 1 - math.exp(-2) * (1 + 2 + 2))


@pytest.mark.parametrize(
    ("count", "total", "unread", "step"),
    [
        (6, 20, False, Step.READ),
        (6, 20, True, Step.PRE_MODERATE),
        (15, 40, False, Step.READ),
        (15, 30, False, Step.PROTOCOL),
        (30, 500, True, Step.PROTOCOL),
    ],
)
def test_the_suggested_step(count: int, total: int, step: Step, *, unread: bool) -> None:
    assert rules.suggested(count, total, shown_unread=unread) is step


def test_what_counts_as_trouble() -> None:
    assert rules.troubled([Signal.HOSTILE], "")
    assert rules.troubled([], "off-topic")
    assert not rules.troubled([Signal.LINK], "unclear")


def test_a_difference_word_by_word() -> None:
    assert between("J’ai apris à lire.", "J’ai appris à lire !") == [
        Piece("J’ai "),
        Piece("apris", "out"),
        Piece("appris", "in"),
        Piece(" à lire"),
        Piece(".", "out"),
        Piece(" !", "in"),
    ]
