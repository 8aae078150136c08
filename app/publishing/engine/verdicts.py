"""What follows from the outcome of a try, and from an hour that has passed. Pure decisions.

Only what is known to precede publication is tried again. What is not known is looked up, then asked of a person.
"""

from datetime import datetime, timedelta
from typing import NamedTuple

from app.channels.base import Outcome, Report
from app.publishing.rules import Hold, Late, PostState

LATE_AFTER = timedelta(minutes=2)
"""Beyond this a due post is not taken: the rules of lateness decide."""

BACK_OFF = tuple(timedelta(seconds=seconds) for seconds in (30, 120, 480, 1800, 1800))
"""Between the tries of a post that is known not to be public."""
MAX_TRIES = len(BACK_OFF) + 1

LOOK_UP_AFTER = tuple(timedelta(seconds=seconds) for seconds in (10, 60, 300))
"""Before each look-up of an unknown outcome; then a person is asked."""

RETRY_WITHIN = timedelta(minutes=15)
"""How long the tries of a post may go on that is not to be sent late by itself, or that a person sent late."""


class Standing(NamedTuple):
    """What a verdict looks at: the plan of a post and how far it came."""

    due_at: datetime
    send_at: datetime
    late: Late
    late_minutes: int
    tries: int  # begun so far, this one included
    looked_up: int = 0  # how often the platform was asked what became of this try
    public: bool = False  # an earlier piece is already public
    last: bool = True  # no other piece follows


class Verdict(NamedTuple):
    """The state a post comes to. SENDING with `again_at` means: look it up then."""

    state: PostState
    again_at: datetime | None = None
    hold: Hold | None = None
    counts: bool = True  # whether the try counts against MAX_TRIES


def limit(post: Standing) -> datetime:
    """The last instant at which a post may be tried by itself."""
    allowed = timedelta(minutes=post.late_minutes) if post.late is Late.SEND else RETRY_WITHIN
    until = post.due_at + allowed
    # Sent again later than that, it was a person who wanted it: their hour counts.
    return until if post.send_at <= until else post.send_at + RETRY_WITHIN


def judge(report: Report, post: Standing, *, now: datetime, jitter: float) -> Verdict:
    """What follows from a report. `jitter` (0…1) spreads the tries of many posts."""
    if report.outcome is Outcome.SENT:
        return Verdict(PostState.SENT) if post.last else Verdict(PostState.SCHEDULED, now)
    if report.outcome is Outcome.REFUSED:
        return Verdict(_over(post, PostState.FAILED))
    if report.outcome is Outcome.RECONNECT:
        return Verdict(PostState.SCHEDULED, post.send_at, counts=False)
    if report.outcome is Outcome.UNKNOWN:
        return _unknown(post, now)
    return _later(report, post, now, jitter)


def _unknown(post: Standing, now: datetime) -> Verdict:
    if post.looked_up >= len(LOOK_UP_AFTER):
        return Verdict(PostState.UNCONFIRMED)
    return Verdict(PostState.SENDING, now + LOOK_UP_AFTER[post.looked_up])


def _later(report: Report, post: Standing, now: datetime, jitter: float) -> Verdict:
    if post.tries >= MAX_TRIES:
        return Verdict(_over(post, PostState.FAILED))
    wait = BACK_OFF[max(post.tries, 1) - 1] * (0.8 + 0.4 * jitter)
    again_at = now + max(wait, report.retry_after or timedelta(0))
    if again_at <= limit(post):
        return Verdict(PostState.SCHEDULED, again_at)
    if post.public:
        return Verdict(PostState.PARTIAL)
    if post.late is Late.MISS:
        return Verdict(PostState.MISSED)
    return Verdict(PostState.HELD, hold=Hold.LATE)


def _over(post: Standing, state: PostState) -> PostState:
    return PostState.PARTIAL if post.public else state


def judge_broken_off(post: Standing, *, now: datetime) -> Verdict:
    """What follows when a look-up found that a broken-off try left nothing public: go on at once, in its limits.

    The process that died already cost the post its hour; another wait would help nobody.
    """
    if post.tries >= MAX_TRIES:
        return Verdict(_over(post, PostState.FAILED))
    if now <= limit(post):
        return Verdict(PostState.SCHEDULED, now)
    return judge_late(post, slot=None, connected=True) or Verdict(PostState.SCHEDULED, now)


def judge_late(post: Standing, *, slot: datetime | None, connected: bool) -> Verdict | None:
    """What becomes of a post whose hour passed; `slot` is when its account may send next, None for never.

    None: it waits, because its account may still be connected again in time.
    """
    fits = slot is not None and post.late is Late.SEND and slot <= limit(post)
    if fits and not connected:
        return None
    if fits:
        return Verdict(PostState.SCHEDULED, slot)
    if post.public:
        return Verdict(PostState.PARTIAL)
    if post.late is Late.MISS:
        return Verdict(PostState.MISSED)
    return Verdict(PostState.HELD, hold=Hold.LATE if connected else Hold.ACCOUNT)
