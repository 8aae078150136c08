"""What follows from each outcome and from each hour that passed, by table."""

from datetime import UTC, datetime, timedelta

import pytest

from app.channels.base import Outcome, Report
from app.publishing.engine import verdicts
from app.publishing.engine.verdicts import Standing, Verdict
from app.publishing.rules import Hold, Late, PostState

DUE = datetime(2027, 3, 3, 10, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def standing(**changes: object) -> Standing:
    values = {"due_at": DUE, "send_at": DUE, "late": Late.SEND, "late_minutes": 60, "tries": 1, **changes}
    return Standing(**values)  # type: ignore[arg-type]


def judged(
    outcome: Outcome, after: timedelta = timedelta(0), wait: timedelta | None = None, **changes: object
) -> Verdict:
    report = Report(outcome, retry_after=wait)
    return verdicts.judge(report, standing(**changes), now=DUE + after, jitter=0.5)


@pytest.mark.parametrize(
    ("outcome", "changes", "state"),
    [
        (Outcome.SENT, {}, PostState.SENT),
        (Outcome.SENT, {"last": False}, PostState.SCHEDULED),
        (Outcome.REFUSED, {}, PostState.FAILED),
        (Outcome.REFUSED, {"public": True}, PostState.PARTIAL),
        (Outcome.LATER, {}, PostState.SCHEDULED),
        (Outcome.LATER, {"tries": 6}, PostState.FAILED),
        (Outcome.LATER, {"tries": 6, "public": True}, PostState.PARTIAL),
        (Outcome.RECONNECT, {}, PostState.SCHEDULED),
        (Outcome.UNKNOWN, {}, PostState.SENDING),
        (Outcome.UNKNOWN, {"looked_up": 2}, PostState.SENDING),
        (Outcome.UNKNOWN, {"looked_up": 3}, PostState.UNCONFIRMED),
    ],
)
def test_an_outcome_leads_to_a_state(outcome: Outcome, changes: dict[str, object], state: PostState) -> None:
    assert judged(outcome, **changes).state is state


@pytest.mark.parametrize(("tries", "minutes"), [(1, 0.5), (2, 2), (3, 8), (4, 30), (5, 30)])
def test_tries_are_spaced_wider_and_wider(tries: int, minutes: float) -> None:
    assert judged(Outcome.LATER, tries=tries).again_at == DUE + timedelta(minutes=minutes)


@pytest.mark.parametrize("jitter", [0.0, 0.3, 1.0])
def test_jitter_moves_a_try_by_a_fifth_at_most(jitter: float) -> None:
    verdict = verdicts.judge(Report(Outcome.LATER), standing(), now=DUE, jitter=jitter)
    assert verdict.again_at is not None
    assert timedelta(seconds=24) <= verdict.again_at - DUE <= timedelta(seconds=36)


def test_what_a_platform_asks_to_wait_is_waited() -> None:
    assert judged(Outcome.LATER, wait=timedelta(minutes=40)).again_at == DUE + timedelta(minutes=40)
    assert judged(Outcome.LATER, wait=timedelta(seconds=1)).again_at == DUE + timedelta(seconds=30)


@pytest.mark.parametrize(
    ("late", "public", "state", "hold"),
    [
        (Late.SEND, False, PostState.HELD, Hold.LATE),
        (Late.ASK, False, PostState.HELD, Hold.LATE),
        (Late.MISS, False, PostState.MISSED, None),
        (Late.MISS, True, PostState.PARTIAL, None),
    ],
)
def test_no_try_goes_beyond_the_limit_of_lateness(
    *, late: Late, public: bool, state: PostState, hold: Hold | None
) -> None:
    verdict = judged(Outcome.LATER, 55 * MINUTE, timedelta(minutes=10), late=late, public=public)
    assert (verdict.state, verdict.hold) == (state, hold)


def test_a_lost_account_costs_the_post_no_try_and_keeps_its_hour() -> None:
    verdict = judged(Outcome.RECONNECT, 5 * MINUTE)
    assert (verdict.again_at, verdict.counts) == (DUE, False)


def test_look_ups_are_spaced() -> None:
    waits = [judged(Outcome.UNKNOWN, looked_up=number).again_at for number in range(3)]
    assert waits == [DUE + timedelta(seconds=seconds) for seconds in (10, 60, 300)]


@pytest.mark.parametrize(
    ("after", "changes", "state"),
    [
        (2 * MINUTE, {}, PostState.SCHEDULED),
        (2 * MINUTE, {"tries": 6}, PostState.FAILED),
        (61 * MINUTE, {}, PostState.HELD),
        (61 * MINUTE, {"public": True}, PostState.PARTIAL),
        (16 * MINUTE, {"late": Late.MISS}, PostState.MISSED),
        (14 * MINUTE, {"late": Late.MISS}, PostState.SCHEDULED),
        (16 * MINUTE, {"late": Late.ASK}, PostState.HELD),
    ],
)
def test_a_try_that_broke_off_and_is_not_public_goes_on_at_once(
    after: timedelta, changes: dict[str, object], state: PostState
) -> None:
    verdict = verdicts.judge_broken_off(standing(**changes), now=DUE + after)
    assert verdict.state is state
    if state is PostState.SCHEDULED:
        assert verdict.again_at == DUE + after


@pytest.mark.parametrize(
    ("changes", "slot", "connected", "expected"),
    [
        ({}, 30, True, (PostState.SCHEDULED, None)),
        ({}, 60, True, (PostState.SCHEDULED, None)),
        ({}, 61, True, (PostState.HELD, Hold.LATE)),
        ({}, 30, False, None),
        ({}, 61, False, (PostState.HELD, Hold.ACCOUNT)),
        ({"public": True}, 61, True, (PostState.PARTIAL, None)),
        ({"late": Late.ASK}, 5, True, (PostState.HELD, Hold.LATE)),
        ({"late": Late.ASK}, 5, False, (PostState.HELD, Hold.ACCOUNT)),
        ({"late": Late.MISS}, 5, True, (PostState.MISSED, None)),
        ({"late": Late.MISS}, 5, False, (PostState.MISSED, None)),
    ],
)
def test_a_late_post_is_spaced_held_or_missed(
    *, changes: dict[str, object], slot: int, connected: bool, expected: tuple[PostState, Hold | None] | None
) -> None:
    verdict = verdicts.judge_late(standing(**changes), slot=DUE + slot * MINUTE, connected=connected)
    assert (verdict and (verdict.state, verdict.hold)) == expected


def test_what_a_person_sent_late_has_a_quarter_of_an_hour() -> None:
    sent_again = standing(send_at=DUE + timedelta(hours=5))
    assert verdicts.limit(sent_again) == DUE + timedelta(hours=5, minutes=15)
