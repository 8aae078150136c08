"""Due posts to a stub channel: Septaine's engine against APScheduler's job store and a bare claim loop, in one run.

    make bench-schedule            five windows each, alternating, on SQLite and PostgreSQL; medians
    make bench-schedule quick=1    one window of a tenth of the posts

The engine does its whole work: claims with leases, pieces read from frames, an attempt row with its key stored
before the call, the outcome and the state after it. APScheduler only calls the stub and forgets the job; the bare
loop only claims ids and marks them. The bare loop with tries writes what the engine writes (the same tables, two
updates of a post, a row and its outcome for each try) and does nothing else: no engine that keeps tries can be
quicker. Every window ends with a count: nothing missing, nothing twice.

`--commit-ms 1` makes each commit last so much longer, for all contenders: how they stand on a slower disk.
"""

import argparse
import gc
import json
import multiprocessing
import os
import pickle
import statistics
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

os.environ.update(
    {
        "SEPTAINE_ENVIRONMENT": "development",
        "SEPTAINE_SECRET_KEY": "a-key-for-measuring-only-0123456789abcdef",
        "SEPTAINE_DATA_DIR": tempfile.mkdtemp(prefix="septaine-bench-"),
    }
)

from apscheduler.jobstores.sqlalchemy import SQLAlchemyJobStore
from apscheduler.schedulers.background import BackgroundScheduler
from sqlalchemy import Connection, event, insert, text
from sqlalchemy import Engine as Database

from app.channels.base import Account, Channel, Outcome, Piece, Report, Ticket
from app.core import clock, db
from app.core.ids import new_pid
from app.core.settings import get_settings
from app.publishing.engine import claim
from app.publishing.engine.engine import Engine
from app.publishing.engine.rows import writing
from app.tables import metadata
from tests.conftest import new_postgres_database, start_postgres
from tests.publishing.engine import stage

ACCOUNTS = 8
WARM = 400  # posts before a window, the same for all contenders
SPREAD = 10  # seconds over which the posts of the lateness run are due
fork = multiprocessing.get_context("fork")
published = fork.Value("q", 0)
account_ids: list[int] = []
commit_seconds = 0.0
pattern: dict[str, Any] = {}  # a post; the others differ in account and hour


class Stub(stage.Platform):
    """Accepts everything at once; counts across processes."""

    def publish(self, account: Account, piece: Piece, ticket: Ticket) -> Report:  # noqa: ARG002
        with published.get_lock():
            published.value += 1
        return Report(Outcome.SENT, remote_id=ticket.key, url=f"https://stub.example/{ticket.key}")


def engine() -> Engine:
    channels: dict[str, Channel] = {"fake": Stub(in_flight=claim.BATCH)}
    return Engine(channel=channels.__getitem__)


@dataclass
class Place:
    """A database to measure on."""

    name: str
    url: str

    def open(self) -> Database:
        os.environ["SEPTAINE_DATABASE_URL"] = self.url
        get_settings.cache_clear()
        db.get_engine.cache_clear()
        metadata.create_all(db.get_engine())
        with db.transaction() as session:
            play = stage.set_stage(session)
            account_ids[:] = [play.account(f"a{number}").id for number in range(ACCOUNTS)]
            one = play.post(None, clock.now())
            pattern_names = [column.name for column in metadata.tables["post"].columns]
            pattern.update({name: getattr(one, name) for name in pattern_names})
            del pattern["id"]
        slow_down(db.get_engine())
        return db.get_engine()


def slow_down(database: Database) -> None:
    """Make each commit that has written last as much longer as was asked for."""
    if not commit_seconds:
        return

    @event.listens_for(database, "before_cursor_execute")
    def _note(connection: Connection, _cursor: Any, statement: str, *_: Any) -> None:
        if not statement.lstrip().startswith(("SELECT", "BEGIN")):
            connection.info["wrote"] = True

    @event.listens_for(database, "commit")
    def _wait(connection: Connection) -> None:
        if connection.info.pop("wrote", False):
            time.sleep(commit_seconds)


