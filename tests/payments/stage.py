"""A sandbox served over real HTTP on the loopback, and a gateway that reaches it through Stripe's own kit."""

import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
import requests
import uvicorn
from starlette.types import ASGIApp

from app.core import clock
from app.payments.base import CheckoutRequest, CheckoutSession
from app.payments.sandbox.app import Sandbox, create_sandbox
from app.payments.stripe_gateway import StripeGateway

SECRET_KEY = "sk_test_0123456789abcdef"
WEBHOOK_SECRET = "whsec_0123456789abcdef"
WEBHOOK_URL = "http://127.0.0.1:9/webhooks/stripe"


@contextmanager
def served(make: Callable[[str], ASGIApp]) -> Iterator[str]:
    """Serve the application that ``make`` builds for its own address; the address, until the block ends."""
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    listening.listen(128)  # callers wait in line while the server starts
    base = f"http://127.0.0.1:{listening.getsockname()[1]}"
    server = uvicorn.Server(uvicorn.Config(make(base), log_level="warning", lifespan="off"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    try:
        yield base
    finally:
        server.should_exit = True
        thread.join()
        listening.close()


@dataclass
class Receiver:
    """Where webhooks arrive; ``answers`` are given in turn, then 200."""

    got: list[tuple[bytes, str]] = field(default_factory=list)
    answers: list[int | BaseException] = field(default_factory=list)

    def __call__(self, url: str, body: bytes, headers: Mapping[str, str]) -> int:
        assert url == WEBHOOK_URL
        answer = self.answers.pop(0) if self.answers else 200
        if isinstance(answer, BaseException):
            raise answer
        if answer == 200:
            self.got.append((body, headers["Stripe-Signature"]))
        return answer


@dataclass
class Bench:
    """The sandbox with everything a test holds on to."""

    sandbox: Sandbox
    base: str
    gateway: StripeGateway
    receiver: Receiver

    def press(self, session: CheckoutSession, do: str, **fields: str) -> requests.Response:
        """Press a button of the test payment page."""
        data = {"do": do, "email": "lea@example.org", **fields}
        return requests.post(f"{self.base}/pay/{session.id}", data, allow_redirects=False, timeout=10)

    def call(self, method: str, path: str, params: dict[str, Any] | None = None, **headers: str) -> Any:
        """A raw call, as a client that is not the kit would make it."""
        sent = {
            "Authorization": f"Bearer {SECRET_KEY}",
            **{k.replace("_", "-"): v for k, v in headers.items()},
        }
        body = urlencode(params or {})
        return requests.request(method, f"{self.base}/v1/{path}", data=body, headers=sent, timeout=10)

    def delivered(self) -> list[str]:
        """Deliver what is due; the types of all events received so far, in order."""
        self.sandbox.courier.deliver_due()
        events = [self.gateway.read_event(*got, [WEBHOOK_SECRET], clock.now()) for got in self.receiver.got]
        return [event.type for event in events]


def open_sandbox(data_file: Path, receiver: Receiver, base: str) -> Sandbox:
    """A sandbox over a file, as a new process would open it."""
    return create_sandbox(
        data_file,
        secret_key=SECRET_KEY,
        webhook_secret=WEBHOOK_SECRET,
        webhook_url=WEBHOOK_URL,
        public_base=base,
        deliver=receiver,
    )


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    receiver, made = Receiver(), []

    def make(base: str) -> ASGIApp:
        made.append(open_sandbox(tmp_path / "stripe.db", receiver, base))
        return made[0]

    with served(make) as base:
        gateway = StripeGateway(SECRET_KEY, base)
        yield Bench(made[0], base, gateway, receiver)
        gateway.close()


def a_request(**changes: Any) -> CheckoutRequest:
    """A gift of 40 € in French."""
    values: dict[str, Any] = {
        "gift_ref": "gift-1",
        "amount_minor": 4000,
        "currency": "EUR",
        "title": "Don à Les Lanternes",
        "locale": "fr",
        "success_url": "https://story.example.org/c/hope/thanks?session={CHECKOUT_SESSION_ID}",
        "cancel_url": "https://story.example.org/c/hope/donate",
        "expires_at": clock.now() + timedelta(hours=1),
        "idempotency_key": "key-1",
        "metadata": {"campaign": "hope"},
        **changes,
    }
    return CheckoutRequest(**values)


def at(timestamp: int) -> datetime:
    return datetime.fromtimestamp(timestamp, UTC)
