"""Tables of moderation: an organisation's own reasons, who looked at masked data, alerts. Decisions stay on items."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, UniqueConstraint
from sqlmodel import Field

from app.core import clock
from app.core.db import EnumText, Row, UtcDateTime
from app.core.ids import new_pid
from app.moderation.rules import AlertKind, Verb


class Reason(Row, table=True):
    """A sentence the organisation gives to authors, in both languages. Retired, never changed once used."""

    __tablename__ = "moderation_reason"

    id: int = Field(default=None, primary_key=True)
    pid: str = Field(default_factory=new_pid, unique=True, max_length=16)
    organisation_id: int = Field(foreign_key="organisation.id", index=True)
    verb: Verb = Field(sa_type=EnumText(Verb))  # return or reject
    title: str = Field(max_length=80)  # for the team
    text_fr: str = Field(max_length=600)
    text_en: str = Field(max_length=600)
    created_by: int | None = Field(default=None, foreign_key="person.id")
    created_at: datetime = Field(default_factory=clock.now, sa_type=UtcDateTime)
    retired_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class Look(Row, table=True):
    """Somebody asked to see the masked data of an item."""

    __tablename__ = "moderation_look"
    __table_args__ = (UniqueConstraint("item_id", "person_id"),)

    id: int = Field(default=None, primary_key=True)
    item_id: int = Field(foreign_key="intake_item.id", ondelete="CASCADE")
    person_id: int = Field(foreign_key="person.id", index=True)
    at: datetime = Field(default_factory=clock.now, sa_type=UtcDateTime)


class Alert(Row, table=True):
    """A campaign receives more hostile or foreign things than it is used to. One row a wave."""

    __tablename__ = "moderation_alert"
    __table_args__ = (UniqueConstraint("running"),)

    id: int = Field(default=None, primary_key=True)
    pid: str = Field(default_factory=new_pid, unique=True, max_length=16)
    organisation_id: int = Field(foreign_key="organisation.id", index=True)
    campaign_id: int = Field(foreign_key="campaign.id", index=True)
    kind: AlertKind = Field(sa_type=EnumText(AlertKind))
    running: str | None = Field(default=None, max_length=40)  # campaign and kind while the wave lasts
    count: int = 0  # troubled items in the hour that was worst
    total: int = 0  # all items of that hour
    usual: float = 0.0  # troubled items of an hour like it, before
    examples: list[dict[str, Any]] = Field(
        default_factory=list, sa_type=JSON
    )  # [{"pid"}]: their words stay on items
    opened_at: datetime = Field(default_factory=clock.now, sa_type=UtcDateTime)
    seen_at: datetime = Field(default_factory=clock.now, sa_type=UtcDateTime)  # last minute the rule held
    calm_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    acknowledged_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    acknowledged_by: int | None = Field(default=None, foreign_key="person.id")
    note: str = Field(default="", max_length=600)
