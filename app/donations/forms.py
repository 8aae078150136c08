"""What a donor's browser may send. The amount is judged apart: it needs the campaign's currency."""

from collections.abc import Sequence

from pydantic import Field, ValidationInfo, field_validator

from app.core.forms import FormModel, Line, problem
from app.core.i18n import Message, mark, money
from app.core.money import NotAnAmount, parse_amount
from app.donations.rules import Visibility, scale


class GiftForm(FormModel):
    """A gift. ``pick`` is a suggested amount in minor units; ``amount``, once written in, replaces it."""

    pick: int | None = None
    amount: Line = Field(default="", max_length=20)
    visibility: Visibility = Visibility.ORGANISATION
    donor_name: Line = Field(default="", max_length=120, validate_default=True)
    message: str = Field(default="", max_length=400)
    retry: Line = Field(default="", max_length=16)

    @field_validator("donor_name")
    @classmethod
    def _a_public_gift_has_a_name(cls, value: str, info: ValidationInfo) -> str:
        if info.data.get("visibility") is Visibility.PUBLIC and not value:
            raise problem("donor_name", mark("Write the name everyone will see, or choose who may see it."))
        return value


def read_amount(form: GiftForm, currency: str, suggested: Sequence[int]) -> int | Message:
    """The amount in minor units, or the sentence that says what is wrong with it."""
    found = scale(currency)
    if found is None:
        return mark("Gifts cannot be taken in this currency.")
    if not form.amount:
        if form.pick in suggested:
            return int(form.pick or 0)
        return mark("Choose an amount, or write one.")
    try:
        minor = parse_amount(form.amount, currency)
    except NotAnAmount:
        return mark("Write an amount, such as 25 or 12.50.")
    if minor < found.smallest:
        return mark("The smallest gift is %(amount)s.").with_values(amount=money(found.smallest, currency))
    if minor > found.largest:
        return mark(
            "The largest gift here is %(amount)s. For more, write to the organisation: a transfer costs less."
        ).with_values(amount=money(found.largest, currency))
    return minor
