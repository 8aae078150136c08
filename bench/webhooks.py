"""Stripe's notifications in a flood: Septaine beside one that only checks, and one that commits each by itself.

    make bench-webhooks            five windows each, in turn, on SQLite (FULL) and PostgreSQL; medians
    make bench-webhooks quick=1    one window of a tenth of the events

Each contender is a real server in a process of its own, asked over the loopback by 64 connections that each send
the next event as soon as the last was answered; every tenth event comes twice. "Signature and JSON only" checks and
reads an event and keeps nothing: no handler that keeps anything can be quicker. "One commit each" is what one writes
first: FastAPI, SQLModel, a row, a commit. Septaine is the whole application; meanwhile it acts on what it has kept,
with a Stripe that answers in a tenth of a second. Every window ends with a count: each event kept, and once. At the
end the process is killed (SIGKILL) in the midst of a flood: what it had answered must be there.
"""

import argparse
import asyncio
import json
import multiprocessing
import os
import signal
import socket
import statistics
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

os.environ.update(
    {
        "SEPTAINE_ENVIRONMENT": "development",
        "SEPTAINE_SECRET_KEY": "a-key-for-measuring-only-0123456789abcdef",
        "SEPTAINE_DATA_DIR": tempfile.mkdtemp(prefix="septaine-webhooks-"),
        "SEPTAINE_SCHEDULER": "off",
    }
)

import uvicorn
from fastapi import FastAPI, Request
from sqlalchemy import Engine, text
from sqlalchemy.exc import IntegrityError
from sqlmodel import Field, Session, SQLModel
from starlette.concurrency import run_in_threadpool
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from app.core import clock, db, logs
from app.core.settings import get_settings
from app.main import create_app
from app.payments import signature, stripe_read
from app.payments.base import PaymentFacts
from app.payments.door import WEBHOOK_PATH, standing_in
from app.payments.sandbox import shapes
from app.payments.stripe_gateway import StripeGateway
from app.tables import metadata
from tests.conftest import new_postgres_database, start_postgres

CONNECTIONS, EVENTS, TWICE, STRIPE_ANSWERS_IN = 64, 10_000, 10, 0.1
SECRET = "whsec_for_measuring_only_0123456789"  # noqa: S105 - opens nothing
# After the imports: those of the tests begin with an environment of their own.
os.environ.update(
    {"SEPTAINE_STRIPE_API_KEY": "rk_test_0123456789abcdef", "SEPTAINE_STRIPE_WEBHOOK_SECRET": SECRET}
)
ONLY, EACH, SEPTAINE = "signature and JSON only", "one commit each", "Septaine"
SHARE = {ONLY: 1.0, EACH: 0.1, SEPTAINE: 1.0}  # of the events of a window
spawn = multiprocessing.get_context("spawn")


class Slow(StripeGateway):
    """A Stripe that answers as late as the real one, and knows payments of somebody else."""

    def get_payment(self, payment_intent: str) -> PaymentFacts:
        threading.Event().wait(STRIPE_ANSWERS_IN)
        return PaymentFacts(
            payment_intent, "", "succeeded", 4000, "EUR", self.livemode, None, None, None, (), disputed=False
        )


class Kept(SQLModel, table=True):
    """What the bare handler keeps."""

    __tablename__ = "bare_event"

    id: str = Field(primary_key=True)
    type: str
    body: str


async def only(scope: Scope, receive: Receive, send: Send) -> None:
    """Checks the signature, reads the event, answers."""
    if scope["type"] != "http":
        return
    body, more = b"", True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    headers = dict(scope["headers"])
    signature.verify(body, headers[b"stripe-signature"].decode("latin-1"), [SECRET], clock.now())
    stripe_read.event(json.loads(body))
    kept = [(b"content-type", b"text/plain"), (b"content-length", b"4")]
    await send({"type": "http.response.start", "status": 200, "headers": kept})
    await send({"type": "http.response.body", "body": b"kept"})


