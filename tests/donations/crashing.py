"""A process of the product that dies by SIGKILL at a step of its own: a write, a commit, a call to Stripe.

Started once, warm, it forks for each order it reads: a line of JSON with the life to live, its values, the instant,
where Stripe answers, and the step to die at (0: none). It answers with a line: the signal that ended the fork, and
how many steps it made if it lived to its end. A room adds lives of its own to `LIVES`.
"""

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import requests
import structlog
from sqlalchemy import event
from sqlalchemy.orm import configure_mappers
from sqlmodel import Session
from starlette.types import Message, Scope

from app.campaigns.models import Campaign
from app.core import clock, db, i18n
from app.core.db import reading
from app.donations import jobs
from app.donations.aftermath import refunding
from app.donations.aftermath.refunding import RefundWish
from app.donations.aftermath.rules import RefundReason
from app.donations.letterbox import Letterbox
from app.donations.service import giving
from app.payments import signature
from app.payments.door import WEBHOOK_PATH, standing_in
from app.payments.stripe_gateway import StripeGateway
from app.people.rules import Actor, Role
from app.receipts import jobs as receipts
from app.tables import metadata
from tests.donations import stage

Values = dict[str, Any]


def give(gateway: StripeGateway, values: Values) -> None:
    """A donor sends the form."""
    with reading() as session:
        campaign = session.get_one(Campaign, values.pop("campaign"))
    retry = values.pop("retry", "")
    places = giving.Places("https://x.test/thanks", "https://x.test/donate")
    giving.give(
        gateway, campaign, stage.wish(**values), organisation="Les Lanternes", places=places, retry=retry
    )


def told(_: StripeGateway, values: Values) -> None:
    """Stripe tells of events; each is kept, answered and acted on."""
    for body in values["bodies"]:
        asyncio.run(deliver(body.encode()))


def receipted(_: StripeGateway, __: Values) -> None:
    """The worker gives each gift its receipt."""
    receipts.settle_receipts()


def compared(_: StripeGateway, __: Values) -> None:
    """The worker compares gifts with Stripe."""
    jobs.reconcile()


def refunded(_: StripeGateway, values: Values) -> None:
    """A member presses the button that gives a gift back; ``form_key`` is of that press."""
    actor = Actor(values["person"], values["organisation"], Role.FINANCE, "Fatou")
    wish = RefundWish(values["amount"], RefundReason.DONOR, "", values["form_key"])
    refunding.refund(actor, values["gift"], wish)


def found(_: StripeGateway, __: Values) -> None:
    """The worker takes up refunds whose answer never came."""
    jobs.find_lost_refunds()


LIVES: dict[str, Callable[[StripeGateway, Values], None]] = {
    "give": give,
    "told": told,
    "receipted": receipted,
    "compared": compared,
    "refunded": refunded,
    "found": found,
}


async def deliver(body: bytes) -> None:
    """A notification, as the server hands it to the letterbox."""
    header = signature.sign(body, stage.WEBHOOK_SECRET, int(clock.now().timestamp()))
    headers = [(b"stripe-signature", header.encode())]
    scope: Scope = {"type": "http", "method": "POST", "path": WEBHOOK_PATH, "headers": headers}
    said: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": body}

    async def send(message: Message) -> None:
        said.append(message)

    async def nobody(*_: object) -> None:
        raise AssertionError

    await Letterbox(nobody)(scope, receive, send)
    assert said[0]["status"] == 200


class Steps:
    """Counts what changes something somewhere, and dies at the last one it is given."""

    def __init__(self, last: int) -> None:
        self.last, self.made = last, 0

    def __call__(self, *_: object) -> None:
        self.made += 1
        if self.made == self.last:
            os.kill(os.getpid(), signal.SIGKILL)

    def watch(self) -> None:
        """Before each write, before and after each commit, before and after each call."""

        @event.listens_for(db.get_engine(), "before_cursor_execute")
        def _write(_c: object, _k: object, statement: str, *_: object) -> None:
            if statement.lstrip()[:6] in ("INSERT", "UPDATE", "DELETE"):
                self()

        @event.listens_for(Session, "before_commit")
        @event.listens_for(Session, "after_commit")
        def _commit(session: Session) -> None:
            if not session.info.get("read_only"):
                self()

        real = requests.Session.send

        def send(*given: Any, **named: Any) -> requests.Response:
            self()
            answer = real(*given, **named)
            self()
            return answer

        requests.Session.send = send


def live(order: Values, steps: Steps) -> None:
    gateway = StripeGateway(stage.SECRET_KEY, order["stripe"])
    with (
        clock.frozen(datetime.fromisoformat(order["at"])),
        standing_in(gateway, [stage.WEBHOOK_SECRET]),
    ):
        steps.watch()
        LIVES[order["life"]](gateway, order["values"])


def warm() -> None:
    """What every fork would do again, done once: mappers, words, a database that waits for no disk (a killed process
    loses nothing that it wrote; only a power cut would)."""
    assert metadata.tables
    configure_mappers()
    for language in i18n.LANGUAGES:
        with i18n.speaking(language):
            i18n.gettext("Give")
    if db.get_engine().dialect.name == "sqlite":
        event.listen(db.get_engine(), "connect", _no_waiting_for_the_disk)


def _no_waiting_for_the_disk(connection: Any, _record: object) -> None:
    connection.execute("PRAGMA synchronous=OFF")


def main() -> None:
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))  # shown where a test fails
    warm()
    for line in sys.stdin:
        order = json.loads(line)
        reads, writes = os.pipe()
        child = os.fork()
        if child == 0:
            db.get_engine().dispose(close=False)
            steps = Steps(order["step"])
            try:
                live(order, steps)
                os.write(writes, str(steps.made).encode())
            finally:
                os._exit(0)
        os.close(writes)
        _, status = os.waitpid(child, 0)
        with os.fdopen(reads) as end:
            made = end.read()
        killed = os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0
        sys.stdout.write(f"{killed} {made or -1}\n")
        sys.stdout.flush()


class Mortals:
    """Forks of a warm process, for a test."""

    def __init__(self, stripe: str) -> None:
        self.stripe = stripe
        self._process = subprocess.Popen(
            [sys.executable, "-W", "ignore", "-m", "tests.donations.crashing"],
            cwd=Path(__file__).parents[2],
            env={**os.environ},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def live(self, life: str, step: int = 0, **values: Any) -> int | None:
        """One life, now; how many steps it made, or None when it was killed at the one given."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        at = clock.now().isoformat()
        order = {"life": life, "values": values, "at": at, "stripe": self.stripe, "step": step}
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        killed, made = map(int, self._process.stdout.readline().split())
        assert killed in (0, signal.SIGKILL)
        assert killed or made >= 0, "it failed: see what it wrote"
        return None if killed else made

    def close(self) -> None:
        self._process.kill()
        self._process.communicate()


if __name__ == "__main__":
    main()
