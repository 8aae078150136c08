"""What the browser may send about the plan, spending and evidence. Amounts are typed as money."""

from datetime import date
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from itertools import zip_longest
from typing import Literal

from pydantic import Field, ValidationInfo, field_validator

from app.core.fields import FormKey, FormModel, FormState, Line, Parsed, problem
from app.core.i18n import mark
from app.core.money import NotAnAmount, parse_amount
from app.impact.money_rules import Category
from app.media.covering import Box

MOST_BOXES = 40
NOT_AN_AMOUNT = mark("Write an amount, such as 250 or 250.50.")


class LineForm(FormModel):
    """A line of the budget; `reason` is asked for once the drive has opened."""

    category: Category
    label: Line = Field(min_length=3, max_length=120)
    amount: Line = Field(min_length=1, max_length=20)
    reason: Line = Field(default="", max_length=400)


class CommitmentForm(FormModel):
    """An account promised by a day."""

    title: Line = Field(min_length=3, max_length=160)
    due_on: date
    reason: Line = Field(default="", max_length=400)


class RemovalForm(FormModel):
    """Why a part of the plan goes; asked for once the drive has opened."""

    reason: Line = Field(default="", max_length=400)


class UnspentForm(FormModel):
    """What becomes of the money that remains."""

    words: str = Field(min_length=10, max_length=1200)
    use_by: date | None = None


class SpendForm(FormModel):
    """Money used. The file is read apart."""

    amount: Line = Field(min_length=1, max_length=20)
    category: Category
    note: Line = Field(min_length=3, max_length=400)
    on_date: date
    payee: Line = Field(min_length=2, max_length=120)
    withheld: Line = Field(default="", max_length=200)
    evidence_note: Line = Field(default="", max_length=200)
    form_key: FormKey = ""

    @field_validator("withheld")
    @classmethod
    def _a_reason(cls, value: str, info: ValidationInfo) -> str:
        if value and len(value) < 3:
            raise problem("withheld", mark("Say in a few words why the name is not shown."))
        if value and value.casefold() == str(info.data.get("payee", "")).casefold():
            raise problem("withheld", mark("Write the reason here, not the name: the public reads it."))
        return value


class RefusalForm(FormModel):
    """Why a second member refuses."""

    reason: Line = Field(min_length=3, max_length=400)


class LimitForm(FormModel):
    """The amount above which two must agree; empty: one is enough."""

    limit: Line = Field(default="", max_length=20)


class CoverForm(FormModel):
    """Boxes over a page, in per cent of its width and height; empty rows are none."""

    left: list[str] = Field(default_factory=list, max_length=MOST_BOXES)
    top: list[str] = Field(default_factory=list, max_length=MOST_BOXES)
    width: list[str] = Field(default_factory=list, max_length=MOST_BOXES)
    height: list[str] = Field(default_factory=list, max_length=MOST_BOXES)
    names_nobody: bool = False
    then: Literal["look", "publish"] = "look"


def with_amount(form: Parsed[LineForm] | Parsed[SpendForm], currency: str) -> tuple[FormState, int | None]:
    """A form and its amount in minor units; with an error and None when it is no amount, or nothing."""
    try:
        minor = parse_amount(str(form.values.get("amount", "")), currency)
    except NotAnAmount:
        minor = 0
    return (form, minor) if minor > 0 else (form.with_error("amount", NOT_AN_AMOUNT), None)


def read_boxes(form: CoverForm) -> list[Box]:
    """The boxes in thousandths, cut at the edges and never smaller than typed. Raises ValueError for what is none."""
    boxes: list[Box] = []
    for row in zip_longest(form.left, form.top, form.width, form.height, fillvalue=""):
        if not any(one.strip() for one in row):
            continue
        left, top, width, height = (_per_cent(one) for one in row)
        right, bottom = min(left + width, Decimal(100)), min(top + height, Decimal(100))
        x, y = (int((one * 10).to_integral_value(ROUND_FLOOR)) for one in (left, top))
        x1, y1 = (int((one * 10).to_integral_value(ROUND_CEILING)) for one in (right, bottom))
        if x1 <= x or y1 <= y:
            raise ValueError(row)
        boxes.append((x, y, x1 - x, y1 - y))
    return boxes


def _per_cent(text: str) -> Decimal:
    try:
        value = Decimal(text.strip().removesuffix("%").strip().replace(",", "."))
    except ArithmeticError:
        raise ValueError(text) from None
    if not value.is_finite() or not 0 <= value <= 100:
        raise ValueError(text)
    return value