def each(engine: Engine) -> ASGIApp:
    """The handler one writes first."""
    app = FastAPI()

    def keep(body: bytes) -> None:
        told = stripe_read.event(json.loads(body))
        # On PostgreSQL the same event may come twice between the look and the commit.
        with suppress(IntegrityError), Session(engine.execution_options(writing=True)) as session:
            if session.get(Kept, told.id) is None:
                session.add(Kept(id=told.id, type=told.type, body=body.decode()))
            session.commit()

    @app.post(WEBHOOK_PATH)
    async def webhook(request: Request) -> Response:
        body = await request.body()
        signature.verify(body, request.headers["stripe-signature"], [SECRET], clock.now())
        await run_in_threadpool(keep, body)
        return PlainTextResponse("kept")

    return app


def use(url: str) -> None:
    """The database of this process."""
    os.environ["SEPTAINE_DATABASE_URL"] = url
    get_settings.cache_clear()
    db.get_engine.cache_clear()


def serve(name: str, port: int, url: str) -> None:
    """A contender, until it is told to stop. Configured as the product configures its server."""
    use(url)
    logs.configure(get_settings())
    make: dict[str, Callable[[], ASGIApp]] = {
        ONLY: lambda: only,
        EACH: lambda: each(db.get_engine()),
        SEPTAINE: create_app,
    }
    key = get_settings().stripe_api_key.get_secret_value()
    with standing_in(Slow(key, "http://127.0.0.1:9"), [SECRET]), socket.socket() as listening:
        listening.bind(("127.0.0.1", port))
        listening.listen(2048)
        uvicorn.Server(
            uvicorn.Config(make[name](), http="httptools", ws="none", access_log=False, log_config=None)
        ).run(sockets=[listening])


@dataclass
class Contender:
    """A server process, and what was measured of it: (events a second, p99 in ms) a window."""

    name: str
    url: str
    port: int = 0
    process: Any = None
    windows: list[tuple[float, float]] = field(default_factory=list)

    def start(self) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.process = spawn.Process(target=serve, args=(self.name, self.port, self.url), daemon=True)
        self.process.start()
        while True:
            with suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 1):
                return
            threading.Event().wait(0.1)

    def stop(self) -> None:
        self.process.terminate()
        self.process.join()


def letters(count: int, port: int) -> tuple[list[bytes], list[str]]:
    """Whole requests, signed now; every tenth event is there twice. And the ids of the events."""
    sent: list[bytes] = []
    names: list[str] = []
    stamp = int(clock.now().timestamp())
    while len(sent) < count:
        about = {
            **shapes.blank("charge", stamp),
            "payment_intent": f"pi_{len(sent)}",
            "amount": 4000,
            "currency": "eur",
        }
        told = shapes.blank("event", stamp) | {
            "type": "charge.succeeded",
            "livemode": False,
            "data": {"object": about},
        }
        body = json.dumps(told).encode()
        header = signature.sign(body, SECRET, stamp)
        request = (
            f"POST {WEBHOOK_PATH} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Type: application/json\r\n"
            f"Stripe-Signature: {header}\r\nUser-Agent: Stripe/1.0\r\nContent-Length: {len(body)}\r\n\r\n"
        ).encode() + body
        sent += [request] * (2 if len(names) % TWICE == 0 else 1)
        names.append(told["id"])
    return sent, names


class Sender(asyncio.Protocol):
    """One connection: the next request once the last was answered."""

    def __init__(self, line: Iterator[tuple[int, bytes]], flood: "Flood") -> None:
        self.line, self.flood = line, flood
        self.number, self.began, self.buffer = -1, 0.0, b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport: Any = transport
        self.next()

    def next(self) -> None:
        try:
            self.number, request = next(self.line)
        except StopIteration:
            self.transport.close()
            return
        self.began = time.perf_counter()
        self.transport.write(request)

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        if not self.buffer.endswith(b"kept"):
            return
        assert self.buffer.startswith(b"HTTP/1.1 200"), self.buffer
        self.buffer = b""
        self.flood.answered.append(self.number)
        self.flood.took.append(time.perf_counter() - self.began)
        self.next()

    def connection_lost(self, _: Exception | None) -> None:
        self.flood.open -= 1
        if self.flood.open == 0:
            self.flood.over.set()


@dataclass
class Flood:
    """What came of some requests: which were answered, and how long each took."""

    answered: list[int] = field(default_factory=list)
    took: list[float] = field(default_factory=list)
    open: int = CONNECTIONS
    over: asyncio.Event = field(default_factory=asyncio.Event)


