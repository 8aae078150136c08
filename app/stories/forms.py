"""What the browser may send about days and frames."""

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, StringConstraints

from app.core.forms import FormModel, Line, WebAddress
from app.stories.models import FrameKind

Pid = Annotated[str, StringConstraints(pattern=r"^[0-9a-z]{16}$")]


def _unfolded(value: object) -> object:
    """Line breaks as spaces: these fields wrap on the board, and Enter is pressed there out of habit."""
    return " ".join(value.split()) if isinstance(value, str) else value


Unfolded = Annotated[str, BeforeValidator(_unfolded)]


class DayForm(FormModel):
    """The words of a day, and the version they were read in."""

    version: int = Field(ge=1)
    beat: Unfolded = Field(default="", max_length=60)
    headline: Unfolded = Field(default="", max_length=160)
    lead: str = Field(default="", max_length=600)


class FrameForm(FormModel):
    """What is written on and about a frame, and the version it was read in."""

    version: int = Field(ge=1)
    kind: FrameKind
    title: Line = Field(default="", max_length=120)
    caption: str = Field(default="", max_length=2200)
    alt_text: str = Field(default="", max_length=600)
    sticker: Line = Field(default="", max_length=300)
    link_url: WebAddress = Field(default="", max_length=500)
    label: Line = Field(default="", max_length=80)


class MoveForm(FormModel):
    """Where a frame goes: a day and a place in it (1 is the first; none: last), or one step up or down."""

    day: int | None = Field(default=None, ge=1, le=31)
    position: int | None = Field(default=None, ge=1, le=999)
    step: Literal["up", "down"] | None = None


class UndoForm(FormModel):
    """The step that was shown as the last one."""

    step: Pid
