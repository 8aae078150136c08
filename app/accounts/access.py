"""Who may connect accounts: owners, looked up in a short read of its own, for a platform is asked meanwhile."""

from typing import Annotated

from fastapi import Depends, Request

from app.core.db import reading
from app.core.forms import FormData
from app.people.access import member_of
from app.people.rules import Actor, Permission


def _connector(request: Request, form: FormData) -> Actor:
    with reading() as session:
        actor = member_of(request, session, form)
    actor.require(Permission.ADMIN)
    return actor


Connector = Annotated[Actor, Depends(_connector)]
"""An owner of the organisation, with no transaction held open."""
