"""The campaign file (`septaine-blueprint/1`): what a template holds and what an export carries.

Keeps plain scalars and lists only, so that a person can read and mend the file by hand.
Refuses unknown fields, and everything private: addresses, personal links, donors, vetting notes.
The format is described for people in docs/blueprint.md.
"""

import datetime as dt
import tomllib
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

CAPTION_LIMIT = 2200
"""Characters; the longest caption Instagram accepts, hence the longest we keep."""

Line = Annotated[str, StringConstraints(min_length=1, max_length=160, pattern=r"^[^\n]*$")]
OptionalLine = Annotated[str, StringConstraints(max_length=160, pattern=r"^[^\n]*$")]
Text = Annotated[str, StringConstraints(min_length=1, max_length=4000)]
OptionalText = Annotated[str, StringConstraints(max_length=4000)]
Caption = Annotated[str, StringConstraints(max_length=CAPTION_LIMIT)]
Key = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")]
Hour = Annotated[str, StringConstraints(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]
Currency = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]
Hashtag = Annotated[str, StringConstraints(pattern=r"^\w{2,60}$")]
Handle = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,20}:\S{1,80}$")]
Minor = Annotated[int, Field(ge=1)]
"""Money in the currency's smallest unit."""

Carrier = Literal["influencer", "organisation"]
LinkKind = Literal["none", "campaign", "challenge", "donate", "impact", "url"]
Asked = Literal["text", "quantity", "place", "photo"]


