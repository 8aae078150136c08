"""What the browser may send about the drive. Amounts are typed as people do, in the currency given apart."""

from collections.abc import Mapping
from datetime import date, datetime, time
from itertools import zip_longest
from typing import Any, Literal
from urllib.parse import urlsplit

from pydantic import Field, ValidationInfo, field_validator
from stdnum import bic, iban
from stdnum.exceptions import ValidationError

from app.campaigns.forms import CURRENCIES
from app.campaigns.models import Campaign
from app.campaigns.rules import MAX_DAYS, DriveStart
from app.core import clock
from app.core.fields import EmailAddress, FormKey, FormModel, FormState, Line, WebAddress, problem
from app.core.i18n import Message, mark
from app.core.money import NotAnAmount, parse_amount
from app.donations.rules import Visibility, Way

MINIS_SHOWN = 7
"""How many mini-goals the form offers: one a day of the usual week."""


def minis_open(values: Mapping[str, Any]) -> int:
    """How many of them it shows at once: those with something in them, and an empty one; the others unfold."""
    rows = zip_longest(values.get("mini_amount") or [], values.get("mini_title") or [], fillvalue="")
    last = max((place for place, row in enumerate(rows, 1) if any(row)), default=0)
    return min(last + 1, MINIS_SHOWN)


def amount(text: str, currency: str) -> int | Message:
    """A sum above nothing in minor units, or the sentence that says what is wrong."""
    try:
        minor = parse_amount(text, currency)
    except NotAnAmount:
        return mark("Write an amount, such as 250 or 250.50.")
    return minor if minor > 0 else mark("An amount is more than nothing.")


class GoalsForm(FormModel):
    """How the drive opens, what it aims at beyond the goal, and where gifts are collected."""

    version: int
    drive_start: DriveStart
    stretch: Line = Field(default="", max_length=20)
    mini_day: list[str] = Field(default_factory=list, max_length=MINIS_SHOWN)
    mini_amount: list[str] = Field(default_factory=list, max_length=MINIS_SHOWN)
    mini_title: list[str] = Field(default_factory=list, max_length=MINIS_SHOWN)
    external_url: WebAddress | Literal[""] = Field(default="", max_length=500)
    external_name: Line = Field(default="", max_length=60, validate_default=True)

    @field_validator("external_url")
    @classmethod
    def _safe(cls, value: str) -> str:
        parts = urlsplit(value)
        if value and (parts.scheme.lower() != "https" or "@" in parts.netloc):
            raise problem(
                "https", mark("Gifts are given over a safe connection: the address starts with https://.")
            )
        return value

    @field_validator("external_name")
    @classmethod
    def _named(cls, value: str, info: ValidationInfo) -> str:
        if info.data.get("external_url") and not value:
            raise problem("named", mark("Name the service donors are led to, such as HelloAsso."))
        return value


def goals(form: GoalsForm, campaign: Campaign) -> tuple[dict[str, Any], dict[str, Message]]:
    """The columns of the campaign, and what is wrong by field."""
    wrong: dict[str, Message] = {}
    stretch: int | Message = amount(form.stretch, campaign.currency) if form.stretch else 0
    if isinstance(stretch, Message):
        wrong["stretch"], stretch = stretch, 0
    elif stretch and stretch <= campaign.goal_minor:
        wrong["stretch"] = mark("The stretch goal lies above the goal.")
    minis, said = _minis(form, campaign)
    if said is not None:
        wrong["mini_title"] = said
    columns: dict[str, Any] = {
        "drive_start": form.drive_start,
        "stretch_minor": stretch,
        "mini_goals": minis,
        "external_url": form.external_url,
        "external_name": form.external_name,
    }
    return columns, wrong


def _minis(form: GoalsForm, campaign: Campaign) -> tuple[list[dict[str, Any]], Message | None]:
    made: list[dict[str, Any]] = []
    said = mark("Each mini-goal needs a day of the campaign, an amount and a name in few words.")
    for day, text, title in zip_longest(form.mini_day, form.mini_amount, form.mini_title, fillvalue=""):
        if not (text.strip() or title.strip()):
            continue
        minor = amount(text, campaign.currency)
        number = int(day) if day.strip().isdecimal() and len(day) < 4 else 0
        named = 0 < len(title.strip()) <= 80 and len(title.splitlines()) == 1
        if isinstance(minor, Message) or not named or not 1 <= number <= min(campaign.length, MAX_DAYS):
            return [], said
        made.append({"day": number, "amount_minor": minor, "title": title.strip()})
    return sorted(made, key=lambda one: (one["amount_minor"], one["day"])), None


