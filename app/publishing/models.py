"""Tables of publishing. A post keeps its wall time and zone; the UTC instant is derived from them."""

from datetime import date, datetime, time

from sqlmodel import Field

from app.core import clock
from app.core.db import EnumText, Row, UtcDateTime
from app.core.ids import new_pid
from app.publishing.rules import PostState

__all__ = ["Post", "PostState"]


class Post(Row, table=True):
    __tablename__ = "post"

    id: int = Field(default=None, primary_key=True)
    pid: str = Field(default_factory=new_pid, unique=True, max_length=16)
    campaign_id: int = Field(foreign_key="campaign.id", index=True)
    frame_id: int = Field(foreign_key="frame.id", index=True)
    influencer_id: int | None = Field(
        default=None, foreign_key="influencer.id", index=True
    )  # None: organisation
    on_date: date
    at_time: time
    zone: str = Field(max_length=60)
    due_at: datetime = Field(sa_type=UtcDateTime, index=True)
    channel: str = Field(default="hand", max_length=20)
    state: PostState = Field(default=PostState.PLANNED, sa_type=EnumText(PostState))
    posted_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    proof_url: str = Field(default="", max_length=500)
    declined_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    declined_reason: str = Field(default="", max_length=400)
    version: int = 1
    created_at: datetime = Field(default_factory=clock.now, sa_type=UtcDateTime)