def lay(posts: int, due: Callable[[int], datetime]) -> None:
    """So many posts, and no others."""
    database = db.get_engine()
    with db.transaction() as session:
        for name in ("post_attempt", "post"):
            session.connection().execute(metadata.tables[name].delete())
        session.connection().execute(
            insert(metadata.tables["post"]),
            [
                {
                    **pattern,
                    "pid": new_pid(),
                    "account_id": account_ids[n % ACCOUNTS],
                    "due_at": at,
                    "send_at": at,
                }
                for n, at in enumerate(map(due, range(posts)))
            ],
        )
    if database.dialect.name == "postgresql":
        with database.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
            connection.execute(text("VACUUM ANALYZE"))


def check(posts: int) -> None:
    with db.reading() as session:
        sent = session.connection().scalar(text("SELECT count(*) FROM post WHERE state = 'sent'"))
        tries = session.connection().scalar(text("SELECT count(*) FROM post_attempt WHERE outcome = 'sent'"))
    assert sent == tries == published.value == posts, (sent, tries, published.value, posts)


def in_processes(count: int, prepare: Callable[[int], None], posts: int, work: Callable[[], None]) -> float:
    """Seconds from the common start of so many processes to the end of the last.

    Each has done the same work on a few posts before: a worker lives long, its connections are open and know the
    tables. `prepare` lays so many posts.
    """
    prepare(WARM)
    db.get_engine().dispose()
    begin, ends = fork.Barrier(count + 1), fork.Queue()

    def life() -> None:
        db.get_engine().dispose(close=False)
        work()
        gc.freeze()  # as a worker does when it starts
        begin.wait()
        begin.wait()
        work()
        ends.put(time.perf_counter())

    processes = [fork.Process(target=life) for _ in range(count)]
    for process in processes:
        process.start()
    begin.wait()
    prepare(posts)
    begin.wait()
    started = time.perf_counter()
    ended = max(ends.get(timeout=300) for _ in processes)
    for process in processes:
        process.join()
    return float(ended - started)


def run_until_empty() -> None:
    one = engine()
    while claim.due_accounts():
        one.ring()
        one.drain(60)


def lay_due(posts: int) -> None:
    now = clock.now()
    lay(posts, lambda _: now)
    published.value = 0


def measure_engine(posts: int, processes: int) -> float:
    seconds = in_processes(processes, lay_due, posts, run_until_empty)
    check(posts)
    return posts / seconds


done = threading.Event()
left = 0
counting = threading.Lock()


def stub_job() -> None:
    global left
    with counting:
        left -= 1
        if left == 0:
            done.set()


def measure_apscheduler(posts: int) -> float:
    """One process, as its own documentation asks: a store must not be shared."""
    global left
    database = db.get_engine()
    with database.execution_options(writing=True).begin() as connection:
        connection.execute(text("DROP TABLE IF EXISTS apscheduler_jobs"))
    store = SQLAlchemyJobStore(url=database.url)  # as its documentation has it
    slow_down(store.engine)
    scheduler = BackgroundScheduler(
        jobstores={"default": store}, job_defaults={"misfire_grace_time": None}, timezone=UTC
    )
    scheduler.start(paused=True)
    scheduler.add_job(stub_job, "date", run_date=clock.now(), id="seed")
    with database.execution_options(writing=True).begin() as connection:
        seed = connection.execute(store.jobs_t.select()).one()
        state = pickle.loads(seed.job_state)  # noqa: S301 - what the store has just written
        rows = [
            {
                "id": f"job{n}",
                "next_run_time": seed.next_run_time,
                "job_state": pickle.dumps({**state, "id": f"job{n}"}),
            }
            for n in range(posts - 1)
        ]
        connection.execute(store.jobs_t.insert(), rows)
    left = posts
    done.clear()
    started = time.perf_counter()
    scheduler.resume()
    assert done.wait(300)
    while store.get_next_run_time() is not None:
        time.sleep(0.01)
    seconds = time.perf_counter() - started
    scheduler.shutdown()
    return posts / seconds


