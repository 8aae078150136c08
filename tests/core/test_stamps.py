"""The hidden mark of a public form: ours, fresh, and signed."""

from datetime import timedelta

import pytest

from app.core import clock, stamps
from tests.conftest import NOW


def test_a_stamp_tells_how_long_ago_the_form_was_shown() -> None:
    stamp = stamps.form_stamp()
    with clock.frozen(NOW + timedelta(seconds=42)):
        assert stamps.age(stamp) == timedelta(seconds=42)
    with clock.frozen(NOW + stamps.LIFE + timedelta(seconds=1)):
        assert stamps.age(stamp) is None
    with clock.frozen(NOW - timedelta(seconds=1)):
        assert stamps.age(stamp) is None, "it was made in the future"


@pytest.mark.parametrize(
    "stamp",
    ["", ".", "abc", "1772532000.", "1772532000.aaaaaaaaaaaaaaaaaaaaaa", "²." + "a" * 22, "9" * 40 + ".x"],
)
def test_other_marks_say_nothing(stamp: str) -> None:
    assert stamps.age(stamp) is None


def test_a_stamp_belongs_to_its_instant() -> None:
    stamp = stamps.form_stamp()
    shown, _, signature = stamp.partition(".")
    assert stamps.age(f"{int(shown) - 60}.{signature}") is None
