"""Letters to many followers through a real mail server on this machine, while one of two processes is killed.

    make bench-followers                 100 000 followers on SQLite
    make bench-followers followers=5000  a try

The server, and each of two workers, is a process of its own. One worker dies by SIGKILL three times on the way and
another takes its place. Every follower must have the letter exactly once; who left before, who leaves meanwhile by
one click, and whose mailbox is refused must have none after that instant.
"""

import argparse
import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections import Counter
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from app.followers.models import Follower

ROOT = Path(__file__).parents[1]
KEY = "a-key-for-measuring-only-0123456789abcdef"
LEASE = timedelta(seconds=15)
KILLS = 3


@dataclass(frozen=True)
class Outcome:
    """What arrived. `wrong` names whatever must not be: a letter missing, twice, or to who wants none."""

    followers: int
    arrived: int
    seconds: float
    kills: int
    unsure: int
    wrong: list[str]

    @property
    def rate(self) -> float:
        return self.arrived / self.seconds


def environment(folder: Path, port: int, database: str) -> dict[str, str]:
    """The settings of every process of the measure."""
    return {
        **os.environ,
        "SEPTAINE_ENVIRONMENT": "production",
        "SEPTAINE_SECRET_KEY": KEY,
        "SEPTAINE_PUBLIC_URL": "https://story.example.org",
        "SEPTAINE_MAIL_FROM": "Septaine <letters@story.example.org>",
        "SEPTAINE_BOUNCE_ADDRESS": "bounces@story.example.org",
        "SEPTAINE_FOLLOWER_MAILS_PER_MINUTE": "100000",
        "SEPTAINE_SMTP_URL": f"smtp://127.0.0.1:{port}",
        "SEPTAINE_DATA_DIR": str(folder),
        "SEPTAINE_DATABASE_URL": database,
        "SEPTAINE_SCHEDULER": "off",
        "SEPTAINE_LOG_FORMAT": "json",
    }


def serve(port: int, log: Path) -> None:
    """A mail server that writes down each letter it accepted, and when; it refuses mailboxes named `refused`."""
    import asyncio

    from aiosmtpd.smtp import SMTP, Envelope, Session

    file = log.open("a", buffering=1, encoding="utf-8")

    class Sink:
        async def handle_RCPT(  # noqa: N802
            self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: object
        ) -> str:
            if address.startswith("refused"):
                return "550 5.1.1 No such user"
            envelope.rcpt_tos.append(address)
            return "250 OK"

        async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
            assert isinstance(envelope.content, bytes)
            assert b"List-Unsubscribe-Post: List-Unsubscribe=One-Click" in envelope.content
            file.write(f"{envelope.rcpt_tos[0]} {time.time():.6f}\n")
            return "250 OK"

    async def run() -> None:
        loop = asyncio.get_running_loop()
        server = await loop.create_server(lambda: SMTP(Sink(), hostname="sink"), "127.0.0.1", port)
        async with server:
            await server.serve_forever()

    asyncio.run(run())


def work() -> None:
    """Send until nothing is left, in this process."""
    import app.tables  # noqa: F401 - a follower's row points at other rooms' tables
    from app.core.db import reading
    from app.core.logs import configure
    from app.core.settings import get_settings
    from app.followers import parcels
    from app.followers.sending import Sender

    configure(get_settings())
    parcels.LEASE = LEASE
    sender = Sender()
    while True:
        if sender.batch():
            continue
        with reading() as session:
            if not _anything_open(session):
                return
        time.sleep(0.2)


def _anything_open(session: object) -> bool:
    from sqlmodel import Session, col, select

    from app.followers.models import Delivery
    from app.followers.rules import SETTLED

    assert isinstance(session, Session)
    return (
        session.exec(select(Delivery.id).where(col(Delivery.state).not_in(SETTLED)).limit(1)).first()
        is not None
    )


def prepare(followers: int) -> list[int]:
    """A campaign with a day to tell and so many who follow: one in fifty left, one in fifty refused. Returns ids."""
    from sqlmodel import select

    from app.core import clock, db, migrations
    from app.followers import announcing
    from app.followers.models import Dispatch, Follower
    from app.followers.rules import USUAL, Ending, FollowState, mask_of
    from tests.followers.stage import stage

    migrations.upgrade()
    before = clock.now() - timedelta(hours=1)
    with db.transaction() as session:
        here = stage(session)
        rows = [_one(number, here.campaign.id, here.organisation.id) for number in range(followers)]
        for row in rows:
            row.topics, row.asked_at = mask_of(USUAL), before
            row.confirmed_at = before
            if row.email.startswith("left"):
                row.state, row.ending, row.ended_at = FollowState.ENDED, Ending.LEFT, before
        session.add_all(rows)
        session.add(Dispatch(campaign_id=here.campaign.id, key="day:3", topics=mask_of(USUAL), title="x"))
    while announcing.fill():
        pass
    with db.reading() as session:
        return list(session.exec(select(Follower.id).where(Follower.state == FollowState.ACTIVE)))


def _one(number: int, campaign_id: int, organisation_id: int) -> "Follower":
    from app.followers.models import Follower
    from app.followers.rules import FollowState

    name = "left" if number % 50 == 7 else "refused" if number % 50 == 13 else "reader"
    return Follower(
        organisation_id=organisation_id,
        campaign_id=campaign_id,
        email=f"{name}{number}@example.org",
        language="fr" if number % 3 else "en",
        topics=1,
        state=FollowState.ACTIVE,
    )


