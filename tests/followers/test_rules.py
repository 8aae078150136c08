"""Topics, rhythms, bounces and masks, by table."""

from datetime import UTC, date, datetime, timedelta

import pytest

from app.followers.rules import (
    SOFT_BOUNCES,
    USUAL,
    Bounce,
    Rhythm,
    Topic,
    Wish,
    after_soft,
    bounce_of,
    digest_on,
    mask_of,
    masked,
    topics_of,
)

WEDNESDAY = date(2027, 3, 3)


def test_topics_are_a_sum_and_come_back() -> None:
    for topic in Topic:
        assert topics_of(mask_of([topic])) == [topic]
    assert topics_of(mask_of(Topic)) == list(Topic)
    assert Topic.LOG not in USUAL


def test_a_wish_wishes_something() -> None:
    with pytest.raises(ValueError, match="nothing"):
        Wish(frozenset())


@pytest.mark.parametrize(
    ("rhythm", "late", "on"),
    [
        (Rhythm.EACH, 0, None),
        (Rhythm.DAILY, 0, WEDNESDAY),
        (Rhythm.DAILY, 1, date(2027, 3, 4)),
        (Rhythm.WEEKLY, 0, date(2027, 3, 7)),
        (Rhythm.WEEKLY, 1, date(2027, 3, 7)),
    ],
)
def test_when_a_digest_leaves(rhythm: Rhythm, late: int, on: date | None) -> None:
    assert digest_on(rhythm, WEDNESDAY, past_evening=bool(late)) == on


def test_a_weekly_digest_on_its_own_evening() -> None:
    sunday = date(2027, 3, 7)
    assert digest_on(Rhythm.WEEKLY, sunday, past_evening=False) == sunday
    assert digest_on(Rhythm.WEEKLY, sunday, past_evening=True) == date(2027, 3, 14)


@pytest.mark.parametrize(
    ("status", "code", "what"),
    [
        ("5.1.1", 550, Bounce.HARD),
        ("5.1.2", 0, Bounce.HARD),
        ("5.1.10", 556, Bounce.HARD),
        ("5.1.8", 550, Bounce.NOTHING),  # the sender's address
        ("5.2.1", 550, Bounce.HARD),
        ("5.2.2", 552, Bounce.SOFT),
        ("5.2.3", 552, Bounce.SOFT),
        ("5.4.4", 550, Bounce.HARD),
        ("5.4.7", 0, Bounce.SOFT),  # given up after days
        ("5.7.1", 550, Bounce.NOTHING),  # a policy: of us, not of the mailbox
        ("5.7.26", 550, Bounce.NOTHING),
        ("5.3.4", 552, Bounce.NOTHING),
        ("4.2.2", 452, Bounce.SOFT),
        ("4.7.0", 421, Bounce.NOTHING),
        ("2.0.0", 250, Bounce.NOTHING),
        ("", 550, Bounce.HARD),
        ("", 552, Bounce.SOFT),
        ("", 554, Bounce.NOTHING),
        ("", 0, Bounce.NOTHING),
        ("nonsense", 0, Bounce.NOTHING),
    ],
)
def test_what_a_refusal_says_of_the_mailbox(status: str, code: int, what: Bounce) -> None:
    assert bounce_of(status, code=code) is what


def test_soft_bounces_end_it_only_when_they_come_close_together() -> None:
    now = datetime(2027, 3, 3, tzinfo=UTC)
    count, last = 0, None
    for number in range(1, SOFT_BOUNCES + 1):
        count, enough = after_soft(count, last, now)
        last = now
        assert (count, enough) == (number, number == SOFT_BOUNCES)
    assert after_soft(3, now - timedelta(days=31), now) == (1, False)


def test_an_address_is_known_again_only_by_its_owner() -> None:
    assert masked("nora.belkacem@example.org") == "n…\u2060@example.org"
