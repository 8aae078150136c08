"""The thread of one process that sends letters to many: no mail to one person and no post ever waits behind it."""

import threading

import structlog
from sqlalchemy.exc import SQLAlchemyError

from app.core.db import reading
from app.followers import parcels
from app.followers.sending import Sender

log = structlog.get_logger("followers")


class Room:
    """Rung each second; works in a thread of its own while letters are due."""

    def __init__(self) -> None:
        self._stopping = threading.Event()
        self._at_work: threading.Thread | None = None
        self._handled = 0
        self._lock = threading.Lock()

    def ring(self) -> int:
        """Begin if something is due and nobody is at work here; returns how many were settled since the last ring."""
        if not self._stopping.is_set() and (self._at_work is None or not self._at_work.is_alive()):
            with reading() as session:
                wanted = parcels.anything(session)
            if wanted:
                self._at_work = threading.Thread(target=self._work, name="followers", daemon=True)
                self._at_work.start()
        with self._lock:
            handled, self._handled = self._handled, 0
        return handled

    def _work(self) -> None:
        sender = Sender(stopping=self._stopping.is_set)
        try:
            while not self._stopping.is_set() and (settled := sender.batch()):
                with self._lock:
                    self._handled += settled
        except SQLAlchemyError as error:
            log.warning("the database does not answer: letters wait", error=type(error).__name__)
        except Exception:
            log.exception("letters to followers stopped")

    def stop(self, timeout: float) -> bool:
        """Let the letter at work be settled, give the others back; False when it took too long."""
        self._stopping.set()
        if self._at_work is not None:
            self._at_work.join(timeout)
            return not self._at_work.is_alive()
        return True
