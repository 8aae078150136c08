"""Wall times and their instants: one send each, at the instant the plan shows, whatever the calendar does."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlmodel import Session, select

from app.core import clock
from app.core.db import reading
from app.people.models import AuditEntry
from app.publishing.engine.lateness import judge_late_posts
from app.publishing.engine.zones import follow_zone_rules
from app.publishing.rules import PostState
from tests.publishing.engine import stage
from tests.publishing.engine.stage import Platform, Stage

HOURS = [
    ("Europe/Paris", date(2027, 3, 28), time(2, 30), "2027-03-28T01:00"),  # a gap: the first instant after it
    ("Europe/Paris", date(2027, 3, 28), time(3, 0), "2027-03-28T01:00"),
    ("Europe/Paris", date(2027, 10, 31), time(2, 30), "2027-10-31T00:30"),  # twice: the first
    ("Europe/Paris", date(2027, 10, 31), time(3, 0), "2027-10-31T02:00"),
    ("America/New_York", date(2027, 3, 14), time(2, 30), "2027-03-14T07:00"),
    ("America/New_York", date(2027, 11, 7), time(1, 30), "2027-11-07T05:30"),
    ("Pacific/Apia", date(2027, 6, 1), time(0, 15), "2027-05-31T11:15"),
    ("Asia/Kathmandu", date(2027, 6, 1), time(12, 0), "2027-06-01T06:15"),
    ("Europe/Paris", date(2028, 2, 29), time(12, 0), "2028-02-29T11:00"),
    ("Europe/Paris", date(2028, 1, 1), time(0, 0), "2027-12-31T23:00"),
    ("Pacific/Apia", date(2027, 12, 31), time(23, 59), "2027-12-31T10:59"),
]


@pytest.fixture
def play(session: Session) -> Stage:
    return stage.set_stage(session)


@pytest.mark.parametrize(("zone", "day", "wall", "instant"), HOURS)
def test_a_wall_time_is_sent_once_at_its_instant(
    play: Stage, zone: str, day: date, wall: time, instant: str
) -> None:
    due = clock.resolve_wall(day, wall, zone)
    assert due == datetime.fromisoformat(instant).replace(tzinfo=UTC)
    platform = Platform()
    play.post(play.account(), due, zone=zone, on_date=day, at_time=wall)
    play.session.commit()
    engine = stage.engine(platform)
    # A second before, at the instant, and the same wall time again where the clock repeats it.
    for step in (-1, 0, 1, 3599, 3600, 3601, 7200):
        with clock.frozen(due + timedelta(seconds=step)):
            stage.ring(engine)
            judge_late_posts()
    assert [at for _, _, at in platform.accepted] == [due]


@pytest.mark.parametrize("step", [timedelta(hours=-1), timedelta(hours=1)])
def test_a_machine_clock_that_jumps_by_an_hour_sends_once(play: Stage, step: timedelta) -> None:
    due = clock.now()
    platform, post = Platform(), play.post(play.account(), due)
    play.session.commit()
    engine = stage.engine(platform)
    for seconds in (-2, -1):
        with clock.frozen(due + timedelta(seconds=seconds)):
            stage.ring(engine)
    for seconds in (0, 1, 2, 3600, 3601, 3602, 7200):
        with clock.frozen(due + step + timedelta(seconds=seconds)):
            stage.ring(engine)
            judge_late_posts()
            stage.ring(engine)
    assert len(platform.accepted) == 1
    assert stage.post_now(post.pid).state is PostState.SENT


def test_new_rules_of_a_zone_keep_the_wall_time(play: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    account = play.account()
    due = clock.now() + timedelta(days=2)
    wall = due.astimezone(ZoneInfo("Europe/Paris"))
    outdated = play.post(
        account, due - timedelta(hours=1), on_date=wall.date(), at_time=wall.time(), zone_rules="2019.1"
    )
    same = play.post(account, due, zone_rules="2019.1")
    past = play.post(account, clock.now() - timedelta(hours=1), zone_rules="2019.1")
    play.session.commit()
    assert follow_zone_rules() == 1
    assert follow_zone_rules() == 0
    moved = stage.post_now(outdated.pid)
    assert (moved.due_at, moved.send_at, moved.zone_rules) == (due, due, clock.zone_rules())
    assert stage.post_now(same.pid).zone_rules == clock.zone_rules()
    assert stage.post_now(past.pid).zone_rules == "2019.1"
    with reading() as session:
        (entry,) = session.exec(select(AuditEntry).where(AuditEntry.action == "post.zone_changed")).all()
    assert entry.subject_pid == outdated.pid
