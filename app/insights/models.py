"""Tables of insights: sums by day, what was typed of a platform's figures, what the week cost, the open data.

A sum is made anew from the rows it counts, never added to; none of these rows tells of a person.
"""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, CheckConstraint, Index, UniqueConstraint
from sqlmodel import Field

from app.core import clock
from app.core.db import EnumText, Row, UtcDateTime
from app.core.ids import new_pid
from app.insights.rules import CostKind, Measure


class Tally(Row, table=True):
    """One sum: how many of a measure on a day of the campaign's zone, told apart as far as the rows tell."""

    __tablename__ = "insight_tally"
    __table_args__ = (
        UniqueConstraint(
            "campaign_id",
            "measure",
            "on_date",
            "influencer_id",
            "challenge_id",
            "frame_id",
            "channel",
            "language",
            name="uq_insight_tally_sum",
        ),
    )

    id: int = Field(default=None, primary_key=True)
    campaign_id: int = Field(foreign_key="campaign.id")
    measure: Measure = Field(sa_type=EnumText(Measure))
    on_date: date
    influencer_id: int = 0  # 0: nobody's; no foreign key, so that 0 may stand for nobody in the key
    challenge_id: int = 0
    frame_id: int = 0  # whose link they came by
    channel: str = Field(default="", max_length=40)  # a value of links.rules.Channel; empty: no link told it
    language: str = Field(default="", max_length=8)  # empty where the row does not say
    number: int = Field(default=0, sa_type=BigInteger)
    amount_minor: int = Field(default=0, sa_type=BigInteger)


class CountRun(Row, table=True):
    """When a campaign was last counted, and what its rows looked like then."""

    __tablename__ = "insight_run"

    campaign_id: int = Field(foreign_key="campaign.id", primary_key=True)
    counted_at: datetime = Field(sa_type=UtcDateTime)
    seconds: float = 0
    pulse: str = Field(default="", max_length=400)
    medians: dict[str, Any] = Field(
        default_factory=dict, sa_type=JSON
    )  # the middle gift: of all under "", by ISO date


class Reach(Row, table=True):
    """What a platform showed under a frame, as somebody typed it; None where it showed nothing."""

    __tablename__ = "insight_reach"
    __table_args__ = (
        Index(
            "uq_insight_reach_source", "frame_id", "influencer_id", "channel", unique=True
        ),  # 0: the organisation's own account
    )

    id: int = Field(default=None, primary_key=True)
    campaign_id: int = Field(foreign_key="campaign.id", index=True)
    frame_id: int = Field(foreign_key="frame.id", ondelete="CASCADE")
    influencer_id: int = 0
    channel: str = Field(default="instagram", max_length=20)
    views: int | None = None
    reached: int | None = None
    forward: int | None = None
    back: int | None = None
    exits: int | None = None
    replies: int | None = None
    link_taps: int | None = None
    shares: int | None = None
    typed_by: int | None = Field(default=None, foreign_key="person.id")
    typed_at: datetime = Field(default_factory=clock.now, sa_type=UtcDateTime)


class Cost(Row, table=True):
    """What something of the week cost, or the time it took."""

    __tablename__ = "insight_cost"
    __table_args__ = (CheckConstraint("amount_minor >= 0 AND minutes >= 0", name="amount"),)

    id: int = Field(default=None, primary_key=True)
    pid: str = Field(default_factory=new_pid, unique=True, max_length=16)
    campaign_id: int = Field(foreign_key="campaign.id", index=True)
    kind: CostKind = Field(sa_type=EnumText(CostKind))
    label: str = Field(max_length=120)  # « Montage des vidéos »: what, not who
    on_date: date
    minutes: int = 0  # of hours
    amount_minor: int = Field(default=0, sa_type=BigInteger)  # 0 for hours that were given
    influencer_id: int | None = Field(default=None, foreign_key="influencer.id", index=True)
    created_by: int | None = Field(default=None, foreign_key="person.id")
    created_at: datetime = Field(default_factory=clock.now, sa_type=UtcDateTime)


class OpenData(Row, table=True):
    """The open data of a campaign as published: made once, so that no two editions can be subtracted."""

    __tablename__ = "insight_open_data"

    campaign_id: int = Field(foreign_key="campaign.id", primary_key=True)
    document: dict[str, Any] = Field(sa_type=JSON)
    published_by: int | None = Field(default=None, foreign_key="person.id")
    published_at: datetime = Field(default_factory=clock.now, sa_type=UtcDateTime)
    withdrawn_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
