"""The worker: jobs ring when due, in one process only, and nothing stops it for good."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy.exc import OperationalError
from sqlmodel import Session, select

from app import worker as room
from app.core import clock, leases
from app.core.tables import JobRun, Lease
from app.worker import JOBS, TTL, Job, Worker


class Bell:
    """A monotonic clock the test moves by hand."""

    def __init__(self) -> None:
        self.seconds = 100.0

    def __call__(self) -> float:
        return self.seconds


def _worker(bell: Bell, **runs: Callable[[], int]) -> Worker:
    return Worker([Job(name, timedelta(seconds=5), run) for name, run in runs.items()], monotonic=bell)


def test_jobs_run_when_due(session: Session) -> None:
    session.rollback()
    bell, rung = Bell(), []
    worker = _worker(bell, a=lambda: rung.append("a") or 3)
    worker.tick()
    worker.tick()
    assert rung == ["a"]
    bell.seconds += 5
    worker.tick()
    assert rung == ["a", "a"]
    run = session.exec(select(JobRun)).one()
    assert (run.name, run.handled, run.error) == ("a", 3, "")


def test_only_the_holder_works_and_another_takes_over(session: Session) -> None:
    session.rollback()
    bell, rung = Bell(), []
    first = _worker(bell, a=lambda: rung.append("first") or 1)
    second = _worker(bell, a=lambda: rung.append("second") or 1)
    first.tick()
    second.tick()
    assert rung == ["first"]
    with clock.frozen(clock.now() + TTL + timedelta(seconds=1)):  # the first one froze
        bell.seconds += 61
        second.tick()
        first.tick()
    assert rung == ["first", "second"]


def test_a_lease_lost_between_two_jobs_stops_the_second(session: Session) -> None:
    session.rollback()
    bell, rung = Bell(), []

    def slow() -> int:
        bell.seconds += 70
        with clock.frozen(clock.now() + timedelta(seconds=70)):
            assert leases.hold("scheduler", "another", ttl=TTL)
        return 1

    _worker(bell, slow=slow, after=lambda: rung.append("after") or 1).tick()
    assert rung == []


def test_stopping_gives_the_lease_back_and_takes_no_more(session: Session) -> None:
    session.rollback()
    bell, rung = Bell(), []
    worker = _worker(bell, a=lambda: rung.append("a") or 1)
    worker.tick()
    assert worker.stop()
    bell.seconds += 60
    worker.tick()
    assert rung == ["a"]
    assert session.exec(select(Lease)).all() == []


def _everywhere(bell: Bell, run: Callable[[], int], stop: Callable[[float], bool] | None = None) -> Worker:
    return Worker([Job("everywhere", timedelta(seconds=1), run, everywhere=True, stop=stop)], monotonic=bell)


def test_jobs_that_run_everywhere_need_no_lease(session: Session) -> None:
    session.rollback()
    bell, rung = Bell(), []
    workers = [_everywhere(bell, lambda name=name: rung.append(name) or 1) for name in "ab"]
    for worker in workers:
        worker.ring()
        worker.tick()
    assert rung == ["a", "b"]
    assert session.get_one(JobRun, "everywhere").handled == 1


def test_jobs_that_run_everywhere_are_told_to_stop_and_are_not_rung_again(session: Session) -> None:
    session.rollback()
    bell, rung, told = Bell(), [], []
    worker = _everywhere(bell, lambda: rung.append(1) or 1, lambda seconds: bool(told.append(seconds)))
    worker.ring()
    assert not worker.stop()  # it says that it did not finish
    bell.seconds += 5
    worker.ring()
    assert (rung, told) == ([1], [20.0])


def test_a_slow_job_delays_no_ring(session: Session) -> None:
    session.rollback()
    bell, rung = Bell(), []
    worker = Worker(
        [
            Job("slow", timedelta(seconds=1), lambda: worker.ring() or 1),
            Job("quick", timedelta(seconds=1), lambda: rung.append(1) or 1, everywhere=True),
        ],
        monotonic=bell,
    )
    worker.tick()
    assert rung == [1]


def test_a_broken_job_is_noted_and_stops_no_other(session: Session) -> None:
    session.rollback()
    bell, rung = Bell(), []

    def broken() -> int:
        raise KeyError("no")

    worker = _worker(bell, broken=broken, fine=lambda: rung.append("fine") or 1)
    worker.tick()
    assert rung == ["fine"]
    assert session.get_one(JobRun, "broken").error == "KeyError"


def test_a_job_with_nothing_to_do_is_noted_once_a_minute(session: Session) -> None:
    session.rollback()
    bell = Bell()
    worker = _worker(bell, a=lambda: 0)
    worker.tick()
    first = session.get_one(JobRun, "a").started_at
    session.rollback()
    for seconds in (10, 10, 50):
        bell.seconds += seconds
        with clock.frozen(clock.now() + timedelta(seconds=bell.seconds - 100)):
            worker.tick()
    session.expire_all()
    assert session.get_one(JobRun, "a").started_at == first + timedelta(seconds=70)


def test_a_database_out_of_reach_is_said_once_and_recovered_from(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    session.rollback()
    bell, rung, lines = Bell(), [], []
    worker = _worker(bell, a=lambda: rung.append("a") or 1)
    monkeypatch.setattr(room, "log", _Lines(lines))
    with monkeypatch.context() as patch:
        patch.setattr(leases, "hold", _out_of_reach)
        for _ in range(3):
            worker.tick()
            bell.seconds += 1
    worker.tick()
    assert rung == ["a"]
    assert [line for line in lines if "database" in line] == [
        "the database does not answer: trying again every second",
        "the database answers again",
    ]


def _out_of_reach(*_: object, **__: object) -> bool:
    raise OperationalError("select", {}, Exception("gone"))


class _Lines:
    def __init__(self, kept: list[str]) -> None:
        self._kept = kept

    def info(self, event: str, **_: object) -> None:
        self._kept.append(event)

    error = warning = info


def test_the_table_names_each_job_once_and_fits_its_column() -> None:
    names = [job.name for job in JOBS]
    assert len(names) == len(set(names))
    assert all(len(name) <= 60 for name in names)
    assert all(job.every >= timedelta(seconds=1) for job in JOBS)


def test_a_started_worker_rings_by_itself(session: Session) -> None:
    import threading

    session.rollback()
    rung = threading.Event()

    def ring() -> int:
        rung.set()
        return 1

    worker = Worker([Job("ring", timedelta(seconds=1), ring)])
    with clock.frozen(clock.now()):
        worker.start()
        try:
            assert rung.wait(10)
        finally:
            assert worker.stop()
