"""What a donor's browser may send. The amount is judged apart: it needs the campaign's currency."""

import re
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, ValidationInfo, field_validator

from app.core.forms import FormModel, Line, problem
from app.core.i18n import Message, mark, money
from app.core.money import NotAnAmount, decimal_string, minor_digits, parse_amount
from app.donations.rules import Tribute, Visibility
from app.donations.scales import may_give, scale

LINE, TOWN, POSTCODE, NAME = 200, 80, 12, 120
Tick = Literal["", "1"]


def _country(value: str) -> str:
    if value and not (len(value) == 2 and value.isascii() and value.isalpha()):
        raise problem("country", mark("Write the country in two letters, such as FR."))
    return value.upper()


class AgainForm(FormModel):
    """What the defence wants of a form: a sum the browser did, or the slip it waits with. Neither is ever needed."""

    proof: str = Field(default="", max_length=2_000)
    ticket: str = Field(default="", max_length=200)


def _no_link(value: str) -> str:
    """Names stand on public pages unread: none of them carries a link or an address."""
    if re.search(r"://|www\.|@|\.[a-z]{2,}/", value, re.IGNORECASE):
        raise problem("name", mark("Write a name, without a link or an address."))
    return value


Named = Annotated[Line, AfterValidator(_no_link)]


class GiftForm(AgainForm):
    """A gift. ``pick`` is a suggested amount in minor units; ``amount``, once written in, replaces it."""

    pick: int | None = None
    amount: Line = Field(default="", max_length=20)
    every: Literal["once", "month"] = "once"
    cover: Tick = ""
    visibility: Visibility = Visibility.ORGANISATION
    company: Named = Field(default="", max_length=160)
    company_number: Line = Field(default="", max_length=20)
    legal_form: Line = Field(default="", max_length=60)  # of the company, for its tax receipt
    donor_name: Named = Field(default="", max_length=NAME, validate_default=True)
    message: str = Field(default="", max_length=400)
    tribute: Tribute = Tribute.NONE
    tribute_name: Named = Field(default="", max_length=NAME, validate_default=True)
    receipt: Tick = Field(default="", validate_default=True)
    line: Line = Field(default="", max_length=LINE, validate_default=True)
    postcode: Line = Field(default="", max_length=POSTCODE, validate_default=True)
    city: Line = Field(default="", max_length=TOWN, validate_default=True)
    country: Annotated[Line, AfterValidator(_country)] = Field(default="FR")
    retry: Line = Field(default="", max_length=16)

    @field_validator("donor_name")
    @classmethod
    def _a_public_gift_has_a_name(cls, value: str, info: ValidationInfo) -> str:
        if info.data.get("visibility") is Visibility.PUBLIC and not value and not info.data.get("company"):
            raise problem("donor_name", mark("Write the name everyone will see, or choose who may see it."))
        return value

    @field_validator("tribute_name")
    @classmethod
    def _a_tribute_is_to_somebody(cls, value: str, info: ValidationInfo) -> str:
        if info.data.get("tribute", Tribute.NONE) is not Tribute.NONE and not value:
            raise problem("tribute_name", mark("Write whose name it is."))
        return value

    @field_validator("receipt")
    @classmethod
    def _a_receipt_names_somebody(cls, value: Tick, info: ValidationInfo) -> Tick:
        if value and info.data.get("visibility") is Visibility.NOBODY:
            raise problem("receipt", mark("A receipt carries your name: let the organisation see it."))
        if value and not (info.data.get("donor_name") or info.data.get("company")):
            raise problem("receipt", mark("A receipt carries your name: write it above."))
        return value

    @field_validator("line", "postcode", "city")
    @classmethod
    def _a_receipt_has_an_address(cls, value: str, info: ValidationInfo) -> str:
        if info.data.get("receipt") and not value:
            raise problem("address", mark("The law wants your full address on a tax receipt."))
        return value

    @property
    def address(self) -> dict[str, Any]:
        """The address for a receipt; empty when none was asked for."""
        if not self.receipt:
            return {}
        parts = {"line": self.line, "postcode": self.postcode, "city": self.city, "country": self.country}
        return {**parts, "form": self.legal_form} if self.company else parts


class OwnGiftForm(FormModel):
    """What a donor may still change of a gift. Whether it needs a name is judged with the gift: a company has one."""

    visibility: Visibility
    donor_name: Named = Field(default="", max_length=NAME)
    message: str = Field(default="", max_length=400)


def read_amount(form: GiftForm, currency: str) -> int | Message:
    """The amount in minor units, or the sentence that says what is wrong with it.

    Any amount that may be given may be picked: what is suggested can change between two views of the page.
    """
    found = scale(currency)
    if found is None:
        return mark("Gifts cannot be taken in this currency.")
    if not form.amount:
        if form.pick is not None and may_give(form.pick, currency):
            return form.pick
        return mark("Choose an amount, or write one.")
    try:
        minor = parse_amount(form.amount, currency)
    except NotAnAmount:
        if minor_digits(currency):
            return mark("Write an amount, such as 25 or 12.50.")
        return mark("Write an amount without decimals, such as %(amount)s.").with_values(
            amount=str(found.suggested[0])
        )
    if minor < found.smallest:
        return mark("The smallest gift is %(amount)s.").with_values(amount=money(found.smallest, currency))
    if minor > found.largest:
        return mark(
            "The largest gift here is %(amount)s. For more, write to the organisation: a transfer costs less."
        ).with_values(amount=money(found.largest, currency))
    if not may_give(minor, currency):
        return mark("Payments in %(currency)s take fewer decimals. Round the amount, please.").with_values(
            currency=currency
        )
    return minor


def linked(amount: str, monthly: str, currency: str, suggested: list[int]) -> dict[str, str]:
    """What a link to the page asks for, `?amount=12,50&monthly=1`, as the values of its form.

    What cannot be read or given is left out: a link of somebody else's must not greet the donor with an error.
    """
    values: dict[str, str] = {}
    if monthly.lower() in ("1", "true", "yes"):
        values["every"] = "month"
    read = (
        read_amount(GiftForm(amount=amount), currency)
        if 0 < len(amount) <= 20 and amount.isprintable()
        else ""
    )
    if isinstance(read, int):
        values["pick" if read in suggested else "amount"] = (
            str(read) if read in suggested else decimal_string(read, currency)
        )
    return values
