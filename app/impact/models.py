"""Tables of impact: promises; updates with their pictures, figures and corrections."""

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import JSON, Numeric
from sqlmodel import Field

from app.core import clock
from app.core.db import Row, UtcDateTime
from app.core.ids import new_pid


class Promise(Row, table=True):
    """What will be true, by when, and how anyone can tell."""

    __tablename__ = "promise"

    id: int = Field(default=None, primary_key=True)
    pid: str = Field(default_factory=new_pid, unique=True, max_length=16)
    campaign_id: int = Field(foreign_key="campaign.id", index=True)
    position: int = 0
    indicator: str = Field(max_length=160)  # « adultes inscrits à l’atelier »
    unit: str = Field(default="", max_length=40)
    baseline: Decimal = Field(default=Decimal(0), sa_type=Numeric(14, 2))
    target: Decimal = Field(sa_type=Numeric(14, 2))
    due_on: date
    method: str = Field(default="", max_length=600)  # how it is measured
    locked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)  # fixed when the drive opens
    created_at: datetime = Field(default_factory=clock.now, sa_type=UtcDateTime)


class Update(Row, table=True):
    """A dated account of what happened."""

    __tablename__ = "impact_update"

    id: int = Field(default=None, primary_key=True)
    pid: str = Field(default_factory=new_pid, unique=True, max_length=16)
    campaign_id: int = Field(foreign_key="campaign.id", index=True)
    title: str = Field(max_length=160)
    body: str = Field(default="", max_length=8000)
    media_id: int | None = Field(default=None, foreign_key="media.id")  # read by the release before this one
    alt_text: str = Field(default="", max_length=600)  # the same: pictures have rows of their own
    video_url: str = Field(default="", max_length=500)  # a link: nothing of it is loaded here
    video_title: str = Field(default="", max_length=160)
    video_picture: str = Field(default="", max_length=16)  # the picture of its own that stands for it
    ledger_entry_ids: list[int] = Field(default_factory=list, sa_type=JSON)  # spending it accounts for
    created_by: int | None = Field(default=None, foreign_key="person.id")
    created_at: datetime = Field(default_factory=clock.now, sa_type=UtcDateTime)
    published_at: datetime | None = Field(default=None, sa_type=UtcDateTime, index=True)
    withdrawn_at: datetime | None = Field(default=None, sa_type=UtcDateTime)  # its words erased by right
    withdrawn_why: str = Field(default="", max_length=300)


class Picture(Row, table=True):
    """A picture of an update. Who can be recognised in it, and agreed, stands with the medium (`portrait`)."""

    __tablename__ = "impact_picture"

    id: int = Field(default=None, primary_key=True)
    pid: str = Field(default_factory=new_pid, unique=True, max_length=16)
    update_id: int = Field(foreign_key="impact_update.id", index=True)
    media_id: int | None = Field(default=None, foreign_key="media.id", index=True)  # none: erased by right
    position: int = 0
    alt_text: str = Field(default="", max_length=600)
    place: str = Field(default="", max_length=120)  # where it was taken, as people say it


class Revision(Row, table=True):
    """What a published update said, what it says since, and why. Never changed: another one follows."""

    __tablename__ = "impact_revision"

    id: int = Field(default=None, primary_key=True)
    pid: str = Field(default_factory=new_pid, unique=True, max_length=16)
    update_id: int = Field(foreign_key="impact_update.id", index=True)
    old_title: str = Field(max_length=160)
    old_body: str = Field(max_length=8000)
    old_figures: dict[str, str] = Field(default_factory=dict, sa_type=JSON)  # by the promise's public id
    title: str = Field(max_length=160)
    body: str = Field(max_length=8000)
    figures: dict[str, str] = Field(default_factory=dict, sa_type=JSON)
    old_video_picture: str = Field(default="", max_length=16)
    video_picture: str = Field(default="", max_length=16)
    why: str = Field(max_length=600)
    person_id: int | None = Field(default=None, foreign_key="person.id")
    at: datetime = Field(default_factory=clock.now, sa_type=UtcDateTime)


class Figure(Row, table=True):
    """A measured value of a promise, given with an update. The latest published one counts."""

    __tablename__ = "impact_figure"

    id: int = Field(default=None, primary_key=True)
    update_id: int = Field(foreign_key="impact_update.id", index=True)
    promise_id: int = Field(foreign_key="promise.id", index=True)
    value: Decimal = Field(sa_type=Numeric(14, 2))
