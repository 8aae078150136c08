"""The slip a browser without sums waits with: signed, of one address and one organisation, used once."""

from dataclasses import dataclass
from datetime import UTC, datetime

from app.core import clock
from app.core.counting import count
from app.core.crypto import keyed_hash, same
from app.core.ids import new_pid
from app.defence.rules import TICKET_LIFE, WAIT


@dataclass(frozen=True)
class Ticket:
    """From when it counts."""

    ready_at: datetime
    text: str

    @property
    def ready(self) -> bool:
        return clock.now() >= self.ready_at

    @property
    def left(self) -> int:
        """Seconds to wait, at least one."""
        return max(1, int((self.ready_at - clock.now()).total_seconds() + 0.999))


def issue(organisation_id: int, source: str) -> Ticket:
    """A new one."""
    ready_at = (clock.now() + WAIT).replace(microsecond=0)
    text = f"{int(ready_at.timestamp())}.{new_pid()}"
    return Ticket(ready_at, f"{text}.{_seal(organisation_id, source, text)}")


def read(organisation_id: int, source: str, given: str) -> Ticket | None:
    """A ticket of this address that has not lapsed; None for anything else."""
    text, _, seal = given.rpartition(".")
    if len(given) > 200 or not text or not same(seal, _seal(organisation_id, source, text)):
        return None
    ready_at = datetime.fromtimestamp(int(text.partition(".")[0]), UTC)
    return Ticket(ready_at, given) if clock.now() < ready_at + TICKET_LIFE else None


def use(ticket: Ticket) -> bool:
    """Whether it is used for the first time; it counts once."""
    tries, _ = count("giving-ticket", ticket.text, seconds=7 * 86_400)
    return tries == 1


def _seal(organisation_id: int, source: str, text: str) -> str:
    return keyed_hash("giving-ticket", str(organisation_id), source, text)
