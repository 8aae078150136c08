"""What the browser may send to the studio's own pages."""

import datetime as dt
from typing import Literal

from pydantic import Field, model_validator

from app.core.fields import FormModel, Line, problem
from app.core.i18n import mark
from app.crisis.rules import MAX_CHECKS
from app.publishing.pausing import Choice, Decision


class ResumeForm(FormModel):
    """The two promises of who goes on, and a choice for each post that fell due: three lists side by side."""

    settled: Literal["1"]
    told: Literal["1"]
    holds: list[int] = Field(default_factory=list, max_length=MAX_CHECKS)
    post: list[Line] = Field(default_factory=list, max_length=130)
    choice: list[Choice] = Field(default_factory=list, max_length=130)
    moment: list[str] = Field(default_factory=list, max_length=130)

    @model_validator(mode="after")
    def _side_by_side(self) -> "ResumeForm":
        if not len(self.post) == len(self.choice) == len(self.moment):
            raise problem("uneven", mark("The list of posts has changed. Look again, please."))
        self.decisions()
        return self

    def decisions(self) -> dict[str, Decision]:
        """The choice of each post by public id. Raises a problem when "at" comes without a moment."""
        found = {}
        for pid, choice, moment in zip(self.post, self.choice, self.moment, strict=True):
            found[pid] = Decision(choice, _moment(moment) if choice is Choice.AT else None)
        return found


def _moment(text: str) -> dt.datetime:
    try:
        return dt.datetime.strptime(text, "%Y-%m-%dT%H:%M")  # noqa: DTZ007 - a wall time in the post's zone
    except ValueError:
        raise problem("moment", mark("Choose a day and an hour for each post that goes out later.")) from None
