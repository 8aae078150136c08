"""A form that is sent twice makes one row: it carries the public id of what it makes. Two presses are one will."""

from typing import Annotated, TypeVar

from pydantic import Field
from sqlmodel import Session, col, select

from app.campaigns.models import Campaign
from app.core.ids import new_pid
from app.impact.models import Update
from app.impact.spend_models import Spend

Made = TypeVar("Made", Spend, Update)
Once = Annotated[str, Field(pattern="^([0-9a-z]{16})?$")]
"""The field of a form; empty where a form is not guarded."""


def made(session: Session, campaign: Campaign, table: type[Made], once: str) -> Made | None:
    """What this form has made already. Two that arrive at one moment take turns: the second finds the first's."""
    if not once:
        return None
    session.execute(
        select(Campaign.id).where(col(Campaign.id) == campaign.id).with_for_update(key_share=True)
    )
    return session.exec(select(table).where(table.pid == once, table.campaign_id == campaign.id)).first()


def pid_for(session: Session, table: type[Made], once: str) -> str:
    """The public id of a new row: the form's own, unless another row has it."""
    free = once and session.exec(select(table.id).where(table.pid == once)).first() is None
    return once if free else new_pid()
