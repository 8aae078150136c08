"""What a browser may send about receipts: the declaration, a donor as a receipt names them, a Gift Aid declaration."""

import re
from datetime import date
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, ValidationInfo, field_validator

from app.core.fields import EmailAddress, FormModel, Line, problem
from app.core.i18n import mark
from app.people.identity import LegalKind, NotALegalNumber, compact
from app.receipts.rules import Donor, Quality, Regime

Short = Annotated[Line, Field(max_length=120)]
_UK_POSTCODE = re.compile(r"[A-Z]{1,2}[0-9][0-9A-Z]? ?[0-9][A-Z]{2}")


def _siren(value: str) -> str:
    if not value:
        return ""
    try:
        return compact(LegalKind.SIREN, value)
    except NotALegalNumber as error:
        raise problem("siren", error.message) from None


class ProfileForm(FormModel):
    regime: Regime
    quality: Quality = Quality.GENERAL_INTEREST
    quality_note: Line = Field("", max_length=200)
    object: Line = Field(min_length=10, max_length=400)
    companies: bool = False
    wealth: bool = False
    prefix: Line = Field("", pattern="^[A-Z0-9]{0,8}$")
    signatory_name: Line = Field(min_length=2, max_length=120)
    signatory_title: Line = Field(min_length=2, max_length=120)
    agreed: Literal["1"]


class DonorForm(FormModel):
    """A donor as a tax receipt names them."""

    name: Short = ""
    company: Line = Field("", max_length=160)
    company_number: Annotated[Line, AfterValidator(_siren)] = ""
    legal_form: Line = Field("", max_length=60)
    line: Line = Field("", max_length=200)
    postcode: Line = Field("", max_length=12)
    city: Line = Field("", max_length=80)
    country: Line = Field("FR", pattern="^[A-Z]{2}$")
    described: Line = Field("", max_length=300)
    valued: Line = Field("", max_length=300)

    def donor(self, email: str) -> Donor:
        same = set(DonorForm.model_fields) - {"legal_form"}
        return Donor(**{name: getattr(self, name) for name in same}, form=self.legal_form, email=email)


def values_of(donor: Donor) -> dict[str, str]:
    """The values of the form that names a donor."""
    same = set(DonorForm.model_fields) - {"legal_form"}
    return {**{name: getattr(donor, name) for name in same}, "legal_form": donor.form}


class VoidForm(DonorForm):
    why: Literal["mistake", "asked"]
    note: Line = Field(min_length=3, max_length=400)
    replace: bool = False


class YearForm(FormModel):
    year: int = Field(ge=2000, le=2999)


class GiftAidForm(FormModel):
    """What HMRC asks of a declaration: a full name, a home address, what it covers, and the donor's agreement."""

    title: Line = Field("", max_length=20)
    first_name: Line = Field(min_length=1, max_length=60)
    last_name: Line = Field(min_length=1, max_length=60)
    house: Line = Field(min_length=1, max_length=120)
    address: Line = Field("", max_length=300)
    postcode: Line = Field(max_length=12)
    agreed: Literal["1"]

    @field_validator("postcode")
    @classmethod
    def _british(cls, value: str) -> str:
        bare = value.upper().strip()
        if not _UK_POSTCODE.fullmatch(bare):
            raise problem("postcode", mark("Write a UK postcode, such as LS2 8EX."))
        return bare if " " in bare else f"{bare[:-3]} {bare[-3:]}"


class PaperGiftAidForm(GiftAidForm):
    """A declaration on paper, entered by a member."""

    email: EmailAddress
    given_on: date

    @field_validator("given_on")
    @classmethod
    def _past(cls, value: date, _info: ValidationInfo) -> date:
        if value.year < 2000:
            raise problem("given_on", mark("Write a date, such as 2027-03-01."))
        return value
