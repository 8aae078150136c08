"""Who may act on money at Stripe: looked up in a short read of its own, for Stripe is asked meanwhile."""

from typing import Annotated

from fastapi import Depends, Request

from app.core.db import reading
from app.core.forms import FormData
from app.people.access import member_of
from app.people.rules import Actor, Permission


def _treasurer(request: Request, form: FormData) -> Actor:
    with reading() as session:
        actor = member_of(request, session, form)
    actor.require(Permission.MONEY)
    return actor


Treasurer = Annotated[Actor, Depends(_treasurer)]
"""A member who may decide about money, with no transaction held open."""
