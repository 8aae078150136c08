"""What a protocol lacks, how long things stood, which conditions hold."""

from datetime import UTC, datetime, timedelta

import pytest

from app.crisis import rules
from app.crisis.rules import CHECKS, LANGUAGES, SITUATIONS, Kind, Moment, Written

START = datetime(2027, 3, 1, 12, 0, tzinfo=UTC)
WHOLE = Written(
    reachable=True, decides=True, statements=[{"key": "wrong", "fr": "Non.", "en": "No."}], checks=1
)


def moment(kind: Kind, minutes: int) -> Moment:
    return Moment(kind, START + timedelta(minutes=minutes))


@pytest.mark.parametrize(
    ("written", "missing"),
    [
        (WHOLE, 0),
        (rules.NOTHING, 4),
        (Written(reachable=True, decides=True, statements=[{"fr": "Non.", "en": ""}], checks=1), 1),
        (Written(reachable=False, decides=True, statements=WHOLE.statements, checks=1), 1),
        (Written(reachable=True, decides=False, statements=WHOLE.statements, checks=0), 2),
    ],
)
def test_a_protocol_says_what_it_lacks(written: Written, missing: int) -> None:
    assert len(rules.lacking(written)) == missing


@pytest.mark.parametrize(
    ("moments", "minutes"),
    [
        ([], 0),
        ([moment(Kind.PAUSED, 5)], 55),
        ([moment(Kind.PAUSED, 5), moment(Kind.RESUMED, 15)], 10),
        ([moment(Kind.PAUSED, 5), moment(Kind.PAUSED, 10), moment(Kind.RESUMED, 15)], 10),
        ([moment(Kind.PAUSED, 0), moment(Kind.RESUMED, 5), moment(Kind.PAUSED, 50)], 15),
        ([moment(Kind.RESUMED, 5)], 0),
    ],
)
def test_how_long_something_stood(moments: list[Moment], minutes: int) -> None:
    stood = rules.lasted(
        moments, frozenset({Kind.PAUSED}), frozenset({Kind.RESUMED}), START + timedelta(hours=1)
    )
    assert stood == timedelta(minutes=minutes)


def test_the_last_word_on_a_condition_counts() -> None:
    said = [(Kind.TRUE, "a"), (Kind.TRUE, "b"), (Kind.UNTRUE, "a"), (Kind.NOTE, "c")]
    assert rules.holding(said) == {"b"}


def test_the_drafts_speak_both_languages_and_leave_no_gap() -> None:
    for one in SITUATIONS:
        assert set(one.drafts) == set(LANGUAGES)
        assert all("[" not in text and len(text) < 600 for text in one.drafts.values())
    assert set(CHECKS) == set(rules.WORDS_TO_STOP) == set(rules.WORDS_TO_GO_ON) == set(LANGUAGES)
