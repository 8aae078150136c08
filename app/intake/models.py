"""The table of items: where each thing the public sent stands. The words themselves stay with their room."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Index, UniqueConstraint
from sqlmodel import Field

from app.core import clock
from app.core.db import EnumText, Row, UtcDateTime
from app.core.ids import new_pid
from app.intake.rules import ItemState, Kind


class Item(Row, table=True):
    """One thing somebody sent. Rooms join it by kind and subject, and show only what is `public`."""

    __tablename__ = "intake_item"
    __table_args__ = (
        UniqueConstraint("kind", "subject_id"),
        Index("ix_intake_item_inbox", "organisation_id", "state", "urgency", "id"),
        Index("ix_intake_item_campaign_id_created_at", "campaign_id", "created_at"),
    )

    id: int = Field(default=None, primary_key=True)
    pid: str = Field(default_factory=new_pid, unique=True, max_length=16)
    organisation_id: int = Field(foreign_key="organisation.id")
    campaign_id: int = Field(foreign_key="campaign.id")
    kind: Kind = Field(sa_type=EnumText(Kind))
    subject_id: int  # the row id in the room that keeps it
    supporter_id: int | None = Field(
        default=None, foreign_key="supporter.id", index=True, ondelete="SET NULL"
    )
    state: ItemState = Field(default=ItemState.PENDING, sa_type=EnumText(ItemState))
    public: bool = False  # see `rules.is_public`
    excerpt: str = Field(default="", max_length=400)  # for lists; addresses and numbers masked
    language: str = Field(default="", max_length=8)  # as the words read, "" when too short to tell
    signals: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSON)  # [{"signal", "found"}]
    urgency: int = 0  # 0 to 3: the order of the inbox before age
    source: str = Field(default="", max_length=43)  # keyed hash of network and browser; forgotten in a month
    likeness: str = Field(default="", max_length=43, index=True)  # keyed hash of the plain words, for repeats
    escalated_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    escalated_by: int | None = Field(default=None, foreign_key="person.id")
    escalation: str = Field(default="", max_length=600)
    claimed_by: int | None = Field(default=None, foreign_key="person.id")
    claimed_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    decided_by: int | None = Field(default=None, foreign_key="person.id")
    decided_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    reason: str = Field(default="", max_length=40)  # its code, see moderation
    reason_text: str = Field(default="", max_length=1200)  # as the author reads it
    version: int = 1
    created_at: datetime = Field(default_factory=clock.now, sa_type=UtcDateTime)
    changed_at: datetime = Field(default_factory=clock.now, sa_type=UtcDateTime)
