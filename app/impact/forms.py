"""What the browser may send about impact."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field, field_validator, model_validator

from app.core.fields import FormKey, FormModel, Line, WebAddress, problem
from app.core.i18n import mark
from app.media.forms import PortraitForm

Measure = Annotated[Decimal, Field(ge=0, le=Decimal("999999999.99"), decimal_places=2)]


def _read_number(value: object) -> object:
    """Accept "12,5" and "1 200" as people in France write them."""
    if not isinstance(value, str):
        return value
    plain = value.replace("\u00a0", "").replace("\u202f", "").replace(" ", "").replace(",", ".")
    try:
        number = Decimal(plain)
    except ArithmeticError:
        number = Decimal("NaN")
    if not number.is_finite():
        raise problem("number", mark("Write a number, such as 20 or 12.5."))
    return number


class PromiseForm(FormModel):
    """What will be true, by when, and how anyone can tell."""

    indicator: Line = Field(min_length=3, max_length=160)
    unit: Line = Field(default="", max_length=40)
    baseline: Measure = Decimal(0)
    target: Measure
    due_on: date
    method: str = Field(default="", max_length=600)

    @field_validator("baseline", "target", mode="before")
    @classmethod
    def _numbers(cls, value: object) -> object:
        return _read_number(value)

    @model_validator(mode="after")
    def _something_changes(self) -> "PromiseForm":
        if self.baseline == self.target:
            raise problem("target", mark("The target must differ from where things stand today."))
        return self


class CorrectForm(FormModel):
    """Why an entry was wrong; the opposite entry says it for ever."""

    reason: Line = Field(min_length=3, max_length=300)


class UpdateForm(FormModel):
    """A dated account. Figures come as `figure-{pid}`, spending as `spends`; pictures have a form of their own."""

    title: Line = Field(min_length=3, max_length=160)
    body: str = Field(min_length=20, max_length=8000)
    video_url: Annotated[WebAddress, Field(max_length=500)] | Literal[""] = ""
    video_title: Line = Field(default="", max_length=160)
    video_picture: str = Field(default="", max_length=16)  # a picture's public id
    spends: list[str] = Field(default_factory=list, max_length=200)
    then: Literal["draft", "publish"] = "draft"
    form_key: FormKey = ""


class PictureForm(PortraitForm):
    """What a picture of an account shows, where, and who in it agreed. The file is read apart."""

    alt_text: Line = Field(default="", max_length=600)
    place: Line = Field(default="", max_length=120)


class RevisionForm(FormModel):
    """What a published account says from now on, and why. Figures come as `figure-{pid}`.

    Without `video_picture` the video keeps its picture: the page asks only where there is a choice.
    """

    title: Line = Field(min_length=3, max_length=160)
    body: str = Field(min_length=20, max_length=8000)
    video_picture: str | None = Field(default=None, max_length=16)
    why: str = Field(min_length=3, max_length=600)


class WithdrawForm(FormModel):
    """By what right the words of a published account are erased; shown in their place."""

    why: Line = Field(min_length=3, max_length=300)


def read_figure(text: str) -> Decimal | None:
    """A measured value as typed; None when left empty. Raises ValueError when it is no number."""
    if not text.strip():
        return None
    number = _read_number(text.strip())
    if not isinstance(number, Decimal) or number < 0 or number > Decimal("999999999.99"):
        raise ValueError(text)
    return number.quantize(Decimal("0.01"))


def plain_number(value: Decimal) -> str:
    """A measure as a field shows it: no trailing zeros, a decimal point."""
    return f"{value.normalize():f}"
