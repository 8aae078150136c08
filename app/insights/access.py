"""A member and their campaign found in a short read, for what then reads many rows and must hold up no writer."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from app.campaigns import queries as campaigns
from app.campaigns.models import Campaign
from app.core.db import reading
from app.core.errors import NotFound
from app.core.forms import FormData
from app.people.access import member_of
from app.people.rules import Actor


@dataclass(frozen=True)
class Seat:
    """Who asks, and about which campaign of theirs; no transaction is held."""

    actor: Actor
    campaign: Campaign


def _seat(pid: str, request: Request, form: FormData) -> Seat:
    with reading() as session:
        actor = member_of(request, session, form)
        campaign = campaigns.own_campaign(session, actor, pid)
        if campaign is None:
            raise NotFound
        return Seat(actor, campaign)


Seated = Annotated[Seat, Depends(_seat)]
