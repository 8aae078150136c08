"""The campaign document (`septaine-blueprint/1`): what a template holds and what an export carries.

Keeps plain scalars and lists only, so that a person can read and mend the file by hand.
Refuses unknown fields, and has no room for what is private: addresses, personal links, donors, vetting.
The format is described for people in docs/blueprint.md.
"""

import datetime as dt
from typing import Annotated, Literal, Self
from zoneinfo import available_timezones

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, model_validator

FORMAT = "septaine-blueprint/1"
CAPTION_LIMIT = 2200
"""Characters; the longest caption Instagram accepts, hence the longest kept."""


def _line(longest: int, *, shortest: int = 0) -> StringConstraints:
    return StringConstraints(min_length=shortest, max_length=longest, pattern=r"^[^\r\n]*$")


Title = Annotated[str, _line(120, shortest=1)]
"""A name nothing can do without; what a draft may still lack is optional, for a draft is exported too."""
OptionalTitle = Annotated[str, _line(120)]
Beat = Annotated[str, _line(60)]
Unit = Annotated[str, _line(40)]
Headline = Annotated[str, _line(160)]
Line = Annotated[str, _line(300)]
Lead = Annotated[str, StringConstraints(max_length=600)]
Summary = Annotated[str, StringConstraints(max_length=1200)]
Guidance = Annotated[str, StringConstraints(max_length=2000)]
Caption = Annotated[str, StringConstraints(max_length=CAPTION_LIMIT)]
Address = Annotated[str, StringConstraints(max_length=500, pattern=r"^(https?://\S+)?$")]
Key = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")]
Hour = Annotated[str, StringConstraints(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]
Currency = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]
Hashtag = Annotated[str, StringConstraints(pattern=r"^\w{2,60}$")]
Sha256 = Annotated[str, StringConstraints(pattern=r"^([0-9a-f]{64})?$")]
Minor = Annotated[int, Field(ge=1, le=10**15)]
"""Money in the currency's smallest unit."""
Amount = Annotated[int | float, Field(ge=0, le=999_999_999.99)]
"""A measured value, at most two decimals."""

LinkKind = Literal["none", "campaign", "challenge", "donate", "impact", "url"]


def _known_zone(name: str) -> str:
    if name not in available_timezones():
        raise ValueError("no such time zone")
    return name


Zone = Annotated[str, _line(60, shortest=1), AfterValidator(_known_zone)]


