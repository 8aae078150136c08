"""Limits on how often something may be tried, by what `core.counting` counts.

A count is its own short transaction: a refused request rolls its own work back, not the count. Use it as a
route dependency (`dependencies=[limited(…)]`), which runs before the request's session takes the write lock.
"""

from collections.abc import Callable
from ipaddress import IPv6Address, ip_address
from typing import Any

from fastapi import Depends, Request

from app.core.counting import count
from app.core.errors import TooMany
from app.core.forms import FormData


def client_address(request: Request) -> str:
    """The visitor's address as far as it names a household: IPv6 is cut to its /64."""
    host = request.client.host if request.client else "unknown"
    try:
        address = ip_address(host)
    except ValueError:
        return host
    return str(address).split("%")[0] if not isinstance(address, IPv6Address) else address.exploded[:19]


def check(name: str, who: str, *, times: int, seconds: int) -> None:
    """Count a try; raises TooMany beyond `times` in `seconds`."""
    tries, left = count(name, who, seconds=seconds)
    if tries > times:
        raise TooMany(left)


def limited(name: str, *, times: int, seconds: int, field: str | None = None) -> Any:
    """A dependency that limits a route by the visitor's address, or by what a form field says."""
    if field is None:

        def by_address(request: Request) -> None:
            check(name, client_address(request), times=times, seconds=seconds)

        return Depends(by_address)

    def by_field(form: FormData) -> None:
        check(name, form.get(field).strip().lower(), times=times, seconds=seconds)

    return Depends(by_field)


Limit = Callable[..., Any]