class MatchForm(FormModel):
    """A sponsor's promise, in the campaign's own time."""

    sponsor: Line = Field(min_length=2, max_length=120)
    percent: int = Field(default=100, ge=1, le=1000)
    cap: Line = Field(max_length=20)
    starts_on: date
    starts_time: time
    ends_on: date
    ends_time: time
    rest_given: bool = False
    form_key: FormKey = ""

    def instants(self, zone: str) -> tuple[datetime, datetime]:
        """Start and end."""
        return (
            clock.resolve_wall(self.starts_on, self.starts_time, zone),
            clock.resolve_wall(self.ends_on, self.ends_time, zone),
        )


class SumForm(FormModel):
    """Money that came in on a day, and what is known of it."""

    amount: Line = Field(max_length=20)
    on_date: date
    note: Line = Field(min_length=2, max_length=200)
    form_key: FormKey = ""


class ReasonForm(FormModel):
    """Why an entry is cancelled; it stands in the ledger."""

    reason: Line = Field(min_length=3, max_length=200)


class OfflineForm(FormModel):
    """A gift that came by hand. An address is asked for where a receipt is wanted."""

    way: Literal[Way.CASH, Way.CHEQUE, Way.TRANSFER, Way.IN_KIND]
    amount: Line = Field(max_length=20)
    on_date: date
    donor_name: Line = Field(default="", max_length=120)
    donor_email: EmailAddress | Literal[""] = Field(default="", max_length=254)
    company: Line = Field(default="", max_length=160)
    company_number: Line = Field(default="", max_length=20)
    legal_form: Line = Field(default="", max_length=60)  # of the company, for its tax receipt
    line: Line = Field(default="", max_length=200)
    postcode: Line = Field(default="", max_length=16)
    city: Line = Field(default="", max_length=80)
    country: Line = Field(default="", max_length=2, pattern=r"^([A-Za-z]{2})?$")
    visibility: Visibility = Visibility.ORGANISATION
    proof: Line = Field(default="", max_length=200, validate_default=True)
    form_key: FormKey = ""

    @field_validator("proof")
    @classmethod
    def _told(cls, value: str, info: ValidationInfo) -> str:
        if info.data.get("way") is Way.IN_KIND and not value:
            raise problem("proof", mark("Say what was given: a thing, hours of work."))
        return value

    def address(self) -> dict[str, str]:
        """The donor's address as a receipt needs it; empty when nothing was written."""
        if not (self.line or self.postcode or self.city):
            return {}
        country = (self.country or "FR").upper()
        parts = {"line": self.line, "postcode": self.postcode, "city": self.city, "country": country}
        return {**parts, "form": self.legal_form} if self.company else parts


class AccountForm(FormModel):
    """Where transfers go. The IBAN's check digits and its country's form are verified."""

    holder: Line = Field(min_length=2, max_length=70)
    iban: Line = Field(min_length=5, max_length=50)
    bic: Line = Field(default="", max_length=14)
    currency: str

    @field_validator("iban")
    @classmethod
    def _iban(cls, value: str) -> str:
        try:
            return str(iban.validate(value))
        except ValidationError:
            raise problem("iban", mark("This is no IBAN: one of its signs is wrong or missing.")) from None

    @field_validator("bic")
    @classmethod
    def _bic(cls, value: str) -> str:
        try:
            return str(bic.validate(value)) if value else ""
        except ValidationError:
            raise problem("bic", mark("A BIC has 8 or 11 letters and digits, such as AGRIFRPP.")) from None

    @field_validator("currency")
    @classmethod
    def _known(cls, value: str) -> str:
        if value not in CURRENCIES:
            raise problem("currency", mark("Choose one of the options."))
        return value


class ColumnsForm(FormModel):
    """Which column of a statement holds what; `text` is the file once more."""

    csv: str = Field(max_length=900_000)
    column_date: Line = Field(default="", max_length=200)
    column_amount: Line = Field(default="", max_length=200)
    column_payer: Line = Field(default="", max_length=200)
    column_text: Line = Field(default="", max_length=200)
    column_id: Line = Field(default="", max_length=200)

    def columns(self) -> dict[str, str]:
        """The uses that were given a column."""
        given = {
            "date": self.column_date,
            "amount": self.column_amount,
            "payer": self.column_payer,
            "text": self.column_text,
            "id": self.column_id,
        }
        return {use: name for use, name in given.items() if name}


class LineForm(FormModel):
    """Whose gift a line of a statement is."""

    campaign: Line = Field(max_length=16)
    donor_name: Line = Field(default="", max_length=120)


def with_errors(state: FormState, wrong: dict[str, Message]) -> FormState:
    """The same form with more messages beside its fields."""
    return FormState(state.values, {**state.errors, **wrong})
