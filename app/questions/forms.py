"""What the browser may send about questions, votes, answers and sessions."""

import datetime as dt
import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, model_validator

from app.campaigns.forms import Zone
from app.core.fields import EmailAddress, FormModel, FormState, Line, WebAddress, problem
from app.core.i18n import mark
from app.questions.models import Answer, QaSession
from app.questions.rules import ANSWER_LIMIT, NAME_LIMIT, SOURCES, TEXT_LIMIT


def _only_a_name(value: str) -> str:
    if re.search(r"@|://|www\.|\d{5}", value):
        raise problem("only_a_name", mark("Only a name here: no address, link or number."))
    return value


def _enough(value: str) -> str:
    if len(value) < 8:
        raise problem("short_question", mark("Write the question in a few words."))
    return value


Name = Annotated[Line, Field(max_length=NAME_LIMIT), AfterValidator(_only_a_name)]
Text = Annotated[str, Field(max_length=TEXT_LIMIT), AfterValidator(_enough)]
Day = Annotated[dt.date, Field(ge=dt.date(2000, 1, 1), le=dt.date(2100, 1, 1))]


class AskForm(FormModel):
    """A question. `sure`: its author saw those like it; `live`: the session on whose page it was typed."""

    text: Text
    name: Name = ""
    email: EmailAddress = ""
    may_edit: Literal["1", ""] = ""
    sure: Literal["1", ""] = ""
    live: Annotated[Line, Field(max_length=16)] = ""
    stamp: Annotated[Line, Field(max_length=80)] = ""
    website: str = ""
    proof: Annotated[str, Field(max_length=4000)] = ""


class ChangeForm(FormModel):
    """Its author puts a question in other words."""

    text: Text
    name: Name = ""
    stamp: Annotated[Line, Field(max_length=80)] = ""
    website: str = ""
    proof: Annotated[str, Field(max_length=4000)] = ""


class VoteForm(FormModel):
    """What the visitor wants, so that a second tap changes nothing."""

    vote: Literal["yes", "no"]
    live: Annotated[Line, Field(max_length=16)] = ""


class AnswerForm(FormModel):
    """An answer, as a draft or to publish; sources are lists side by side."""

    version: int
    text: str = Field(default="", max_length=ANSWER_LIMIT)
    by_name: Line = Field(default="", max_length=120)
    by_role: Line = Field(default="", max_length=160)
    correction: Line = Field(default="", max_length=400)
    publish: Literal["1", ""] = ""
    title: list[Annotated[Line, Field(max_length=200)]] = Field(default_factory=list, max_length=SOURCES)
    publisher: list[Annotated[Line, Field(max_length=120)]] = Field(default_factory=list, max_length=SOURCES)
    url: list[WebAddress | Literal[""]] = Field(default_factory=list, max_length=SOURCES)
    date: list[Annotated[Line, Field(max_length=40)]] = Field(default_factory=list, max_length=SOURCES)

    @model_validator(mode="after")
    def _whole(self) -> "AnswerForm":
        if self.publish and not (self.text and self.by_name):
            raise problem("unsigned", mark("A published answer has its text, and the name of who gives it."))
        for source in self.sources():
            if not source["title"]:
                raise problem("untitled", mark("Give each source a title."))
        return self

    def sources(self) -> list[dict[str, Any]]:
        """The sources that say something."""
        count = max(len(self.title), len(self.publisher), len(self.url), len(self.date))
        lines = [
            {name: _at(getattr(self, name), place) for name in ("title", "publisher", "url", "date")}
            for place in range(count)
        ]
        return [line for line in lines if any(line.values())]


def _at(values: list[Any], place: int) -> str:
    return str(values[place]) if place < len(values) else ""


class LiveForm(FormModel):
    """What the host's desk sends of the question on air: a text, or nothing when it was answered aloud; one source."""

    question: Annotated[Line, Field(max_length=16)]
    text: str = Field(default="", max_length=ANSWER_LIMIT)
    by_name: Line = Field(max_length=120)
    by_role: Line = Field(default="", max_length=160)
    source_title: Line = Field(default="", max_length=200)
    source_url: WebAddress = Field(default="", max_length=500)

    @model_validator(mode="after")
    def _named(self) -> "LiveForm":
        if self.source_url and not self.source_title:
            raise problem("untitled", mark("Give each source a title."))
        return self

    def source(self) -> list[dict[str, Any]]:
        """The source given with it, as answers keep them; none when none was given."""
        if not self.source_title:
            return []
        return [{"title": self.source_title, "publisher": "", "url": self.source_url, "date": ""}]


class SessionForm(FormModel):
    """A session by its wall time."""

    version: int = 0
    title: Line = Field(max_length=120)
    about: str = Field(default="", max_length=600)
    on_date: Day
    at_time: dt.time
    zone: Zone
    minutes: Annotated[int, Field(ge=10, le=240)] = 60
    host: Annotated[Line, Field(max_length=16)] = ""


class ChosenForm(FormModel):
    """One question by its public id."""

    question: Annotated[Line, Field(min_length=1, max_length=16)]


class OnAirForm(FormModel):
    """The question to put on air; none takes the present one off."""

    question: Annotated[Line, Field(max_length=16)] = ""


def filled(answer: Answer | None) -> FormState:
    """The answer's form with what is written so far."""
    if answer is None:
        return FormState({"version": 0})
    values: dict[str, Any] = {
        name: getattr(answer, name) for name in ("version", "text", "by_name", "by_role")
    }
    for name in ("title", "publisher", "url", "date"):
        values[name] = [str(source.get(name, "")) for source in answer.sources]
    return FormState(values)


def filled_live(answer: Answer | None, *, by_name: str, by_role: str) -> FormState:
    """The desk's form for the question on air: the draft where there is one, else the host's name."""
    if answer is None:
        return FormState({"by_name": by_name, "by_role": by_role})
    return FormState(
        {
            "text": answer.text,
            "by_name": answer.by_name or by_name,
            "by_role": answer.by_role if answer.by_name else by_role,
        }
    )


def filled_session(qa: QaSession, host: str) -> FormState:
    """The session's form with what stands; `host` is the public id of who holds it."""
    names = ("version", "title", "about", "zone", "minutes")
    values: Mapping[str, Any] = {name: getattr(qa, name) for name in names}
    return FormState(
        {**values, "on_date": qa.on_date.isoformat(), "at_time": f"{qa.at_time:%H:%M}", "host": host}
    )
