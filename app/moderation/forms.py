"""What a moderator's browser may send: filters, decisions, corrections, words to watch for, reasons."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import Field, create_model, field_validator

from app.core.forms import FormModel, Line, problem
from app.core.i18n import mark
from app.intake.rules import ItemState, Kind, Signal, Watch
from app.moderation.desks.base import Field as DeskField
from app.moderation.rules import Filters, Verb

More = Annotated[str, Field(max_length=500)]


def read_filters(given: Mapping[str, str]) -> Filters:
    """The filters of an address; what is not one of the choices filters nothing."""

    def one_of(enum: Any, name: str, otherwise: Any) -> Any:
        return enum(given[name]) if given.get(name) in set(enum) else otherwise

    return Filters(
        campaign=given.get("campaign", "")[:16],
        kind=one_of(Kind, "kind", None),
        state=one_of(ItemState, "state", ItemState.PENDING),
        signal=one_of(Signal, "signal", None),
        language=given.get("language", "")[:2],
        age=given.get("age", "") if given.get("age") in ("4", "24") else "",
        whose=given.get("whose", "") if given.get("whose") in ("mine", "escalated") else "",
    )


def query_of(filters: Filters) -> dict[str, str]:
    """The part of an address that says these filters; empty ones are left out."""
    state = "" if filters.state is ItemState.PENDING else filters.state.value
    named = {
        "campaign": filters.campaign,
        "kind": filters.kind.value if filters.kind else "",
        "state": state,
        "signal": filters.signal.value if filters.signal else "",
        "language": filters.language,
        "age": filters.age,
        "whose": filters.whose,
    }
    return {name: value for name, value in named.items() if value}


class DecideForm(FormModel):
    """One decision about an item as it was shown. `alike`: about all that wait with the same words."""

    version: int
    verb: Verb
    reason: Line = Field(default="", max_length=40)
    more: More = ""
    alike: bool = False


class BulkForm(FormModel):
    """One decision about many; each is named by pid and the version that was shown. The reason says which."""

    item: list[str] = Field(min_length=1, max_length=100)
    what: Literal["accept", "reason"]
    reason: Line = Field(default="", max_length=40)

    @property
    def verb(self) -> Verb | None:
        return Verb.ACCEPT if self.what == "accept" else None

    @property
    def shown(self) -> list[tuple[str, int]]:
        pairs = [one.partition(":") for one in self.item]
        return [(pid, int(version)) for pid, _, version in pairs]

    @field_validator("item")
    @classmethod
    def _pid_and_version(cls, value: list[str]) -> list[str]:
        for one in value:
            _, _, version = one.partition(":")
            if not version.isdigit() or len(version) > 9:
                raise problem("item", mark("Tick at least one."))
        return value


class EscalateForm(FormModel):
    """Passing an item to the owners; they read the note."""

    version: int
    note: str = Field(min_length=3, max_length=600)


class UndoForm(FormModel):
    """Taking back what was decided at an instant."""

    at: datetime

    @field_validator("at")
    @classmethod
    def _with_its_zone(cls, value: datetime) -> datetime:
        if value.tzinfo is None:
            raise problem("at", mark("This cannot be used. Check it, please."))
        return value


class WordForm(FormModel):
    """A word or phrase of an organisation's own."""

    word: Line = Field(min_length=2, max_length=60)
    watch: Watch


class ReasonForm(FormModel):
    """A reason of an organisation's own, in both languages: its authors read one of them."""

    verb: Verb
    title: Line = Field(min_length=2, max_length=80)
    text_fr: str = Field(min_length=10, max_length=600)
    text_en: str = Field(min_length=10, max_length=600)

    @field_validator("verb")
    @classmethod
    def _not_for_accepting(cls, value: Verb) -> Verb:
        if value is Verb.ACCEPT:
            raise problem("verb", mark("Choose one of the options."))
        return value


class AnswerForm(FormModel):
    """What somebody did about an alert."""

    note: str = Field(default="", max_length=600)


def words_form(fields: Sequence[DeskField]) -> type[FormModel]:
    """The form that corrects an item: the version shown and each text its desk lets change."""
    texts: dict[str, Any] = {
        f"words_{one.name}": (str, Field(default="", max_length=one.limit)) for one in fields
    }
    return create_model("WordsForm", __base__=FormModel, version=(int, ...), **texts)
