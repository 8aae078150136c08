"""The plain values of a campaign document. Keeps scalars within bounds; refuses fields nobody knows."""

from typing import Annotated
from zoneinfo import available_timezones

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

CAPTION_LIMIT = 2200
"""Characters; the longest caption Instagram accepts, hence the longest kept."""


def line(longest: int, *, shortest: int = 0) -> StringConstraints:
    return StringConstraints(min_length=shortest, max_length=longest, pattern=r"^[^\r\n]*$")


Title = Annotated[str, line(120, shortest=1)]
"""A name nothing can do without; what a draft may still lack is optional, for a draft is exported too."""
OptionalTitle = Annotated[str, line(120)]
Beat = Annotated[str, line(60)]
Unit = Annotated[str, line(40)]
Headline = Annotated[str, line(160)]
Line = Annotated[str, line(300)]
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


def _known_zone(name: str) -> str:
    if name not in available_timezones():
        raise ValueError("no such time zone")
    return name


Zone = Annotated[str, line(60, shortest=1), AfterValidator(_known_zone)]


class Plain(BaseModel):
    """A table of the document: every field known, nothing changed after reading."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Blank(Plain):
    """A gap the organiser fills in, written `[like this]` in the text, and what belongs there."""

    blank: Annotated[str, StringConstraints(pattern=r"^\[[^\[\]]+\]$", max_length=120)]
    help: Line
