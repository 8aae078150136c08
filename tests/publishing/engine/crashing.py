"""A worker that kills itself at a named point: started once, warm, it forks for each order it reads.

An order is a line of JSON: the point, which time it is reached, the instant, the account. It answers with two lines:
the fork's process id, then the signal that ended it (0: it lived to its end).
"""

import json
import os
import signal
import sys
from collections.abc import Callable
from datetime import datetime
from typing import Any

import structlog

from app.accounts import service as accounts
from app.accounts.jobs import extend_permissions
from app.core import clock, db
from app.publishing.engine import claim, record
from app.publishing.engine.engine import Engine
from app.tables import metadata

RINGS = 5


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def dying(step: Callable[..., Any], *, nth: int, after: bool) -> Callable[..., Any]:
    """A step that kills the process at its nth call, before it begins or once it has ended."""
    calls = iter(range(1, 1000))

    def wrapped(*given: Any, **named: Any) -> Any:
        is_it = next(calls) == nth
        if is_it and not after:
            die()
        made = step(*given, **named)
        if is_it and after:
            die()
        return made

    return wrapped


POINTS: dict[str, tuple[Any, str, bool]] = {
    "before reading": (claim, "due_of", False),
    "after reading": (claim, "due_of", True),
    "after key": (record, "begin", True),
    "after answer": (record, "settle", False),
    "after record": (record, "settle", True),
    "opening": (accounts, "opened", True),
}


def arm(point: str, nth: int) -> None:
    """Points that are not named here strike from the platform's side."""
    if point in POINTS:
        module, name, after = POINTS[point]
        setattr(module, name, dying(getattr(module, name), nth=nth, after=after))


def work(order: dict[str, Any]) -> None:
    """One life of a worker."""
    with clock.frozen(datetime.fromisoformat(order["at"])):
        if order.get("renews"):
            extend_permissions()
        engine = Engine(seed=order["nth"])
        for _ in range(RINGS):  # as a worker does each second: a machine that stalls may need another
            engine.ring()
            engine.drain(60)
            if not claim.due_accounts():
                break


def main() -> None:
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))  # shown where a test fails
    assert metadata.tables
    for line in sys.stdin:
        order = json.loads(line)
        if order["point"] == "warm":  # compiles every statement, imports the vendors' libraries
            work(order)
            db.get_engine().dispose()
            tell(0)
            continue
        child = os.fork()
        if child == 0:
            arm(order["point"], order["nth"])
            work(order)
            os._exit(0)
        tell(child)
        _, status = os.waitpid(child, 0)
        tell(os.WTERMSIG(status) if os.WIFSIGNALED(status) else -os.WEXITSTATUS(status))


def tell(number: int) -> None:
    sys.stdout.write(f"{number}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
