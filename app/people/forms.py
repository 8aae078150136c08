"""What a browser may send about people; refuses weak passwords and numbers no register gives."""

import re
from functools import cache
from itertools import zip_longest
from typing import Annotated, Any, Literal
from zoneinfo import available_timezones

from pydantic import AfterValidator, Field, StringConstraints, ValidationInfo, field_validator

from app.core.fields import EmailAddress, FormModel, Line, WebAddress, problem
from app.core.i18n import mark
from app.people import identity, passwords
from app.people.identity import LegalKind, NotALegalNumber
from app.people.rules import Role

GOVERNORS_SHOWN, ACCOUNTS_SHOWN = 8, 4
"""Lines of the form: who governs, which years' accounts."""

Language = Literal["fr", "en"]
Name = Annotated[Line, Field(min_length=1, max_length=120)]

CURRENCIES = ("EUR", "GBP", "USD", "CHF", "CAD", "AUD", "NZD", "SEK", "NOK", "DKK", "PLN", "CZK", "JPY")

# Spaces are part of a password; the ceiling only keeps a request from costing a long hash.
Secret = Annotated[str, StringConstraints(strip_whitespace=False, max_length=4096)]


@cache
def time_zones() -> tuple[str, ...]:
    """IANA zones named after places, and UTC."""
    skipped = ("Etc/", "SystemV/", "US/", "posix", "right")
    places = {zone for zone in available_timezones() if "/" in zone and not zone.startswith(skipped)}
    return (*sorted(places), "UTC")


def _time_zone(value: str) -> str:
    if value not in time_zones():
        raise problem("time_zone", mark("Choose one of the options."))
    return value


def _currency(value: str) -> str:
    if value not in CURRENCIES:
        raise problem("currency", mark("Choose one of the options."))
    return value


TimeZone = Annotated[str, AfterValidator(_time_zone)]
Currency = Annotated[str, AfterValidator(_currency)]


def _strong(password: str, info: ValidationInfo) -> str:
    """A new password, judged with what the same form says of its owner."""
    personal = tuple(str(info.data[name]) for name in ("name", "email") if info.data.get(name))
    if found := passwords.weakness(password, personal=personal):
        raise problem("weak_password", found, **found.values)
    return password


NewPassword = Annotated[Secret, AfterValidator(_strong)]


class SignInForm(FormModel):
    email: EmailAddress
    password: Secret


class LinkForm(FormModel):
    email: EmailAddress


class SetupForm(FormModel):
    organisation: Name
    language: Language
    timezone: TimeZone
    currency: Currency
    name: Name
    email: EmailAddress
    password: NewPassword


class JoinForm(FormModel):
    name: Name
    language: Language
    password: NewPassword


class ProfileForm(FormModel):
    name: Name
    language: Language


class PasswordForm(FormModel):
    old_password: Secret | None = None
    new_password: NewPassword
    end_others: bool = False


class OrganisationForm(FormModel):
    """The legal identity, which the legal notice and receipts show, and the settings of new campaigns."""

    name: Name
    legal_name: Line = Field("", max_length=200)
    legal_kind: LegalKind | None = None
    legal_number: Line = Field("", max_length=40, validate_default=True)
    address: str = Field("", max_length=400)
    country: Line = Field("FR", pattern="^[A-Z]{2}$")
    email: EmailAddress | None = None
    phone: Line = Field("", max_length=40)
    website: WebAddress | None = Field(None, max_length=300)
    publication_director: Line = Field("", max_length=120)
    hosting: str = Field("", max_length=400)
    language: Language
    timezone: TimeZone
    currency: Currency

    @field_validator("legal_number")
    @classmethod
    def _of_its_register(cls, value: str, info: ValidationInfo) -> str:
        kind = info.data.get("legal_kind")
        if not value and kind is None:
            return value
        if kind is None:
            raise problem("legal_kind", mark("Choose the register this number comes from."))
        if not value:
            raise problem("legal_number", mark("Write the number, or choose no register."))
        try:
            return identity.compact(kind, value)
        except NotALegalNumber as error:
            raise problem("legal_number", error.message) from None


class PublicCardForm(FormModel):
    """What people look for before they give: who governs, the accounts, the way of the money, tax."""

    governance_name: list[Line] = Field(default_factory=list, max_length=GOVERNORS_SHOWN)
    governance_role: list[Line] = Field(default_factory=list, max_length=GOVERNORS_SHOWN)
    account_year: list[Line] = Field(default_factory=list, max_length=ACCOUNTS_SHOWN)
    account_url: list[WebAddress | Literal[""]] = Field(default_factory=list, max_length=ACCOUNTS_SHOWN)
    money_path: str = Field("", max_length=600)
    tax_status: str = Field("", max_length=400)

    @field_validator("governance_name", "governance_role")
    @classmethod
    def _short(cls, values: list[str]) -> list[str]:
        if any(len(value) > 120 for value in values):
            raise problem("short", mark("Write at most 120 characters in each line."))
        return values

    @field_validator("account_year")
    @classmethod
    def _years(cls, values: list[str]) -> list[str]:
        if any(value.strip() and not re.fullmatch(r"(19|20)[0-9]{2}", value.strip()) for value in values):
            raise problem("year", mark("Write each year with four digits, such as 2026."))
        return values

    @field_validator("account_url")
    @classmethod
    def _addresses(cls, values: list[str], info: ValidationInfo) -> list[str]:
        years = info.data.get("account_year", [])
        for url, year in zip_longest(values, years, fillvalue=""):
            if bool(url.strip()) is not bool(year.strip()):
                raise problem("account", mark("Each year needs the address of its accounts."))
        return values

    def columns(self) -> dict[str, Any]:
        """The values as the organisation keeps them; half-empty lines are left out, the latest accounts first."""
        people = zip_longest(self.governance_name, self.governance_role, fillvalue="")
        books = zip_longest(self.account_year, self.account_url, fillvalue="")
        accounts = [{"year": year.strip(), "url": url.strip()} for year, url in books if url.strip()]
        return {
            "governance": [
                {"name": name.strip(), "role": role.strip()} for name, role in people if name.strip()
            ],
            "accounts": sorted(accounts, key=lambda one: one["year"], reverse=True),
            "money_path": self.money_path,
            "tax_status": self.tax_status,
        }


class NewOrganisationForm(FormModel):
    name: Name
    language: Language
    timezone: TimeZone
    currency: Currency


class InvitationForm(FormModel):
    email: EmailAddress
    role: Role


class RoleForm(FormModel):
    role: Role


class EmptyForm(FormModel):
    """A form that is only its button; whatever else comes with it is refused."""
