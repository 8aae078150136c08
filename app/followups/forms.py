"""What the browser may send: one answer, or nothing but the wish not to be asked again."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from app.core.fields import FormModel
from app.followups.rules import Lasted

Words = Annotated[str, StringConstraints(max_length=600)]


class TookPartForm(FormModel):
    """From somebody who took part: whether it lasted, and what changed if they like."""

    lasted: Lasted
    changed: Words = ""


class GaveForm(FormModel):
    """From somebody who gave: what changed."""

    changed: Words = Field(min_length=1)


class RoundForm(FormModel):
    """Which round a button of the team is for."""

    days: Literal["30", "90"]
