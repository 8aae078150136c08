"""What the browser may send about the books."""

from pydantic import Field, field_validator
from stdnum.exceptions import ValidationError
from stdnum.fr import siren

from app.books.chart import Account, Use
from app.core.fields import FormModel, Line, problem
from app.core.i18n import mark


class BookForm(FormModel):
    """Which campaign bears what Stripe took."""

    campaign: Line = Field(min_length=1, max_length=16)


class ExplainForm(FormModel):
    """Why a difference is right."""

    note: Line = Field(min_length=3, max_length=400)


class ChartForm(FormModel):
    """The chart of accounts, a number and a name each in the order of its uses; empty: the usual ones."""

    company_number: Line = Field(default="", max_length=20)
    first_month: int = Field(default=1, ge=1, le=12)
    number: list[str] = Field(default_factory=list, max_length=len(Use))
    label: list[str] = Field(default_factory=list, max_length=len(Use))

    @field_validator("company_number")
    @classmethod
    def _siren(cls, value: str) -> str:
        try:
            return siren.validate(value) if value else ""
        except ValidationError:
            raise problem("siren", mark("A SIREN has nine figures.")) from None

    @field_validator("number")
    @classmethod
    def _numbers(cls, value: list[str]) -> list[str]:
        found = [one.strip() for one in value]
        if any(one and not (one.isascii() and one.isalnum() and 3 <= len(one) <= 20) for one in found):
            raise problem(
                "number", mark("An account has a number of 3 to 20 figures or letters, such as 512000.")
            )
        return found

    @field_validator("label")
    @classmethod
    def _labels(cls, value: list[str]) -> list[str]:
        if any(len(one) > 80 for one in value):
            raise problem("label", mark("A name of an account has 80 letters at most."))
        return [" ".join(one.split()) for one in value]

    def accounts(self) -> dict[Use, Account]:
        """The accounts that were named."""
        labels = [*self.label, *[""] * len(Use)]
        return {
            use: Account(number, label)
            for use, number, label in zip(Use, self.number, labels, strict=False)
            if number
        }
