"""The days of a campaign document: frames and their claims, the challenge, posts. Refuses a post without its frame."""

import datetime as dt
from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from app.blueprints.values import (
    Address,
    Beat,
    Blank,
    Caption,
    Guidance,
    Headline,
    Hour,
    Key,
    Lead,
    Line,
    OptionalTitle,
    Plain,
    Summary,
    Unit,
    line,
)

LinkKind = Literal["none", "campaign", "challenge", "donate", "impact", "url"]


class Source(Plain):
    """Where a claim comes from, with the copy of the page that was kept."""

    title: Annotated[str, line(200, shortest=1)]
    publisher: Annotated[str, line(120)] = ""
    url: Address = ""
    published_on: dt.date | None = None
    quote: Summary = ""
    archive: Annotated[str, StringConstraints(max_length=60_000)] = ""


class Claim(Plain):
    """Words of a frame that state a fact, and their sources. A check never travels: it is done anew."""

    words: Annotated[str, StringConstraints(min_length=1, max_length=600)]
    sources: list[Source] = Field(default_factory=list, max_length=40)


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
    label: Annotated[str, line(80)] = ""
    guidance: Guidance = ""
    blanks: list[Blank] = Field(default_factory=list)
    claims: list[Claim] = Field(default_factory=list)

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
    then: list[FrameAt] = Field(default_factory=list, max_length=9)


class Day(Plain):
    """One drawer of the week."""

    number: Annotated[int, Field(ge=1, le=31)]
    beat: Beat
    headline: Headline = ""
    headline_help: Line = ""
    lead: Lead = ""
    guidance: Guidance = ""
    blanks: list[Blank] = Field(default_factory=list)
    frames: list[Frame] = Field(default_factory=list)
    challenge: Challenge | None = None
    posts: list[Post] = Field(default_factory=list)

    @model_validator(mode="after")
    def _posts_carry_a_frame(self) -> Self:
        if any(post.frame > len(self.frames) for post in self.posts):
            raise ValueError(f"day {self.number}: a post names a frame that is not there")
        return self
