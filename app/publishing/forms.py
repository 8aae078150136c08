"""What the browser may send about posts."""

import datetime as dt
from typing import Annotated, Literal

from pydantic import Field

from app.channels.base import Shape
from app.core.forms import FormModel, Line, WebAddress
from app.publishing.rules import HAND, Decision, Late

Day = Annotated[dt.date, Field(ge=dt.date(2000, 1, 1), le=dt.date(2100, 1, 1))]

ORGANISATION = "organisation"


class PostForm(FormModel):
    """The local hour of a post and who carries it: the organisation, or an influencer by public id."""

    at_time: dt.time
    carrier: Line = Field(max_length=16)
    version: int = Field(default=1, ge=1)


class ProofForm(FormModel):
    """Where what went out can be seen."""

    proof_url: WebAddress = Field(default="", max_length=500)


class MoveForm(FormModel):
    """The day and the hour a post is given."""

    day: Day
    at_time: dt.time
    version: int = Field(ge=1)


class PlanForm(FormModel):
    """Everything of a plan: when, by whom, where, in which words, and what if its hour passes."""

    day: Day
    at_time: dt.time
    carrier: Line = Field(max_length=16)
    account: Line = Field(default=HAND, max_length=16)  # HAND, or the public id of a connected account
    shape: Shape = Shape.STORY
    text: str = Field(default="", max_length=5000)
    late: Late = Late.SEND
    late_minutes: int = Field(default=60, ge=5, le=1440)
    version: int = Field(default=1, ge=1)


class NewPostForm(PlanForm):
    """A plan for a story."""

    frame: Line = Field(max_length=16)


class FollowingForm(FormModel):
    """A story that follows a post's first: added, moved or left out."""

    frame: Line = Field(max_length=16)
    do: Literal["add", "up", "down", "remove"]
    version: int = Field(ge=1)


class DecisionForm(FormModel):
    """What somebody decided, and where what went out can be seen."""

    decision: Decision
    proof_url: WebAddress = Field(default="", max_length=500)
    version: int = Field(ge=1)