def leave(ids: list[int], chosen: random.Random, many: int) -> dict[str, float]:
    """Some leave while letters go out, by what their one click calls; address and instant of each."""
    from app.core import db
    from app.followers import service
    from app.followers.models import Follower
    from app.followers.rules import Ending

    gone: dict[str, float] = {}
    for number in chosen.sample(ids, many):
        with db.transaction() as session:
            row = session.get_one(Follower, number)
            service.end(session, row, Ending.LEFT)
            email = row.email
        gone[email] = time.time()
        time.sleep(0.01)
    return gone


def measure(followers: int, folder: Path, *, kills: int = KILLS) -> Outcome:
    """The whole of it. The calling process must have the environment of `environment`."""
    chosen, port = random.Random(7), int(os.environ["SEPTAINE_SMTP_URL"].rpartition(":")[2])  # noqa: S311
    ids = prepare(followers)
    log = folder / "arrived.txt"
    log.touch()
    server = _start("--serve", str(port), "--log", str(log))
    _wait_for(port)
    began = time.perf_counter()
    workers = [_start("--work"), _start("--work")]
    gone: dict[str, float] = {}
    try:
        for turn in range(kills):
            _wait_until(log, followers * (turn + 1) // (kills + 2), workers)
            gone |= leave(ids, chosen, max(1, followers // 500))
            workers[0].send_signal(signal.SIGKILL)
            workers[0].wait()
            workers[0] = _start("--work")
        for worker in workers:
            worker.wait(timeout=3600)
        seconds = time.perf_counter() - began
    finally:
        for process in (*workers, server):
            if process.poll() is None:
                process.kill()
            process.wait()
    return _judge(followers, log, gone, seconds, kills, [worker.returncode for worker in workers])


def _judge(
    followers: int, log: Path, gone: dict[str, float], seconds: float, kills: int, codes: list[int]
) -> Outcome:
    from sqlmodel import func, select

    from app.core import db
    from app.followers.models import Delivery
    from app.followers.rules import DeliveryState

    lines = [line.split() for line in log.read_text(encoding="utf-8").splitlines()]
    arrived = Counter(email for email, _ in lines)
    wrong = [f"{email} {many} times" for email, many in arrived.items() if many > 1]
    wrong += [f"a worker ended with {code}" for code in codes if code]
    for number in range(followers):
        one = _one(number, 0, 0).email
        if one.startswith(("left", "refused")):
            wrong += [f"{one} was written to"] if arrived[one] else []
        elif one not in gone and not arrived[one]:
            wrong.append(f"{one} was not told")
    wrong += [f"{email} after leaving" for email, at in lines if email in gone and float(at) > gone[email]]
    with db.reading() as session:
        unsure = session.exec(select(func.count()).where(Delivery.state == DeliveryState.UNSURE)).one()
    return Outcome(followers, sum(arrived.values()), seconds, kills, unsure, wrong)


def _start(*arguments: str) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(  # noqa: S603 - ourselves
        [sys.executable, "-m", "bench.followers", *arguments],
        cwd=ROOT,
        stderr=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
    )


def _wait_for(port: int) -> None:
    for _ in range(600):
        with closing(socket.socket()) as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise RuntimeError("the mail server did not start")


def _wait_until(log: Path, lines: int, workers: "list[subprocess.Popen[bytes]]") -> None:
    """Until so many letters arrived, or the workers are through."""
    while any(worker.poll() is None for worker in workers):
        with log.open("rb") as file:
            if sum(1 for _ in file) >= lines:
                return
        time.sleep(0.02)


def free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--followers", type=int, default=100_000)
    parser.add_argument("--database", default="", help="an address of PostgreSQL; empty: SQLite")
    parser.add_argument("--kills", type=int, default=KILLS, help=argparse.SUPPRESS)
    parser.add_argument("--measure", default="", help=argparse.SUPPRESS)
    parser.add_argument("--serve", type=int, default=0, help=argparse.SUPPRESS)
    parser.add_argument("--log", type=Path, default=Path(), help=argparse.SUPPRESS)
    parser.add_argument("--work", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.serve:
        serve(given.serve, given.log)
        return 0
    if given.work:
        work()
        return 0
    if given.measure:
        return _told(measure(given.followers, Path(given.measure), kills=given.kills))
    with tempfile.TemporaryDirectory(prefix="septaine-followers-") as folder:
        settings = environment(Path(folder), free_port(), given.database)
        command = [sys.executable, "-m", "bench.followers", "--measure", folder]
        return subprocess.run(  # noqa: S603 - ourselves
            [*command, "--followers", str(given.followers), "--kills", str(given.kills)],
            cwd=ROOT,
            env=settings,
            check=False,
        ).returncode


def _told(found: Outcome) -> int:
    print(
        f"{found.followers} followers, {found.arrived} letters in {found.seconds:.0f} s: {found.rate:.0f} a second, "
        f"with {found.kills} processes killed; {found.unsure} in doubt when they died, and none sent again"
    )
    for one in found.wrong[:20]:
        print(f"  WRONG: {one}")
    print("each exactly once" if not found.wrong else f"{len(found.wrong)} wrong")
    return 1 if found.wrong else 0


if __name__ == "__main__":
    raise SystemExit(main())
