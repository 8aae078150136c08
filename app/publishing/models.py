"""Tables of publishing. A post keeps its wall time and zone; the UTC instants are derived from them.

`due_at` is the instant of the plan; `send_at` is the next instant at which the engine may take the post, which
a retry or the re-spacing after an outage moves. Both are recomputed when the zone's rules change.
"""

from datetime import date, datetime, time
from typing import Any

from sqlalchemy import JSON, Index, UniqueConstraint, text
from sqlmodel import Field

from app.channels.base import Outcome, Shape
from app.core import clock
from app.core.db import EnumText, Row, UtcDateTime
from app.core.ids import new_pid
from app.publishing.rules import HAND, Hold, Late, PostState, WordKind

__all__ = ["Attempt", "FollowingFrame", "Outage", "Post", "PostState", "PostWord"]


_SCHEDULED = text("state = 'scheduled'")
_CLAIMED = text("claimed_until IS NOT NULL")
_BY_HAND = text("channel = 'hand'")


class Post(Row, table=True):
    """One or more frames for one carrier on one channel at a wall time."""

    __tablename__ = "post"
    __table_args__ = (
        # Partial where a state counts, so that what was sent costs nothing and a change of state little.
        Index("ix_post_scheduled", "send_at", sqlite_where=_SCHEDULED, postgresql_where=_SCHEDULED),
        Index("ix_post_account_id_send_at", "account_id", "send_at"),
        Index("ix_post_claimed", "claimed_until", sqlite_where=_CLAIMED, postgresql_where=_CLAIMED),
        Index("ix_post_by_hand", "due_at", sqlite_where=_BY_HAND, postgresql_where=_BY_HAND),
    )

    id: int = Field(default=None, primary_key=True)
    pid: str = Field(default_factory=new_pid, unique=True, max_length=16)
    campaign_id: int = Field(foreign_key="campaign.id", index=True)
    frame_id: int = Field(foreign_key="frame.id", index=True)  # the first; others follow in FollowingFrame
    influencer_id: int | None = Field(
        default=None, foreign_key="influencer.id", index=True
    )  # None: organisation
    on_date: date
    at_time: time
    zone: str = Field(max_length=60)
    zone_rules: str = Field(default="", max_length=20)  # the zone data's release that gave the instants
    due_at: datetime = Field(sa_type=UtcDateTime)
    send_at: datetime = Field(sa_type=UtcDateTime)
    channel: str = Field(default=HAND, max_length=20)
    account_id: int | None = Field(default=None, foreign_key="channel_account.id")
    shape: Shape = Field(default=Shape.STORY, sa_type=EnumText(Shape))
    text: str = Field(default="", max_length=5000)  # instead of the frame's caption, on this channel
    late: Late = Field(default=Late.SEND, sa_type=EnumText(Late))
    late_minutes: int = 60  # with Late.SEND: how late it may still go out by itself
    state: PostState = Field(default=PostState.SCHEDULED, sa_type=EnumText(PostState))
    hold: Hold | None = Field(default=None, sa_type=EnumText(Hold))  # why it is HELD
    hold_note: str = Field(default="", max_length=400)
    claimed_by: str = Field(default="", max_length=80)
    claimed_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    tries: int = 0
    posted_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    proof_url: str = Field(default="", max_length=500)  # where it can be seen
    proof_media_id: int | None = Field(default=None, foreign_key="media.id")  # a screenshot
    declined_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    declined_reason: str = Field(default="", max_length=400)
    told: PostState | None = Field(
        default=None, sa_type=EnumText(PostState)
    )  # the trouble the team was mailed about
    asked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)  # sent for approval
    approved_by: int | None = Field(default=None, foreign_key="person.id")
    approved_at: datetime | None = Field(default=None, sa_type=UtcDateTime)  # by the team
    agreed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)  # by the influencer
    version: int = 1
    created_at: datetime = Field(default_factory=clock.now, sa_type=UtcDateTime)


class FollowingFrame(Row, table=True):
    """A frame that a post carries after its first: a story in several parts, a gallery."""

    __tablename__ = "post_following_frame"
    __table_args__ = (UniqueConstraint("post_id", "position"),)

    id: int = Field(default=None, primary_key=True)
    post_id: int = Field(foreign_key="post.id", index=True, ondelete="CASCADE")
    frame_id: int = Field(foreign_key="frame.id", index=True)
    position: int  # from 1; the first frame is the post's own


class Attempt(Row, table=True):
    """One try at one piece of a post, written before the platform is asked; without an outcome, it broke off."""

    __tablename__ = "post_attempt"
    __table_args__ = (
        UniqueConstraint("post_id", "position", "number"),
        Index("ix_post_attempt_started_at", "started_at"),
        # Room for the outcome in the page of its try: PostgreSQL then writes to none of the indexes again.
        {"postgresql_with": {"fillfactor": 60}},
    )

    id: int = Field(default=None, primary_key=True)
    post_id: int = Field(foreign_key="post.id")
    account_id: int = Field(foreign_key="channel_account.id")
    position: int = 0  # the piece: 0 unless a platform takes the frames one by one
    number: int  # from 1, for each piece
    key: str = Field(max_length=80)  # the same for every try of the piece
    due_at: datetime = Field(sa_type=UtcDateTime)  # the post's instant the key was made from
    holder: str = Field(default="", max_length=80)
    started_at: datetime = Field(sa_type=UtcDateTime)
    finished_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    outcome: Outcome | None = Field(default=None, sa_type=EnumText(Outcome))
    detail: str = Field(default="", max_length=400)
    progress: str = Field(default="", max_length=2000)  # a container, an uploaded file
    remote_id: str = Field(default="", max_length=300)
    url: str = Field(default="", max_length=500)
    looked_up: int = 0  # how often the platform was asked what became of it


class PostWord(Row, table=True):
    """Something said about a post: a comment, or a step of its approval with the content as it then was."""

    __tablename__ = "post_word"

    id: int = Field(default=None, primary_key=True)
    pid: str = Field(default_factory=new_pid, unique=True, max_length=16)
    post_id: int = Field(foreign_key="post.id", index=True, ondelete="CASCADE")
    kind: WordKind = Field(sa_type=EnumText(WordKind))
    person_id: int | None = Field(default=None, foreign_key="person.id")
    influencer_id: int | None = Field(default=None, foreign_key="influencer.id")
    inside: bool = True  # only the team reads it; else the influencer too
    text: str = Field(default="", max_length=1200)
    content: dict[str, Any] = Field(
        default_factory=dict, sa_type=JSON
    )  # what was approved, for the difference
    at: datetime = Field(default_factory=clock.now, sa_type=UtcDateTime)


class Outage(Row, table=True):
    """What lateness did to a campaign's posts at once: the summary the team reads and is mailed."""

    __tablename__ = "post_outage"

    id: int = Field(default=None, primary_key=True)
    pid: str = Field(default_factory=new_pid, unique=True, max_length=16)
    campaign_id: int = Field(foreign_key="campaign.id", index=True)
    at: datetime = Field(default_factory=clock.now, sa_type=UtcDateTime)
    oldest_due_at: datetime = Field(sa_type=UtcDateTime)
    respaced: int = 0  # go out late, one after the other
    asked: int = 0  # wait for a person
    missed: int = 0
