"""What routes ask for: the request's one transaction, committed before the first byte of the answer."""

from collections.abc import Callable, Iterator
from typing import Annotated, Any, TypeVar

from fastapi import Depends, Request
from sqlmodel import Session

from app.core.db import open_session

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
F = TypeVar("F", bound=Callable[..., Any])


def writes(endpoint: F) -> F:
    """Mark a GET route that has to write, such as the exchange of a personal link for a cookie."""
    endpoint.writes = True  # type: ignore[attr-defined]
    return endpoint


def _session(request: Request) -> Iterator[Session]:
    endpoint = request.scope.get("endpoint")
    write = request.method not in SAFE_METHODS or getattr(endpoint, "writes", False)
    with open_session(write=write) as session:
        yield session
        if write:
            session.commit()


# scope="function": the code after `yield` runs before the answer is sent, so that a failed commit
# becomes an error page and never a false success.
Db = Annotated[Session, Depends(_session, scope="function")]