async def flood(port: int, requests: Sequence[bytes], kill: Callable[[], None] | None = None) -> Flood:
    made, line = Flood(), iter(enumerate(requests))
    loop = asyncio.get_running_loop()
    if kill is not None:
        loop.call_later(0.7, kill)
    for _ in range(CONNECTIONS):
        await loop.create_connection(lambda: Sender(line, made), "127.0.0.1", port)
    await made.over.wait()
    return made


def window(contender: Contender, events: int) -> None:
    requests, names = letters(int(events * SHARE[contender.name]), contender.port)
    before = count(contender.name)
    began = time.perf_counter()
    came = asyncio.run(flood(contender.port, requests))
    seconds = time.perf_counter() - began
    assert len(came.answered) == len(requests)
    if contender.name != ONLY:
        assert count(contender.name) - before == len(names), "an event is missing, or there twice"
    p99 = 1000 * statistics.quantiles(came.took, n=100)[98]
    contender.windows.append((len(requests) / seconds, p99))
    print(f"  {contender.name}: {len(requests) / seconds:,.0f}/s, p99 {p99:,.1f} ms", flush=True)


def count(name: str) -> int:
    if name == ONLY:
        return 0
    with db.reading() as session:
        table = "payment_event" if name == SEPTAINE else "bare_event"
        return int(session.connection().scalar(text(f"SELECT count(*) FROM {table}")) or 0)  # noqa: S608


def killed(contender: Contender, events: int) -> str:
    """SIGKILL in the midst of a flood, then look for everything that was answered."""
    requests, _ = letters(events, contender.port)
    came = asyncio.run(
        flood(contender.port, requests, lambda: os.kill(contender.process.pid, signal.SIGKILL))
    )
    contender.process.join()
    with db.reading() as session:
        kept = set(session.connection().scalars(text("SELECT id FROM payment_event")))
    said = {json.loads(requests[number].partition(b"\r\n\r\n")[2])["id"] for number in came.answered}
    assert said, "killed too early to tell"
    return f"killed in a flood: {len(said):,} answered, {len(said - kept)} of them missing"


def tell(place: str, contenders: Sequence[Contender], end: str) -> None:
    rates = {one.name: statistics.median(rate for rate, _ in one.windows) for one in contenders}
    late = {one.name: statistics.median(p99 for _, p99 in one.windows) for one in contenders}
    print(f"\n{place}\n{'':28}{'events/s':>10}{'p99 ms':>10}")
    for name, rate in rates.items():
        print(f"{name:28}{rate:>10,.0f}{late[name]:>10,.1f}")
    print(
        f"Septaine: {rates[SEPTAINE] / rates[ONLY]:.2f} × {ONLY}, {rates[SEPTAINE] / rates[EACH]:.1f} × {EACH}, "
        f"p99 1/{late[EACH] / late[SEPTAINE]:.0f} of that\n{end}\n",
        flush=True,
    )


@contextmanager
def places(names: Sequence[str]) -> Iterator[dict[str, str]]:
    found, server = {}, None
    if "sqlite" in names:
        found["SQLite"] = f"sqlite:///{Path(os.environ['SEPTAINE_DATA_DIR']) / 'bench.db'}"
    if "postgres" in names:
        server = start_postgres()
        found["PostgreSQL"] = new_postgres_database(server.get_uri(), "bench")
    try:
        yield found
    finally:
        db.get_engine().dispose()
        if server is not None:
            server.cleanup()


def run(place: str, url: str, events: int, windows: int) -> None:
    use(url)
    metadata.create_all(db.get_engine())
    contenders = [Contender(name, url) for name in (ONLY, EACH, SEPTAINE)]
    for one in contenders:
        one.start()
    try:
        for one in contenders:
            window(one, 1_000)  # a server lives long: the first calls are not its pace
            one.windows.clear()
        for _ in range(windows):
            for one in contenders:
                window(one, events)
        end = killed(contenders[-1], events)
    finally:
        for one in contenders:
            one.stop()
    tell(place, contenders, end)


def main() -> None:
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--quick", action="store_true")
    options.add_argument("--windows", type=int, default=5)
    options.add_argument("--on", nargs="+", default=["sqlite", "postgres"])
    given = options.parse_args()
    events, windows = (EVENTS // 10, 1) if given.quick else (EVENTS, given.windows)
    with places(given.on) as found:
        for place, url in found.items():
            run(place, url, events, windows)


if __name__ == "__main__":
    main()