class Plain(BaseModel):
    """A table of the file: every field known, nothing changed after reading."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Blank(Plain):
    """A gap the organiser fills in, written `[like this]` in the text, and what belongs there."""

    blank: Annotated[str, StringConstraints(pattern=r"^\[[^\[\]]+\]$")]
    help: Line


class Frame(Plain):
    """One story frame: what is seen, what is copied, where the sticker and the link go."""

    title: Line
    kind: Literal["text", "image", "video"]
    caption: Caption = ""
    alt_hint: OptionalLine = ""
    sticker: OptionalLine = ""
    link: LinkKind = "none"
    link_url: OptionalLine = ""
    link_label: OptionalLine = ""
    media: Key | None = None
    blanks: list[Blank] = []

    @model_validator(mode="after")
    def _address_only_for_own_links(self) -> Self:
        if (self.link == "url") != bool(self.link_url):
            raise ValueError("link_url goes with link = 'url', and only with it")
        if (self.link == "none") == bool(self.link_label):
            raise ValueError("a link has a label, and a label has a link")
        return self


class Level(Plain):
    """One of the three sizes of a challenge; `quantity` is what one accepted act adds to the count."""

    title: Line
    detail: Line
    quantity: Annotated[int, Field(ge=1)] = 1


class Challenge(Plain):
    """The act of the day. `opens` and `closes` are local wall time; `late` lets it be told until the end."""

    verb: Line
    title: Line
    unit_one: Line
    unit_many: Line
    how_to: Text
    opens: Hour = "00:00"
    closes: Hour = "23:59"
    late: bool = True
    asks: list[Asked] = []
    levels: Annotated[list[Level], Field(min_length=3, max_length=3)]


class Post(Plain):
    """Who posts which frame (counted from 1) at which local hour of the day."""

    frame: Annotated[int, Field(ge=1)]
    hour: Hour
    carrier: Carrier = "influencer"
    influencer: Key | None = None


class Day(Plain):
    """One drawer of the week."""

    number: Annotated[int, Field(ge=1, le=31)]
    beat: Line
    headline: OptionalLine = ""
    headline_help: OptionalText = ""
    lead: OptionalText = ""
    guidance: OptionalText = ""
    blanks: list[Blank] = []
    frames: list[Frame] = []
    challenge: Challenge | None = None
    posts: list[Post] = []

    @model_validator(mode="after")
    def _posts_carry_a_frame(self) -> Self:
        if any(post.frame > len(self.frames) for post in self.posts):
            raise ValueError(f"day {self.number}: a post names a frame that is not there")
        return self


class Campaign(Plain):
    """What the campaign is, and the questions that guide whoever builds it."""

    title: Line
    language: Literal["fr", "en"]
    timezone: Line
    length_days: Annotated[int, Field(ge=3, le=31)]
    cause: Line
    objective: Text
    lead: OptionalText = ""
    hashtags: list[Hashtag] = []
    slug: Key | None = None
    starts_on: dt.date | None = None
    blanks: list[Blank] = []
    objective_help: OptionalText = ""
    hashtags_help: OptionalText = ""
    vetting: list[Line] = []
    readiness: list[Line] = []


class Drive(Plain):
    """The donation drive: the day and local hour it opens, its goal and the three amounts offered."""

    day: Annotated[int, Field(ge=1, le=31)]
    opens: Hour
    headline: Line
    lead: Text
    currency: Currency
    goal_minor: Minor | None = None
    amounts_minor: list[Minor] = []
    guidance: OptionalText = ""
    blanks: list[Blank] = []


class BudgetLine(Plain):
    """What a share of the gifts pays for; the lines of a campaign add up to 100 %."""

    label: Line
    percent: Annotated[int, Field(ge=1, le=100)]


class Promise(Plain):
    """What will have changed, from what to what, and how many days after the last day it is due."""

    key: Key
    indicator: Line
    unit: Line
    baseline: Annotated[int, Field(ge=0)]
    target: Annotated[int, Field(ge=0)]
    due_in_days: Annotated[int, Field(ge=1)]
    method: Text
    blanks: list[Blank] = []


class Influencer(Plain):
    """What may be told of an influencer: no address, no personal link, no vetting note."""

    key: Key
    name: Line
    tie: Text
    handles: list[Handle] = []
    audience: Annotated[int, Field(ge=0)] = 0
    agreement: Literal["volunteer", "in_kind", "paid"]
    disclosure: Line


class Media(Plain):
    """A picture or film: a file of the archive, or a motif drawn by the project; never without its text."""

    key: Key
    kind: Literal["image", "video"] = "image"
    alt: Line
    motif: Key | None = None
    file: OptionalLine = ""
    sha256: Annotated[str, StringConstraints(pattern=r"^([0-9a-f]{64})?$")] = ""


class TemplateCard(Plain):
    """How a template presents itself. `repeat` lays its days down again until the campaign is full."""

    key: Key
    title: Line
    summary: Line
    repeat: bool = False


class Body(Plain):
    """The tables that templates, exports and the demo share."""

    campaign: Campaign
    drive: Drive | None = None
    budget: list[BudgetLine] = []
    days: list[Day]
    promises: list[Promise] = []
    media: list[Media] = []

    @model_validator(mode="after")
    def _holds_together(self) -> Self:
        if [day.number for day in self.days] != list(range(1, len(self.days) + 1)):
            raise ValueError("days are numbered 1, 2, 3 … in order")
        if len(self.days) > self.campaign.length_days:
            raise ValueError("more days than the campaign is long")
        if self.drive and self.drive.day > self.campaign.length_days:
            raise ValueError("the drive opens after the last day")
        if self.budget and sum(line.percent for line in self.budget) != 100:
            raise ValueError("the budget does not add up to 100 %")
        known = {item.key for item in self.media}
        used = {frame.media for day in self.days for frame in day.frames if frame.media}
        if used - known:
            raise ValueError(f"frames name media that are not there: {sorted(used - known)}")
        return self


class Blueprint(Body):
    """A whole campaign file: a template when it has a card, an export when it has none."""

    format: Literal["septaine-blueprint/1"]
    template: TemplateCard | None = None
    influencers: list[Influencer] = []


TEMPLATES = Path(__file__).parent / "templates"


def read_blueprint(path: Path) -> Blueprint:
    """The campaign file at `path`.

    Raises `tomllib.TOMLDecodeError` when it is not TOML, `pydantic.ValidationError` when it is not this one.
    """
    return Blueprint.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
