"""What the browser may send about a notice: the notice itself, a decision, an appeal."""

from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, ValidationInfo, field_validator, model_validator

from app.core.fields import EmailAddress, FormModel, Line, problem
from app.core.i18n import mark
from app.core.settings import get_settings
from app.notices import rules
from app.notices.rules import Category, Ground, Outcome

_NEEDED = mark(
    "The law asks for this with a notice. Only one about the sexual abuse of a child may go without."
)


class NoticeForm(FormModel):
    """Article 16, 2: why, where, who, and in good faith. `website` is a field people never see."""

    about: Line = Field(min_length=1, max_length=500)
    category: Category
    reason: str = Field(min_length=20, max_length=4000)
    name: Line = Field(default="", max_length=120, validate_default=True)
    email: EmailAddress | Literal[""] = Field(default="", validate_default=True)
    good_faith: str = Field(default="", max_length=1, validate_default=True)
    org: Line = Field(default="", max_length=16)
    stamp: str = Field(default="", max_length=200)
    proof: str = Field(default="", max_length=4000)
    website: str = Field(default="", max_length=400)

    @field_validator("about")
    @classmethod
    def _ours(cls, value: str) -> str:
        found = rules.own_address(value, get_settings().base_url)
        if found is None:
            raise problem(
                "about",
                mark("Give the address of a page of this site. What stands elsewhere is reported there."),
            )
        return found

    @field_validator("name", "email")
    @classmethod
    def _who(cls, value: str, info: ValidationInfo) -> str:
        if not value and info.data.get("category") not in rules.NAMELESS:
            raise problem("who", _NEEDED)
        return value

    @field_validator("good_faith")
    @classmethod
    def _sincere(cls, value: str) -> str:
        if value != "1":
            raise problem("good_faith", mark("Confirm this to send your notice."))
        return value


class DecideForm(FormModel):
    """A decision and its reasons."""

    version: int
    outcome: Outcome
    ground: Ground | None = None
    basis: Line = Field(default="", max_length=600)
    facts: str = Field(min_length=20, max_length=3000)
    done: str = Field(default="", max_length=600)
    unfounded: bool = False
    alike: bool = False

    @model_validator(mode="after")
    def _a_restriction_rests_on_something(self) -> Self:
        if self.outcome is not Outcome.KEEP and not (self.ground and self.basis):
            raise problem("basis", mark("Say which law or which rule it breaks: the author has to be told."))
        return self


class AppealForm(FormModel):
    """Why a decision is contested."""

    text: str = Field(min_length=20, max_length=3000)


class DoneForm(FormModel):
    """What was done on a page of the organisation's own."""

    decision: Annotated[str, StringConstraints(max_length=16)]
    note: str = Field(min_length=5, max_length=600)


class NoteForm(FormModel):
    """Which authority was told, how, and under which number."""

    note: Line = Field(min_length=5, max_length=400)
