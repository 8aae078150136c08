"""Tables of follow-ups. Addresses stay where they were given; here is a keyed hash of each, until its round ends."""

from datetime import datetime

from sqlalchemy import UniqueConstraint
from sqlmodel import Field

from app.core import clock
from app.core.db import EnumText, Row, UtcDateTime
from app.core.ids import new_pid
from app.followups.rules import Lasted


class FollowUp(Row, table=True):
    """One round of questions about a campaign. The marks say how far its people were gone through."""

    __tablename__ = "follow_up"
    __table_args__ = (UniqueConstraint("campaign_id", "days"),)

    id: int = Field(default=None, primary_key=True)
    pid: str = Field(default_factory=new_pid, unique=True, max_length=16)
    campaign_id: int = Field(foreign_key="campaign.id")
    days: int  # after the last day: 30 or 90
    streak_mark: int = 0
    gift_mark: int = 0
    called_off_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    asked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)  # once everybody was
    closed_at: datetime | None = Field(default=None, sa_type=UtcDateTime, index=True)
    created_at: datetime = Field(default_factory=clock.now, sa_type=UtcDateTime)


class FollowUpAsked(Row, table=True):
    """One person asked, and what they answered. Once the round is closed nothing here leads to them."""

    __tablename__ = "follow_up_asked"
    __table_args__ = (UniqueConstraint("follow_up_id", "address_hash"),)

    id: int = Field(default=None, primary_key=True)
    follow_up_id: int = Field(foreign_key="follow_up.id")
    address_hash: str | None = Field(default=None, max_length=64, index=True)
    token_hash: str | None = Field(default=None, unique=True, max_length=64)
    language: str = Field(max_length=2)
    took_part: bool = False
    gave: bool = False
    lasted: Lasted | None = Field(default=None, sa_type=EnumText(Lasted))
    changed: str = Field(default="", max_length=600)  # what changed, in their words, for the team alone
    answered_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    asked_at: datetime = Field(default_factory=clock.now, sa_type=UtcDateTime)


class FollowUpRefusal(Row, table=True):
    """Somebody wants no such question from an organisation any more."""

    __tablename__ = "follow_up_refusal"

    organisation_id: int = Field(foreign_key="organisation.id", primary_key=True)
    address_hash: str = Field(primary_key=True, max_length=64)
    at: datetime = Field(default_factory=clock.now, sa_type=UtcDateTime)
