"""Tables of reminders. Where to reach somebody is sealed: an address of Apprise holds a token."""

from datetime import datetime

from sqlalchemy import UniqueConstraint
from sqlmodel import Field

from app.core import clock
from app.core.db import EnumText, Row, UtcDateTime
from app.core.ids import new_pid
from app.reminders.rules import Occasion, Way

__all__ = ["Occasion", "Reminder", "ReminderTarget", "Way"]


class ReminderTarget(Row, table=True):
    """A way an influencer chose, besides the mail that is always there."""

    __tablename__ = "reminder_target"

    id: int = Field(default=None, primary_key=True)
    pid: str = Field(default_factory=new_pid, unique=True, max_length=16)
    influencer_id: int = Field(foreign_key="influencer.id", index=True)
    way: Way = Field(sa_type=EnumText(Way))
    label: str = Field(max_length=80)  # "Telegram", "this phone": never the address
    sealed: str = Field(max_length=4000)
    created_at: datetime = Field(default_factory=clock.now, sa_type=UtcDateTime)
    failures: int = 0  # in a row; a target that fails ten times is left alone
    failed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class Reminder(Row, table=True):
    """One thing told, or to be told, by one way: claimed before it is sent, so that nobody is told twice.

    The instant is part of the claim: a post that moves to another hour is told of again.
    """

    __tablename__ = "reminder"
    __table_args__ = (UniqueConstraint("post_id", "occasion", "way", "target_id", "due_at"),)

    id: int = Field(default=None, primary_key=True)
    post_id: int = Field(foreign_key="post.id", index=True, ondelete="CASCADE")
    influencer_id: int = Field(foreign_key="influencer.id", index=True)
    occasion: Occasion = Field(sa_type=EnumText(Occasion))
    way: Way = Field(sa_type=EnumText(Way))
    target_id: int = 0  # 0 for the mail
    due_at: datetime = Field(sa_type=UtcDateTime)  # the post's instant it spoke of
    at: datetime = Field(default_factory=clock.now, sa_type=UtcDateTime)
    sent_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    problem: str = Field(default="", max_length=200)
