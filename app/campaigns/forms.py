"""What the browser may send about a campaign."""

from datetime import date, time
from functools import lru_cache
from itertools import zip_longest
from typing import Annotated, Any, Literal
from zoneinfo import available_timezones

from pydantic import AfterValidator, Field, ValidationInfo, field_validator

from app.campaigns.rules import MAX_DAYS, MIN_DAYS, Approval, Policy, is_slug
from app.core.fields import FormModel, Line, problem
from app.core.i18n import mark
from app.core.money import NotAnAmount, parse_amount
from app.payments.amounts import CHARGED

_USUAL = ("EUR", "GBP", "USD", "CHF", "CAD", "XOF")
CURRENCIES = (*_USUAL, *sorted(CHARGED.difference(_USUAL)))
"""What a drive may be held in: whatever gifts can be charged in, the usual ones first."""
USES_SHOWN = 6
"""How many lines of "where the money goes" the form offers."""


@lru_cache(maxsize=1)
def zones() -> tuple[str, ...]:
    """The time zones to choose from: cities, in alphabetical order."""
    return tuple(
        sorted(zone for zone in available_timezones() if "/" in zone and not zone.startswith("Etc/"))
    )


def _known_zone(value: str) -> str:
    if value not in zones():
        raise problem("zone", mark("Choose a time zone of the list, such as Europe/Paris."))
    return value


def _known_currency(value: str) -> str:
    if value not in CURRENCIES:
        raise problem("currency", mark("Choose a currency of the list."))
    return value


Zone = Annotated[Line, AfterValidator(_known_zone)]
Length = Annotated[int, Field(ge=MIN_DAYS, le=MAX_DAYS)]


class DetailsForm(FormModel):
    """What the campaign says of itself. Hashtags are typed on one line."""

    version: int
    title: Line = Field(min_length=3, max_length=120)
    cause: Line = Field(default="", max_length=300)
    headline: Line = Field(default="", max_length=160)
    summary: str = Field(default="", max_length=1200)
    objective: str = Field(default="", max_length=1200)
    hashtags: Line = Field(default="", max_length=400)
    language: Literal["fr", "en"]

    @field_validator("hashtags")
    @classmethod
    def _words(cls, value: str) -> str:
        for word in split_hashtags(value):
            if not (2 <= len(word) <= 60 and all(one.isalnum() or one == "_" for one in word)):
                raise problem(
                    "hashtag", mark("“%(word)s” is no hashtag: letters, digits and _ only."), word=word
                )
        return value

    def columns(self) -> dict[str, Any]:
        """The values as the campaign keeps them."""
        return {**self.model_dump(exclude={"version"}), "hashtags": split_hashtags(self.hashtags)}


def split_hashtags(text: str) -> list[str]:
    """Hashtags as typed: with or without #, apart by spaces or commas, each once."""
    words = [word.lstrip("#") for word in text.replace(",", " ").split()]
    return list(dict.fromkeys(word for word in words if word))


class CalendarForm(FormModel):
    """When the days run. Posts keep their hour and move with their day."""

    version: int
    starts_on: date = Field(ge=date(2000, 1, 1), le=date(2100, 1, 1))
    length: Length
    timezone: Zone


class AddressForm(FormModel):
    """The last part of the public address."""

    slug: Line = Field(max_length=60)

    @field_validator("slug")
    @classmethod
    def _fits(cls, value: str) -> str:
        value = value.lower()
        if not is_slug(value):
            raise problem(
                "slug", mark("Use 3 to 60 small letters without accents, digits and single hyphens.")
            )
        return value


class DriveForm(FormModel):
    """The drive: when it opens, what it asks, where the money goes. Amounts are typed as people do."""

    version: int
    currency: Annotated[Line, AfterValidator(_known_currency)]
    drive_day: int = Field(ge=1, le=MAX_DAYS)
    drive_opens: time
    drive_close_days: int = Field(ge=0, le=60)
    drive_title: Line = Field(default="", max_length=120)
    drive_ask: str = Field(default="", max_length=600)
    goal: Line = Field(default="", max_length=20)
    suggested: list[str] = Field(default_factory=list, max_length=3)
    use_label: list[str] = Field(default_factory=list, max_length=USES_SHOWN)
    use_percent: list[str] = Field(default_factory=list, max_length=USES_SHOWN, validate_default=True)

    @field_validator("goal", "suggested")
    @classmethod
    def _amounts(cls, value: str | list[str], info: ValidationInfo) -> str | list[str]:
        currency = info.data.get("currency")
        for text in [value] if isinstance(value, str) else value:
            if currency and text.strip():
                _amount(text, currency)
        return value

    @field_validator("use_percent")
    @classmethod
    def _whole_lines(cls, value: list[str], info: ValidationInfo) -> list[str]:
        _uses(info.data.get("use_label", []), value)
        return value

    def columns(self) -> dict[str, Any]:
        """The values as the campaign keeps them, money in minor units."""
        plain = self.model_dump(
            include={
                "currency",
                "drive_day",
                "drive_opens",
                "drive_close_days",
                "drive_title",
                "drive_ask",
            }
        )
        suggested = [_amount(text, self.currency) for text in self.suggested if text.strip()]
        return {
            **plain,
            "goal_minor": _amount(self.goal, self.currency) if self.goal.strip() else 0,
            "suggested_minor": sorted(set(suggested)),
            "money_use": _uses(self.use_label, self.use_percent),
        }


def _uses(labels: list[str], shares: list[str]) -> list[dict[str, Any]]:
    """The lines that were filled in. Raises when a line is half written or its share is no number."""
    uses = []
    for label, share in zip_longest(labels, shares, fillvalue=""):
        label, share = label.strip(), share.strip().rstrip("%").strip()
        if not label and not share:
            continue
        if not label or len(label) > 120 or not share.isdecimal() or not 1 <= int(share) <= 100:
            raise problem(
                "use", mark("Each line needs what is paid, in few words, and a share from 1 to 100.")
            )
        uses.append({"label": label, "percent": int(share)})
    return uses


def _amount(text: str, currency: str) -> int:
    try:
        minor = parse_amount(text, currency)
    except NotAnAmount:
        raise problem("amount", mark("“%(text)s” is no amount. Write 40 or 12,50."), text=text) from None
    if minor <= 0:
        raise problem("amount", mark("An amount is more than nothing."))
    return minor


class CareForm(FormModel):
    """Who answers when something goes wrong, and what the public reads meanwhile."""

    version: int
    contact_name: Line = Field(default="", max_length=120)
    contact_phone: Line = Field(default="", max_length=40, pattern=r"^[+()\d .\-/]*$")
    contact_email: Line = Field(default="", max_length=254, pattern=r"^([^\s@]+@[^\s@]+\.[^\s@]+)?$")
    hold_statement: str = Field(default="", max_length=1200)


class ModerationForm(FormModel):
    """When what the public sends shows."""

    version: int
    moderation: Policy


class ApprovalForm(FormModel):
    """Whose word a post needs before it may go out."""

    version: int
    approval: Approval


class ClosingForm(FormModel):
    """The last honest words: what is left, and why a promise has no figure yet."""

    version: int
    closing_note: str = Field(default="", max_length=1200)


class PauseForm(FormModel):
    """Why everything stops, for the team; and what the public reads meanwhile."""

    reason: Line = Field(min_length=3, max_length=400)
    statement: str = Field(min_length=3, max_length=1200)
