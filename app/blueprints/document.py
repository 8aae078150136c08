"""The campaign document (`septaine-blueprint/1`): what a template holds and what an export carries.

Keeps plain scalars and lists only, so that a person can read and mend the file by hand.
Refuses unknown fields, and has no room for what is private: addresses, personal links, donors, vetting.
The format is described for people in docs/blueprint.md.
"""

import datetime as dt
from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from app.blueprints.storyboard import Day
from app.blueprints.values import (
    Amount,
    Blank,
    Currency,
    Guidance,
    Hashtag,
    Headline,
    Hour,
    Key,
    Lead,
    Line,
    Minor,
    OptionalTitle,
    Plain,
    Sha256,
    Summary,
    Title,
    Zone,
    line,
)

FORMAT = "septaine-blueprint/1"


class Campaign(Plain):
    """What the campaign is, and the questions that guide whoever builds it."""

    title: Title
    language: Literal["fr", "en"]
    timezone: Zone
    length: Annotated[int, Field(ge=3, le=31)]
    cause: Line = ""
    headline: Headline = ""
    summary: Summary = ""
    objective: Summary = ""
    hashtags: list[Hashtag] = Field(default_factory=list)
    starts_on: Annotated[dt.date, Field(ge=dt.date(2000, 1, 1), le=dt.date(2100, 1, 1))] | None = None
    hold_statement: Summary = ""
    made_from: Key | None = None
    blanks: list[Blank] = Field(default_factory=list)
    objective_help: Guidance = ""
    hashtags_help: Guidance = ""
    vetting: list[Line] = Field(default_factory=list)
    readiness: list[Line] = Field(default_factory=list)


class MoneyUse(Plain):
    """What a share of the gifts pays for."""

    label: Title
    percent: Annotated[int, Field(ge=1, le=100)]


class MiniGoal(Plain):
    """A sum of the whole drive with a name, told from a day of the campaign on."""

    day: Annotated[int, Field(ge=1, le=31)]
    amount_minor: Minor
    title: Annotated[str, line(80, shortest=1)]


class Drive(Plain):
    """The donation drive: the day and local hour it opens, what it asks, the amounts it offers."""

    day: Annotated[int, Field(ge=1, le=31)]
    opens: Hour = "10:00"
    closes_after_days: Annotated[int, Field(ge=0, le=60)] = 7
    title: OptionalTitle = ""
    ask: Lead = ""
    currency: Currency
    goal_minor: Annotated[int, Field(ge=0, le=10**15)] = 0
    stretch_minor: Annotated[int, Field(ge=0, le=10**15)] = 0
    mini_goals: list[MiniGoal] = Field(default_factory=list, max_length=31)
    start: Literal["hour", "hand", "emergency"] = "hour"
    external_url: Annotated[str, StringConstraints(max_length=500, pattern=r"^(https://[^\s@]+)?$")] = ""
    external_name: Annotated[str, line(60)] = ""
    suggested_minor: list[Minor] = Field(default_factory=list)
    money_use: list[MoneyUse] = Field(default_factory=list)
    guidance: Guidance = ""
    blanks: list[Blank] = Field(default_factory=list)


class Promise(Plain):
    """What will have changed, from what to what, and how many days after the last day it is due."""

    indicator: Annotated[str, line(160, shortest=1)]
    unit: Annotated[str, line(40)] = ""
    baseline: Amount = 0
    target: Amount
    due_in_days: Annotated[int, Field(ge=-400, le=4000)]
    method: Lead = ""
    blanks: list[Blank] = Field(default_factory=list)


class BudgetLine(Plain):
    """What a part of the goal pays for, in one of the three categories of the French statement of use."""

    category: Literal["missions", "fundraising", "running"]
    label: Title
    amount_minor: Annotated[int, Field(ge=0, le=10**15)] = 0
    blanks: list[Blank] = Field(default_factory=list)


class Account(Plain):
    """An account the public is to read, so many days after the last day."""

    title: Annotated[str, line(160, shortest=1)]
    due_in_days: Annotated[int, Field(ge=-400, le=4000)]


class Handle(Plain):
    """Where an influencer speaks, and to how many."""

    network: Key
    handle: Annotated[str, line(120, shortest=1)]
    audience: Annotated[int, Field(ge=0, le=10**10)] = 0


class Influencer(Plain):
    """What may be told of an influencer: no address, no personal link, no vetting, no sum."""

    key: Key
    name: Title
    public_role: Headline = ""
    tie: Summary = ""
    language: Literal["fr", "en"]
    handles: list[Handle] = Field(default_factory=list)
    agreement: Literal["volunteer", "in_kind", "paid"] | None = None
    disclosure: Annotated[str, line(80)] = ""


class Media(Plain):
    """A picture or film: a file beside the document, or a motif the project draws."""

    key: Key
    kind: Literal["image", "video"] = "image"
    file: Annotated[str, StringConstraints(pattern=r"^([\w-]{1,80}\.[a-z0-9]{2,4})?$")] = ""
    sha256: Sha256 = ""
    motif: Key | None = None


class TemplateCard(Plain):
    """How a template presents itself.

    With `repeat`, all days but the last are laid down again in turn until the campaign is full;
    the last stays last.
    """

    key: Key
    title: Title
    summary: Headline
    repeat: bool = False


class Body(Plain):
    """The tables that templates, exports and the demo share."""

    campaign: Campaign
    drive: Drive | None = None
    promises: list[Promise] = Field(default_factory=list)
    budget: list[BudgetLine] = Field(default_factory=list, max_length=60)
    accounts: list[Account] = Field(default_factory=list, max_length=24)
    days: list[Day] = Field(default_factory=list)
    media: list[Media] = Field(default_factory=list)

    @model_validator(mode="after")
    def _days_fit(self) -> Self:
        if [day.number for day in self.days] != list(range(1, len(self.days) + 1)):
            raise ValueError("days are numbered 1, 2, 3 … in order")
        if len(self.days) > self.campaign.length:
            raise ValueError("more days than the campaign is long")
        if self.drive and self.drive.day > self.campaign.length:
            raise ValueError("the drive opens after the last day")
        if self.drive and any(one.day > self.campaign.length for one in self.drive.mini_goals):
            raise ValueError("a mini-goal lies after the last day")
        return self

    @model_validator(mode="after")
    def _following_frames_exist(self) -> Self:
        held = {day.number: len(day.frames) for day in self.days}
        named = {(one.day, one.frame) for day in self.days for post in day.posts for one in post.then}
        if any(frame > held.get(day, 0) for day, frame in named):
            raise ValueError("a post names a following frame that is not there")
        return self

    @model_validator(mode="after")
    def _media_exist(self) -> Self:
        known = {item.key for item in self.media}
        used = {frame.media for day in self.days for frame in day.frames if frame.media}
        if used - known:
            raise ValueError(f"frames name media that are not there: {sorted(used - known)}")
        return self


class Document(Body):
    """A whole campaign: a template when it has a card, an export when it has none."""

    format: Literal["septaine-blueprint/1"]
    template: TemplateCard | None = None
    influencers: list[Influencer] = Field(default_factory=list)
