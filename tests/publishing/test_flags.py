"""What is shown about a planned post before its hour, by table; then over real rows, in few queries."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest

from app.core import clock
from app.publishing.flags import Around, Facts, Flag, FlagKind, flags, wall_trouble
from app.publishing.rules import PostState

PARIS = "Europe/Paris"
MONDAY = date(2027, 3, 1)


def facts(pid: str = "a", at: time = time(12, 30), on: date = MONDAY, **values: object) -> Facts:
    base = Facts(
        pid=pid,
        state=PostState.SCHEDULED,
        title=f"title {pid}",
        on=on,
        at=at,
        zone=PARIS,
        due_at=clock.resolve_wall(on, at, PARIS),
        frames=(ord(pid[0]),),
        place=(ord(pid[0]), 0),
        carrier=1,
    )
    return replace(base, **values)  # type: ignore[arg-type]


AROUND = Around(now=datetime(2027, 2, 20, tzinfo=UTC), first=MONDAY, last=MONDAY + timedelta(6))


def kinds(one: Facts, *others: Facts, around: Around = AROUND) -> list[FlagKind]:
    return [flag.kind for flag in flags(one, others, around)]


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        (facts("b", time(12, 39)), [FlagKind.CONFLICT]),
        (facts("b", time(12, 40)), []),
        (facts("b", time(12, 21)), [FlagKind.CONFLICT]),
        (facts("b", time(12, 30), carrier=2), []),
        (facts("b", time(12, 30), carrier=None), []),
        (facts("b", time(12, 30), channel="bluesky", account=4), []),
        (facts("b", time(12, 30), state=PostState.DECLINED), []),
        (facts("b", time(12, 35), place=(ord("a"), 1)), []),  # the next frame of the same day
        (facts("b", time(12, 25), place=(ord("a"), 1)), [FlagKind.CONFLICT]),  # told before it
        (facts("b", time(12, 30), place=(ord("a"), 1)), [FlagKind.CONFLICT]),
        (facts("b", time(20), frames=(ord("a"),)), [FlagKind.DUPLICATE]),
        (facts("b", time(20), frames=(9, ord("a")), state=PostState.SENT), [FlagKind.DUPLICATE]),
        (facts("b", time(20), frames=(ord("a"),), state=PostState.MISSED), []),
        (facts("b", time(20), frames=(ord("a"),), carrier=2), []),
    ],
)
def test_two_posts_side_by_side(other: Facts, expected: list[FlagKind]) -> None:
    assert kinds(facts(), facts(), other) == expected


def test_an_account_is_crowded_whoever_carries_it() -> None:
    one = facts(channel="bluesky", account=4)
    assert kinds(one, facts("b", carrier=2, channel="bluesky", account=4)) == [FlagKind.CONFLICT]
    assert kinds(one, facts("b", carrier=1, channel="bluesky", account=5)) == []


@pytest.mark.parametrize(
    ("on", "at", "zone", "expected"),
    [
        (date(2027, 3, 28), time(2, 30), PARIS, FlagKind.GAP),
        (date(2027, 3, 28), time(3), PARIS, None),
        (date(2027, 10, 31), time(2, 30), PARIS, FlagKind.FOLD),
        (date(2027, 10, 31), time(3), PARIS, None),
        (date(2027, 3, 14), time(2, 30), "America/New_York", FlagKind.GAP),
        (date(2027, 11, 7), time(1, 30), "America/New_York", FlagKind.FOLD),
        (date(2027, 3, 28), time(2, 30), "Asia/Kathmandu", None),
        (date(2011, 12, 30), time(12), "Pacific/Apia", FlagKind.GAP),  # a whole day that never was
    ],
)
def test_clocks_that_change(on: date, at: time, zone: str, expected: FlagKind | None) -> None:
    assert wall_trouble(on, at, zone) is expected


def test_the_hour_that_will_be_used_is_told() -> None:
    on = date(2027, 3, 28)
    around = replace(AROUND, first=on, last=on)
    assert flags(facts(at=time(2, 30), on=on), [], around) == [Flag(FlagKind.GAP, at=time(3))]


@pytest.mark.parametrize(
    ("one", "around", "expected"),
    [
        (facts(), AROUND, []),
        (facts(), replace(AROUND, paused=True), [FlagKind.PAUSED]),
        (facts(on=MONDAY - timedelta(1)), AROUND, [FlagKind.OUTSIDE]),
        (facts(on=MONDAY + timedelta(7)), AROUND, [FlagKind.OUTSIDE]),
        (facts(channel="bluesky"), AROUND, [FlagKind.NO_ACCOUNT]),
        (facts(channel="bluesky", account=4, account_lost=True), AROUND, [FlagKind.RECONNECT]),
        (facts(unlabelled=True), AROUND, [FlagKind.LABEL]),
        (facts(channel="bluesky", account=4, faults=(("too_long", 300),)), AROUND, [FlagKind.FAULT]),
        (facts(), replace(AROUND, now=datetime(2027, 3, 2, tzinfo=UTC)), []),  # by hand: late, not lost
        (
            facts(state=PostState.APPROVED),
            replace(AROUND, now=datetime(2027, 3, 2, tzinfo=UTC)),
            [FlagKind.PAST],
        ),
        (
            facts(channel="bluesky", account=4),
            replace(AROUND, now=datetime(2027, 3, 1, 11, 33, tzinfo=UTC)),
            [FlagKind.PAST],
        ),
        (
            facts(channel="bluesky", account=4),
            replace(AROUND, now=datetime(2027, 3, 1, 11, 31, tzinfo=UTC)),
            [],
        ),
        (facts(state=PostState.SENT, unlabelled=True), replace(AROUND, paused=True), []),
        (facts(state=PostState.SENDING), replace(AROUND, paused=True), []),
    ],
)
def test_one_post_alone(one: Facts, around: Around, expected: list[FlagKind]) -> None:
    assert kinds(one, around=around) == expected


def test_what_stops_a_post_comes_first() -> None:
    one = facts(on=MONDAY - timedelta(1), channel="bluesky", unlabelled=True)
    found = flags(
        one, [facts("b", on=MONDAY - timedelta(1), channel="bluesky")], replace(AROUND, paused=True)
    )
    assert [flag.stops for flag in found] == sorted((flag.stops for flag in found), reverse=True)
    assert {flag.kind for flag in found} >= {
        FlagKind.NO_ACCOUNT,
        FlagKind.PAUSED,
        FlagKind.LABEL,
        FlagKind.OUTSIDE,
    }
