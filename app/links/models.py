"""Tables of links and visits. Counts name nobody; a visitor is a keyed hash that dies with the campaign.

Each count of a visit is a sum over some of its columns, and says over which: see `VisitCount`.
"""

from datetime import date, datetime

from sqlalchemy import JSON, Index, UniqueConstraint
from sqlmodel import Field

from app.core import clock
from app.core.db import EnumText, Row, UtcDateTime
from app.core.ids import new_pid
from app.links.rules import Channel, Place, Target


class TrackedLink(Row, table=True):
    """A short address, `/r/{code}`, that leads to a page of its campaign. Retired, it still leads to the campaign."""

    __tablename__ = "tracked_link"
    __table_args__ = (UniqueConstraint("campaign_id", "laid_key"),)

    id: int = Field(default=None, primary_key=True)
    pid: str = Field(default_factory=new_pid, unique=True, max_length=16)
    campaign_id: int = Field(foreign_key="campaign.id", index=True)
    code: str = Field(unique=True, max_length=12)
    label: str = Field(default="", max_length=80)  # what the team calls it
    place: Target = Field(default=Target.CAMPAIGN, sa_type=EnumText(Target))
    day_number: int = 0  # 0: of no day
    influencer_id: int | None = Field(default=None, foreign_key="influencer.id", index=True)
    frame_id: int | None = Field(default=None, foreign_key="frame.id", index=True, ondelete="SET NULL")
    channel: str = Field(default="", max_length=20)  # a value of rules.Channel; "": as the visit tells
    utm: dict[str, str] = Field(default_factory=dict, sa_type=JSON)
    laid_key: str | None = Field(
        default=None, max_length=80
    )  # who, day, frame and channel of a link made where posts are laid; None: made by hand
    created_at: datetime = Field(default_factory=clock.now, sa_type=UtcDateTime)
    retired_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class VisitCount(Row, table=True):
    """What was counted on one day, at one place, from one way.

    `visits`, `bots` and `previews` are looks at a page: sum them over anything. Each of the others counts a person
    once a day, so that its sum over the right columns is a number of people:

    - `people`: at their first look of the day, wherever it was. Sum over everything else of a day.
    - `newcomers`: of those, who had not come on an earlier day. Sum over days too: the people of the campaign.
    - `reached`: at their first look at this place. Sum over ways, for one place and day.
    - `came`: at their first look by this link. Sum over places, for one link and day.
    """

    __tablename__ = "visit_count"
    __table_args__ = (
        UniqueConstraint(
            "campaign_id",
            "on_date",
            "place",
            "link_id",
            "influencer_id",
            "channel",
            "language",
            name="uq_visit_count_cell",
        ),
        Index("ix_visit_count_campaign_id_link_id", "campaign_id", "link_id"),
    )

    id: int = Field(default=None, primary_key=True)
    campaign_id: int = Field(foreign_key="campaign.id")
    on_date: date  # in the campaign's zone
    place: Place = Field(sa_type=EnumText(Place))
    link_id: int = 0  # 0: by no link. No foreign key: a NULL would not be held together by the unique key
    influencer_id: int = 0  # likewise
    channel: Channel = Field(sa_type=EnumText(Channel))
    language: str = Field(max_length=2)
    people: int = 0
    newcomers: int = 0
    reached: int = 0
    came: int = 0
    visits: int = 0
    bots: int = 0
    previews: int = 0


class VisitKey(Row, table=True):
    """The random key of a campaign's visitor marks; deleted with them at the end."""

    __tablename__ = "visit_key"

    campaign_id: int = Field(foreign_key="campaign.id", primary_key=True)
    key: str = Field(max_length=64)


class VisitMark(Row, table=True):
    """That somebody came, so that they count once: never an address, nothing they did, deleted at the end."""

    __tablename__ = "visit_mark"

    campaign_id: int = Field(foreign_key="campaign.id", primary_key=True)
    mark: str = Field(primary_key=True, max_length=43)  # a keyed hash, see core.recognising
    on_date: date = Field(index=True)  # the last day they came
    places: int = 0  # what they saw that day, rules.PLACE_BITS
    links: list[int] = Field(default_factory=list, sa_type=JSON)  # by which links they came that day
    channel: Channel = Field(sa_type=EnumText(Channel))  # how they came that day
