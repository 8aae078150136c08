"""When questions are taken, which of them are alike, where a session stands."""

from datetime import timedelta

import pytest

from app.campaigns.rules import State
from app.questions.rules import Closed, Course, Stage, alike, closed, key_words, stage
from tests.conftest import NOW


@pytest.mark.parametrize(
    ("state", "paused", "expected"),
    [
        (State.READY, False, None),
        (State.LIVE, False, None),
        (State.LIVE, True, Closed.PAUSED),
        (State.DRIVE, False, None),
        (State.REPORTING, False, None),
        (State.CLOSED, False, Closed.OVER),
        (State.CLOSED, True, Closed.OVER),
        (State.DRAFT, False, Closed.OVER),
    ],
)
def test_when_questions_are_taken(state: State, paused: object, expected: Closed | None) -> None:
    assert closed(state, paused=bool(paused)) is expected


HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("course", "expected"),
    [
        (Course(NOW + HOUR, 60), Stage.COLLECTING),
        (Course(NOW - HOUR, 30), Stage.COLLECTING),  # late, and still expected
        (Course(NOW - 5 * HOUR, 60), Stage.OVER),  # nobody opened it
        (Course(NOW - HOUR, 90, opened_at=NOW - HOUR), Stage.LIVE),
        (Course(NOW - HOUR, 90, opened_at=NOW - HOUR, paused_at=NOW), Stage.PAUSED),
        (Course(NOW + HOUR, 60, opened_at=NOW), Stage.LIVE),  # opened early
        (Course(NOW - 5 * HOUR, 60, opened_at=NOW - 5 * HOUR), Stage.OVER),  # nobody closed it
        (Course(NOW - HOUR, 90, opened_at=NOW - HOUR, closed_at=NOW), Stage.OVER),
        (Course(NOW + HOUR, 60, cancelled_at=NOW), Stage.CANCELLED),
    ],
)
def test_where_a_session_stands(course: Course, expected: Stage) -> None:
    assert stage(course, NOW) is expected


def test_key_words_drop_accents_endings_and_what_every_question_holds() -> None:
    assert key_words("Comment s’inscrire à l’atelier ?") == key_words("inscrire, ateliers")
    assert key_words("Est-ce que vous êtes là ?") == frozenset()


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Faut-il payer pour venir à l'atelier ?", [1]),
        ("L'atelier est payant, il faut payer combien ?", [1]),
        ("How do I mend a puncture?", [3]),
        ("Quel âge a Maïa ?", []),
        ("l'atelier", []),  # one word in common tells nothing
        ("", []),
    ],
)
def test_which_questions_are_alike(text: str, found: list[int]) -> None:
    others = [
        (1, "Est-ce qu’il faut payer l’atelier ?"),
        (2, "Où se trouve la salle, et à quelle heure ?"),
        (3, "Who shows me how to mend a puncture at night?"),
    ]
    assert list(alike(text, others)) == found


def test_the_likest_comes_first_and_few_are_shown() -> None:
    others = [(n, "learn to read aged forty") for n in range(1, 6)] + [(9, "learn to read and write at home")]
    assert list(alike("How to learn to read aged forty?", others)) == [1, 2, 3]