def measure_bare(posts: int, processes: int) -> float:
    def prepare(many: int) -> None:
        with db.get_engine().execution_options(writing=True).begin() as connection:
            connection.execute(
                text("CREATE TABLE IF NOT EXISTS bare (id INTEGER PRIMARY KEY, state INTEGER NOT NULL)")
            )
            connection.execute(text("CREATE INDEX IF NOT EXISTS bare_state ON bare (state)"))
            connection.execute(text("DELETE FROM bare"))
            connection.execute(text("INSERT INTO bare VALUES (:id, 0)"), [{"id": n} for n in range(many)])

    lock = "FOR UPDATE SKIP LOCKED" if db.get_engine().dialect.name == "postgresql" else ""
    take = text(
        f"WITH due AS (SELECT id FROM bare WHERE state = 0 LIMIT {claim.BATCH} {lock}) "  # noqa: S608
        "UPDATE bare SET state = 1 WHERE id IN (SELECT id FROM due) RETURNING id"
    )

    def work() -> None:
        writing = db.get_engine().execution_options(writing=True)
        while True:
            with writing.begin() as connection:
                ids = [row[0] for row in connection.execute(take)]
            if not ids:
                return
            marks = ",".join(map(str, ids))
            with writing.begin() as connection:
                connection.execute(text(f"UPDATE bare SET state = 2 WHERE id IN ({marks})"))  # noqa: S608

    seconds = in_processes(processes, prepare, posts, work)
    with db.get_engine().connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM bare WHERE state = 2")) == posts
    return posts / seconds


TAKE = """
    UPDATE post SET state = 'sending', claimed_by = 'bare', claimed_until = :until, tries = tries + 1
    WHERE id IN (SELECT id FROM post WHERE state = 'scheduled' LIMIT :most {lock}) RETURNING id
"""
TRY = """
    INSERT INTO post_attempt (post_id, account_id, position, number, key, due_at, holder, started_at,
                              detail, progress, remote_id, url, looked_up)
    SELECT id, account_id, 0, 1, pid, due_at, 'bare', :now, '', '', '', '', 0 FROM post WHERE id IN ({ids})
"""
OUTCOME = """
    UPDATE post_attempt SET finished_at = :now, outcome = 'sent', remote_id = key, url = 'https://stub.example/'
    WHERE post_id IN ({ids})
"""
SENT = """
    UPDATE post SET state = 'sent', posted_at = :now, proof_url = 'https://stub.example/', claimed_by = '',
                    claimed_until = NULL, version = version + 1 WHERE id IN ({ids})
"""


def measure_bare_with_tries(posts: int, processes: int) -> float:
    now = clock.now()
    lock = "FOR UPDATE SKIP LOCKED" if db.get_engine().dialect.name == "postgresql" else ""
    values = {"now": now, "until": now + timedelta(minutes=2), "most": claim.BATCH}

    def work() -> None:
        while True:
            with writing() as session:
                ids = [row[0] for row in session.connection().execute(text(TAKE.format(lock=lock)), values)]
                marks = ",".join(map(str, ids))
                if not ids:
                    return
                session.connection().execute(text(TRY.format(ids=marks)), values)
            with writing() as session:
                session.connection().execute(text(OUTCOME.format(ids=marks)), values)
                session.connection().execute(text(SENT.format(ids=marks)), values)

    seconds = in_processes(processes, lay_due, posts, work)
    published.value = posts
    check(posts)
    return posts / seconds