class Plain(BaseModel):
    """A table of the document: every field known, nothing changed after reading."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Blank(Plain):
    """A gap the organiser fills in, written `[like this]` in the text, and what belongs there."""

    blank: Annotated[str, StringConstraints(pattern=r"^\[[^\[\]]+\]$", max_length=120)]
    help: Line


class Source(Plain):
    """Where a claim comes from, with the copy of the page that was kept."""

    title: Annotated[str, _line(200, shortest=1)]
    publisher: Annotated[str, _line(120)] = ""
    url: Address = ""
    published_on: dt.date | None = None
    quote: Summary = ""
    archive: Annotated[str, StringConstraints(max_length=60_000)] = ""


class Claim(Plain):
    """Words of a frame that state a fact, and their sources. A check never travels: it is done anew."""

    words: Annotated[str, StringConstraints(min_length=1, max_length=600)]
    sources: Annotated[list[Source], Field(max_length=40)] = []


class Frame(Plain):
    """One story frame: what is seen, what is copied, where the sticker and the link go."""

    title: OptionalTitle
    kind: Literal["text", "image", "video"]
    caption: Caption = ""
    media: Key | None = None
    alt_text: Lead = ""
    alt_hint: Line = ""
    sticker: Line = ""
    link: LinkKind = "none"
    link_url: Address = ""
    label: Annotated[str, _line(80)] = ""
    guidance: Guidance = ""
    blanks: list[Blank] = []
    claims: list[Claim] = []

    @model_validator(mode="after")
    def _address_only_for_own_links(self) -> Self:
        if (self.link == "url") != bool(self.link_url):
            raise ValueError("link_url goes with link = 'url', and only with it")
        return self


class Level(Plain):
    """One of the three sizes of a challenge."""

    title: OptionalTitle
    detail: Line


class Quantity(Plain):
    """How much of the unit one person may tell: at once up to `usual`, never above `most`, with so many decimals."""

    usual: Annotated[int | float, Field(gt=0, le=1_000_000)]
    most: Annotated[int | float, Field(gt=0, le=1_000_000)]
    decimals: Annotated[int, Field(ge=0, le=3)] = 0

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.usual > self.most:
            raise ValueError("a usual quantity is at most the largest one")
        return self


class Challenge(Plain):
    """The act of the day. One accepted act counts one unit, whatever its level, unless people say how much."""

    title: OptionalTitle
    unit_one: Unit
    unit_many: Unit
    how_to: Summary
    guidance: Guidance = ""
    window_days: Annotated[int, Field(ge=1, le=31)] = 1
    quantity: Quantity | None = None
    proof: Literal["none", "optional", "required"] = "none"
    teams: bool = False
    levels: Annotated[list[Level], Field(min_length=3, max_length=3)]


class FrameAt(Plain):
    """A frame (counted from 1) of a day."""

    day: Annotated[int, Field(ge=1, le=31)]
    frame: Annotated[int, Field(ge=1)]


class Post(Plain):
    """Who posts which frame (counted from 1) at which local hour, and how.

    `days_off` is how many days before (less than 0) or after its frame's own day; `channel` is `hand` or the code
    of a platform, whose account never travels; `then` are the frames that follow in the same post, in order.
    """

    frame: Annotated[int, Field(ge=1)]
    hour: Hour
    carrier: Literal["influencer", "organisation"] = "influencer"
    influencer: Key | None = None
    days_off: Annotated[int, Field(ge=-400, le=400)] = 0
    channel: Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]{0,19}$")] = "hand"
    shape: Literal["story", "post"] = "story"
    text: Annotated[str, StringConstraints(max_length=5000)] = ""
    late: Literal["send", "ask", "miss"] = "send"
    late_minutes: Annotated[int, Field(ge=0, le=10_080)] = 60
    then: Annotated[list[FrameAt], Field(max_length=9)] = []


class Day(Plain):
    """One drawer of the week."""

    number: Annotated[int, Field(ge=1, le=31)]
    beat: Beat
    headline: Headline = ""
    headline_help: Line = ""
    lead: Lead = ""
    guidance: Guidance = ""
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

    title: Title
    language: Literal["fr", "en"]
    timezone: Zone
    length: Annotated[int, Field(ge=3, le=31)]
    cause: Line = ""
    headline: Headline = ""
    summary: Summary = ""
    objective: Summary = ""
    hashtags: list[Hashtag] = []
    starts_on: Annotated[dt.date, Field(ge=dt.date(2000, 1, 1), le=dt.date(2100, 1, 1))] | None = None
    hold_statement: Summary = ""
    made_from: Key | None = None
    blanks: list[Blank] = []
    objective_help: Guidance = ""
    hashtags_help: Guidance = ""
    vetting: list[Line] = []
    readiness: list[Line] = []


class MoneyUse(Plain):
    """What a share of the gifts pays for."""

    label: Title
    percent: Annotated[int, Field(ge=1, le=100)]


class MiniGoal(Plain):
    """A sum of the whole drive with a name, told from a day of the campaign on."""

    day: Annotated[int, Field(ge=1, le=31)]
    amount_minor: Minor
    title: Annotated[str, _line(80, shortest=1)]


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
    mini_goals: Annotated[list[MiniGoal], Field(max_length=31)] = []
    start: Literal["hour", "hand", "emergency"] = "hour"
    external_url: Annotated[str, StringConstraints(max_length=500, pattern=r"^(https://[^\s@]+)?$")] = ""
    external_name: Annotated[str, _line(60)] = ""
    suggested_minor: list[Minor] = []
    money_use: list[MoneyUse] = []
    guidance: Guidance = ""
    blanks: list[Blank] = []


class Promise(Plain):
    """What will have changed, from what to what, and how many days after the last day it is due."""

    indicator: Annotated[str, _line(160, shortest=1)]
    unit: Annotated[str, _line(40)] = ""
    baseline: Amount = 0
    target: Amount
    due_in_days: Annotated[int, Field(ge=-400, le=4000)]
    method: Lead = ""
    blanks: list[Blank] = []


class Handle(Plain):
    """Where an influencer speaks, and to how many."""

    network: Key
    handle: Annotated[str, _line(120, shortest=1)]
    audience: Annotated[int, Field(ge=0, le=10**10)] = 0


class Influencer(Plain):
    """What may be told of an influencer: no address, no personal link, no vetting, no sum."""

    key: Key
    name: Title
    public_role: Headline = ""
    tie: Summary = ""
    language: Literal["fr", "en"]
    handles: list[Handle] = []
    agreement: Literal["volunteer", "in_kind", "paid"] | None = None
    disclosure: Annotated[str, _line(80)] = ""


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
    promises: list[Promise] = []
    days: list[Day] = []
    media: list[Media] = []

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
    influencers: list[Influencer] = []
