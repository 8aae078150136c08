"""A thread of one process that tells many, by mail or on their devices: nothing else ever waits behind it."""

import threading
from collections.abc import Callable
from typing import Protocol

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session

from app.core.db import reading

log = structlog.get_logger("followers")


class Teller(Protocol):
    """Who works in a room."""

    def batch(self) -> int:
        """Settle a few; 0 when there is nothing to do."""


class Room:
    """Rung each second; works in a thread of its own while something is due."""

    def __init__(
        self, name: str, anything: Callable[[Session], bool], teller: Callable[[Callable[[], bool]], Teller]
    ) -> None:
        self._name, self._anything, self._teller = name, anything, teller
        self._stopping = threading.Event()
        self._at_work: threading.Thread | None = None
        self._handled = 0
        self._lock = threading.Lock()

    def ring(self) -> int:
        """Begin if something is due and nobody is at work here; returns how many were settled since the last ring."""
        if not self._stopping.is_set() and (self._at_work is None or not self._at_work.is_alive()):
            with reading() as session:
                wanted = self._anything(session)
            if wanted:
                self._at_work = threading.Thread(target=self._work, name=self._name, daemon=True)
                self._at_work.start()
        with self._lock:
            handled, self._handled = self._handled, 0
        return handled

    def _work(self) -> None:
        teller = self._teller(self._stopping.is_set)
        try:
            while not self._stopping.is_set() and (settled := teller.batch()):
                with self._lock:
                    self._handled += settled
        except SQLAlchemyError as error:
            log.warning("the database does not answer: it waits", room=self._name, error=type(error).__name__)
        except Exception:
            log.exception("telling followers stopped", room=self._name)

    def stop(self, timeout: float) -> bool:
        """Let what is at work be settled, give the rest back; False when it took too long."""
        self._stopping.set()
        if self._at_work is not None:
            self._at_work.join(timeout)
            return not self._at_work.is_alive()
        return True