def measure_lateness(posts: int, processes: int) -> tuple[float, float]:
    """Median and 99th percentile, in seconds, of posts due over ten seconds with a ring each second."""
    begin = fork.Value("d", 0.0)

    def prepare(many: int) -> None:
        first = clock.now() + timedelta(seconds=3 if many == posts else 0)
        lay(many, lambda n: first + timedelta(seconds=n * SPREAD / posts))
        begin.value, published.value = first.timestamp(), 0

    def work() -> None:
        one, wait = engine(), threading.Event()
        while clock.now().timestamp() < begin.value + SPREAD + 2:
            one.ring()
            wait.wait(1)
        one.drain(60)

    in_processes(processes, prepare, posts, work)
    check(posts)
    with db.reading() as session:
        rows = session.connection().execute(
            metadata.tables["post"]
            .select()
            .with_only_columns(metadata.tables["post"].c.posted_at, metadata.tables["post"].c.due_at)
        )
        late = sorted((posted - due).total_seconds() for posted, due in rows)
    return late[len(late) // 2], late[int(len(late) * 0.99)]


@contextmanager
def places(names: list[str]) -> Iterator[list[Place]]:
    found, server = [], None
    if "sqlite" in names:
        found.append(Place("SQLite", f"sqlite:///{Path(os.environ['SEPTAINE_DATA_DIR']) / 'bench.db'}"))
    if "postgres" in names:
        server = start_postgres()
        found.append(Place("PostgreSQL", new_postgres_database(server.get_uri(), "bench")))
    try:
        yield found
    finally:
        db.get_engine().dispose()
        if server is not None:
            server.cleanup()


def compare(place: Place, posts: int, windows: int) -> dict[str, Any]:
    """All contenders in turn, as often as there are windows; the medians."""
    place.open()
    contenders: dict[str, Callable[[], float]] = {
        "APScheduler job store, 1 process": lambda: measure_apscheduler(posts),
        "bare claim loop, 1 process": lambda: measure_bare(posts, 1),
        "bare claim loop, 2 processes": lambda: measure_bare(posts, 2),
        "bare loop with tries, 1 process": lambda: measure_bare_with_tries(posts, 1),
        "bare loop with tries, 2 processes": lambda: measure_bare_with_tries(posts, 2),
        "engine, 1 process": lambda: measure_engine(posts, 1),
        "engine, 2 processes": lambda: measure_engine(posts, 2),
        "engine, 4 processes": lambda: measure_engine(posts, 4),
    }
    lay_due(2 * claim.BATCH)
    run_until_empty()  # statements are compiled, and forks inherit them
    rates: dict[str, list[float]] = {name: [] for name in contenders}
    for window in range(windows):
        for name, run in contenders.items():
            rates[name].append(run())
            print(f"  {place.name} {window + 1}/{windows}  {name}: {rates[name][-1]:,.0f}/s", flush=True)
    median, high = measure_lateness(posts, 2)
    return {
        "medians": {name: statistics.median(all_) for name, all_ in rates.items()},
        "late": (median, high),
    }


def tell(place: Place, result: dict[str, Any]) -> None:
    medians = result["medians"]
    base = medians["APScheduler job store, 1 process"]
    print(f"\n{place.name}\n{'':36}{'posts/s':>10}{'× APScheduler':>16}")
    for name, rate in medians.items():
        print(f"{name:36}{rate:>10,.0f}{rate / base:>16.1f}")
    median, high = result["late"]
    print(f"lateness, 2 processes, a ring a second: p50 {median:.2f} s, p99 {high:.2f} s\n", flush=True)


def main() -> None:
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--quick", action="store_true")
    options.add_argument("--posts", type=int, default=10_000)
    options.add_argument("--windows", type=int, default=5)
    options.add_argument("--on", nargs="+", default=["sqlite", "postgres"])
    options.add_argument("--commit-ms", type=float, default=0.0)
    options.add_argument("--json", type=Path)
    given = options.parse_args()
    global commit_seconds
    commit_seconds = given.commit_ms / 1000
    posts, windows = (given.posts // 10, 1) if given.quick else (given.posts, given.windows)
    results = {}
    with places(given.on) as found:
        for place in found:
            results[place.name] = compare(place, posts, windows)
            tell(place, results[place.name])
    if given.json:
        given.json.write_text(json.dumps(results, indent=2), encoding="utf-8")


if __name__ == "__main__":
    main()
