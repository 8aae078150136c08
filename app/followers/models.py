"""Tables of followers. An address or a device is kept once a campaign; links are derived and kept nowhere."""

from datetime import date, datetime

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field

from app.core import clock
from app.core.db import EnumText, Row, UtcDateTime
from app.core.ids import new_pid
from app.followers.rules import DeliveryState, DispatchState, Ending, FollowState, NoticeState, Rhythm


class Follower(Row, table=True):
    """An address that follows a campaign, once its owner has said so twice."""

    __tablename__ = "follower"
    __table_args__ = (
        UniqueConstraint("campaign_id", "email"),
        Index("ix_follower_organisation_id_email", "organisation_id", "email"),
    )

    id: int = Field(default=None, primary_key=True)
    pid: str = Field(default_factory=new_pid, unique=True, max_length=16)
    organisation_id: int = Field(foreign_key="organisation.id")
    campaign_id: int = Field(foreign_key="campaign.id")
    email: str = Field(max_length=254)  # lower case
    language: str = Field(max_length=2)
    topics: int  # sum of rules.BITS
    rhythm: Rhythm = Field(default=Rhythm.EACH, sa_type=EnumText(Rhythm))
    state: FollowState = Field(default=FollowState.ASKED, sa_type=EnumText(FollowState), index=True)
    ending: Ending = Field(default=Ending.NONE, sa_type=EnumText(Ending))
    paused_until: date | None = None  # nothing before this day, in the campaign's zone
    link_id: int | None = Field(default=None, foreign_key="tracked_link.id", index=True)  # by which it came
    asked_at: datetime = Field(default_factory=clock.now, sa_type=UtcDateTime)
    mailed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)  # the last letter about itself
    confirmed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    soft_bounces: int = 0
    soft_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class Dispatch(Row, table=True):
    """One thing that was published, to be told to each follower who asked for its like: once."""

    __tablename__ = "dispatch"
    __table_args__ = (UniqueConstraint("campaign_id", "key"),)

    id: int = Field(default=None, primary_key=True)
    pid: str = Field(default_factory=new_pid, unique=True, max_length=16)
    campaign_id: int = Field(foreign_key="campaign.id", index=True)
    key: str = Field(max_length=80)  # what it is: "day:3", "update:…"; one key, one dispatch
    topics: int
    title: str = Field(max_length=200)
    state: DispatchState = Field(default=DispatchState.FILLING, sa_type=EnumText(DispatchState), index=True)
    cursor: int = 0  # followers up to this id are written down
    device_cursor: int = Field(default=0, sa_column_kwargs={"server_default": "0"})  # devices, likewise
    created_at: datetime = Field(default_factory=clock.now, sa_type=UtcDateTime)
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    sent: int = 0  # the five counts stand once it has ended
    failed: int = 0
    skipped: int = 0
    unsure: int = 0
    devices: int = Field(default=0, sa_column_kwargs={"server_default": "0"})  # that were told


class Delivery(Row, table=True):
    """That one follower is told one thing. Holds no words: the letter is made when it leaves."""

    __tablename__ = "delivery"
    __table_args__ = (
        UniqueConstraint("dispatch_id", "follower_id"),
        Index("ix_delivery_state_due_at", "state", "due_at"),
        Index("ix_delivery_dispatch_id_state", "dispatch_id", "state"),
    )

    id: int = Field(default=None, primary_key=True)
    dispatch_id: int = Field(foreign_key="dispatch.id")
    follower_id: int = Field(foreign_key="follower.id", index=True, ondelete="CASCADE")
    state: DeliveryState = Field(default=DeliveryState.WAITING, sa_type=EnumText(DeliveryState))
    due_at: datetime = Field(sa_type=UtcDateTime)
    attempts: int = 0
    claimed_by: str = Field(default="", max_length=80)
    claimed_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    settled_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    error: str = Field(default="", max_length=400)


class FollowDevice(Row, table=True):
    """A browser that follows a campaign. Nothing ties it to anyone; where it is called stands only in the seal."""

    __tablename__ = "follow_device"
    __table_args__ = (UniqueConstraint("campaign_id", "endpoint_hash"),)

    id: int = Field(default=None, primary_key=True)
    pid: str = Field(default_factory=new_pid, unique=True, max_length=16)
    organisation_id: int = Field(foreign_key="organisation.id", index=True)
    campaign_id: int = Field(foreign_key="campaign.id")
    endpoint_hash: str = Field(
        max_length=64
    )  # keyed, with the campaign: the same browser elsewhere has another
    sealed: str = Field(max_length=4000)
    language: str = Field(max_length=2)
    topics: int  # sum of rules.BITS
    link_id: int | None = Field(default=None, foreign_key="tracked_link.id", index=True)  # by which it came
    created_at: datetime = Field(default_factory=clock.now, sa_type=UtcDateTime)
    failures: int = 0  # in a row
    failed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class DeviceNotice(Row, table=True):
    """That one device is told one thing, once or not at all. Holds no words: they are made when it leaves."""

    __tablename__ = "device_notice"
    __table_args__ = (
        UniqueConstraint("dispatch_id", "device_id"),
        Index("ix_device_notice_state_due_at", "state", "due_at"),
    )

    id: int = Field(default=None, primary_key=True)
    dispatch_id: int = Field(foreign_key="dispatch.id")
    device_id: int = Field(foreign_key="follow_device.id", index=True, ondelete="CASCADE")
    state: NoticeState = Field(default=NoticeState.WAITING, sa_type=EnumText(NoticeState))
    due_at: datetime = Field(sa_type=UtcDateTime)
    claimed_by: str = Field(default="", max_length=80)
    claimed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    settled_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
