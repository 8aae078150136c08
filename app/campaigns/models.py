"""Tables of campaigns. A slug once public is never given to another campaign."""

from datetime import date, datetime, time
from typing import Any

from sqlalchemy import JSON, BigInteger, CheckConstraint
from sqlmodel import Field

from app.campaigns.rules import Approval, DriveStart, Policy, State
from app.core import clock
from app.core.db import EnumText, Row, UtcDateTime
from app.core.ids import new_pid


class Campaign(Row, table=True):
    __tablename__ = "campaign"
    __table_args__ = (
        CheckConstraint("length BETWEEN 3 AND 31", name="length"),
        CheckConstraint("goal_minor >= 0", name="goal"),
    )

    id: int = Field(default=None, primary_key=True)
    pid: str = Field(default_factory=new_pid, unique=True, max_length=16)
    organisation_id: int = Field(foreign_key="organisation.id", index=True)
    slug: str = Field(unique=True, max_length=80)
    title: str = Field(max_length=120)
    cause: str = Field(default="", max_length=300)  # one sentence: what for
    headline: str = Field(default="", max_length=160)  # the public page's big words when no day speaks
    summary: str = Field(default="", max_length=1200)
    objective: str = Field(default="", max_length=1200)  # for the team
    hashtags: list[str] = Field(default_factory=list, sa_type=JSON)
    language: str = Field(default="fr", max_length=2)
    timezone: str = Field(default="Europe/Paris", max_length=60)
    starts_on: date
    length: int = 7
    state: State = Field(default=State.DRAFT, sa_type=EnumText(State), index=True)
    currency: str = Field(default="EUR", max_length=3)
    goal_minor: int = Field(default=0, sa_type=BigInteger)
    stretch_minor: int = Field(default=0, sa_type=BigInteger)  # shown once the goal is reached; 0 without one
    mini_goals: list[dict[str, Any]] = Field(
        default_factory=list, sa_type=JSON
    )  # [{"day", "amount_minor", "title"}]: sums of the whole drive, each told from its day on
    drive_title: str = Field(default="", max_length=120)  # e.g. « Dimanche, vingt places »
    drive_ask: str = Field(default="", max_length=600)  # what one gift pays for
    drive_day: int = 7  # the day number on which the drive opens
    drive_opens: time = time(10, 0)  # local wall time of that day
    drive_start: DriveStart = Field(default=DriveStart.HOUR, sa_type=EnumText(DriveStart))
    external_url: str = Field(default="", max_length=500)  # where gifts are collected, when not here
    external_name: str = Field(default="", max_length=60)  # the service behind that address
    drive_close_days: int = 7  # the drive closes by itself this many days after the last day
    suggested_minor: list[int] = Field(default_factory=list, sa_type=JSON)
    money_use: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSON)  # [{"label", "percent"}]
    contact_name: str = Field(default="", max_length=120)  # crisis contact
    contact_phone: str = Field(default="", max_length=40)
    contact_email: str = Field(default="", max_length=254)
    hold_statement: str = Field(default="", max_length=1200)  # shown while paused
    approval: Approval = Field(default=Approval.NONE, sa_type=EnumText(Approval))
    moderation: Policy = Field(default=Policy.PRE, sa_type=EnumText(Policy))
    statement: dict[str, Any] = Field(
        default_factory=dict, sa_type=JSON
    )  # {"fr", "en"}: on every public page while `statement_at` is set
    statement_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    alert_at: datetime | None = Field(default=None, sa_type=UtcDateTime)  # moderation warns, nobody answered
    paused_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    pause_reason: str = Field(default="", max_length=400)
    closing_note: str = Field(default="", max_length=1200)  # what is left, what has no figure yet, and why
    template: str = Field(default="", max_length=60)
    version: int = 1
    created_at: datetime = Field(default_factory=clock.now, sa_type=UtcDateTime)
    live_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    drive_told_at: datetime | None = Field(
        default=None, sa_type=UtcDateTime
    )  # "it could not open" was mailed
    drive_opened_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    drive_closed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    closed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class PastSlug(Row, table=True):
    """A slug the campaign once had: posters and stories still carry it, so it redirects for ever."""

    __tablename__ = "past_slug"

    slug: str = Field(primary_key=True, max_length=80)
    campaign_id: int = Field(foreign_key="campaign.id", index=True)
    created_at: datetime = Field(default_factory=clock.now, sa_type=UtcDateTime)


class StateChange(Row, table=True):
    """Each change of state, with who made it."""

    __tablename__ = "campaign_state_change"

    id: int = Field(default=None, primary_key=True)
    campaign_id: int = Field(foreign_key="campaign.id", index=True)
    before: State = Field(sa_type=EnumText(State))
    after: State = Field(sa_type=EnumText(State))
    person_id: int | None = Field(default=None, foreign_key="person.id")
    at: datetime = Field(default_factory=clock.now, sa_type=UtcDateTime)
