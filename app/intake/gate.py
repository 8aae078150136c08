"""How often one address may send: a machine without proof of work uses up its own turns, never its neighbours'.

Refuses what comes more often than people write; a phone network or a school shares one address.
"""

from typing import Any

from fastapi import Depends, Request

from app.core import ratelimit
from app.core.db import reading
from app.core.forms import FormData
from app.intake import proof


def sparing(name: str, *, times: int, seconds: int) -> Any:
    """`ratelimit.limited` with two counts: one for whoever brings a proof of work nobody gave yet, one for the others.

    A flood behind an address exhausts the second; each turn of the first costs it half a second of sums.
    """

    def by_address(request: Request, form: FormData) -> None:
        with reading() as session:
            proven = proof.holds(session, form.get("proof"))
        who = ratelimit.client_address(request)
        ratelimit.check(f"{name}-proven" if proven else name, who, times=times, seconds=seconds)

    return Depends(by_address)
