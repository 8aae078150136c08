"""Carries the sandbox's webhooks to their receiver, signed as Stripe signs; it gives up late, never silently.

Every attempt is in the store before it is made. A process killed between the two leaves a claim that ends by
itself, so the event goes out again: the receiver may see one twice, never none.
"""

import http.client
import json
import sqlite3
import threading
from collections.abc import Callable, Mapping
from urllib.parse import urlsplit

import structlog

from app.payments import signature
from app.payments.sandbox.store import Delivery, Endpoint, Store

log = structlog.get_logger("sandbox")

Deliver = Callable[[str, bytes, Mapping[str, str]], int]

LEASE_S = 30.0
TIMEOUT_S = 15
MAX_ATTEMPTS = 16
MAX_DELAY_S = 300.0
TICK_S = 1.0


class Courier:
    """One thread per process, or ``deliver_due`` called by hand."""

    def __init__(
        self,
        store: Store,
        webhook_url: str,
        webhook_secret: str,
        now: Callable[[], float],
        deliver: Deliver | None = None,
    ) -> None:
        self._store = store
        self._url = webhook_url
        self._secret = webhook_secret
        self._now = now
        self._deliver = deliver or post
        self._wake = threading.Event()
        self._ending = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin to carry in the background; what an earlier process left behind goes first."""
        if self._thread is None:
            self._ending.clear()
            self._thread = threading.Thread(target=self._run, name="sandbox-courier", daemon=True)
            self._thread.start()

    def stop(self) -> None:
        """End after the attempt under way."""
        thread, self._thread = self._thread, None
        self._ending.set()
        self._wake.set()
        if thread:
            thread.join()

    def wake(self) -> None:
        """Say that something was queued."""
        self._wake.set()

    def deliver_due(self) -> int:
        """Make every attempt that is due, in order, and return how many were made."""
        made = 0
        while self._attempt_next():
            made += 1
        return made

    def _run(self) -> None:
        while not self._ending.is_set():
            try:
                while not self._ending.is_set() and self._attempt_next():
                    pass
            except sqlite3.Error:  # a full disk or a busy file passes; the courier must outlive it
                log.exception("sandbox courier: data file out of reach")
            self._wake.wait(TICK_S)
            self._wake.clear()

    def _attempt_next(self) -> bool:
        with self._store.transaction() as book:
            delivery = book.claim_delivery(self._now(), LEASE_S)
            event = book.get(delivery.event) if delivery else None
            others = {one.url: one for one in book.endpoints()}
        if delivery is None or event is None:
            return False
        target = others.get(delivery.endpoint) or Endpoint(self._url, self._secret)
        answer = self._send(json.dumps(event, indent=2).encode(), target)
        self._record(delivery, answer)
        return True

    def _send(self, body: bytes, target: Endpoint) -> int | str:
        """The receiver's status, or why there was none. Each attempt has its own stamp, as at Stripe."""
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            "Stripe-Signature": signature.sign(body, target.secret, int(self._now())),
            "User-Agent": "Stripe/1.0 (+https://stripe.com/docs/webhooks)",
        }
        try:
            return self._deliver(target.url, body, headers)
        except (OSError, http.client.HTTPException) as error:
            return type(error).__name__

    def _record(self, delivery: Delivery, answer: int | str) -> None:
        now = self._now()
        with self._store.transaction() as book:
            if isinstance(answer, int) and 200 <= answer < 300:
                book.settle_delivery(delivery.seq, "done", str(answer), now)
            elif delivery.attempts >= MAX_ATTEMPTS:
                book.settle_delivery(delivery.seq, "dead", str(answer), now)
            else:
                wait = min(2.0 ** (delivery.attempts - 1), MAX_DELAY_S)
                book.settle_delivery(delivery.seq, "queued", str(answer), now + wait)


def post(url: str, body: bytes, headers: Mapping[str, str]) -> int:
    """POST and return the status; redirects are not followed, for Stripe counts them as failures."""
    parts = urlsplit(url)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = kind(parts.hostname or "", parts.port, timeout=TIMEOUT_S)
    try:
        connection.request("POST", parts.path or "/", body, dict(headers))
        answer = connection.getresponse()
        answer.read()
        return answer.status
    finally:
        connection.close()
