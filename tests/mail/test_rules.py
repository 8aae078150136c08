"""When a mail is tried again, and when it is given up."""

from datetime import timedelta

import pytest

from app.core import clock
from app.mail.rules import (
    ATTACHMENT_LIMIT,
    ATTEMPTS,
    Attachment,
    Outcome,
    Unattachable,
    judge,
    wait_after,
)


@pytest.mark.parametrize(
    ("outcome", "attempts", "unsure", "sent", "again"),
    [
        (Outcome.ACCEPTED, 1, 0, True, False),
        (Outcome.ACCEPTED, 2, 1, True, False),
        (Outcome.LATER, 1, 0, False, True),
        (Outcome.LATER, ATTEMPTS - 1, 0, False, True),
        (Outcome.LATER, ATTEMPTS, 0, False, False),
        (Outcome.REFUSED, 1, 0, False, False),
        (Outcome.UNKNOWN, 1, 1, False, True),
        (Outcome.UNKNOWN, 2, 2, False, False),
    ],
)
def test_verdicts(outcome: Outcome, attempts: int, unsure: int, *, sent: bool, again: bool) -> None:
    verdict = judge(outcome, attempts=attempts, unsure=unsure, now=clock.now())
    assert verdict.sent is sent
    assert (verdict.retry_at is not None) is again
    if verdict.retry_at is not None:
        assert verdict.retry_at > clock.now()


@pytest.mark.parametrize(
    ("attempts", "middle"),
    [(1, 30), (2, 60), (3, 120), (10, 15360), (11, 21600), (500, 21600)],
)
def test_waits_double_up_to_six_hours(attempts: int, middle: int) -> None:
    assert wait_after(attempts, jitter=0.5) == timedelta(seconds=middle)
    assert wait_after(attempts, jitter=0) == timedelta(seconds=middle * 0.75)
    assert wait_after(attempts, jitter=1) == timedelta(seconds=middle * 1.25)


@pytest.mark.parametrize(
    ("name", "kind", "size"),
    [
        ("a.ics", "text/calendar", ATTACHMENT_LIMIT + 1),
        ("a.ics", "text/calendar", 0),
        ("a.ics\r\nBcc: x@y.example", "text/calendar", 1),
        ('a".ics', "text/calendar", 1),
        ("", "text/calendar", 1),
        ("a.ics", "text/calendar\r\nX: y", 1),
        ("a.ics", "calendar", 1),
    ],
)
def test_what_cannot_be_attached(name: str, kind: str, size: int) -> None:
    with pytest.raises(Unattachable):
        Attachment(name, kind, b"x" * size)


def test_what_can() -> None:
    assert Attachment("story-1.ics", "text/calendar; method=PUBLISH", b"x" * ATTACHMENT_LIMIT)
