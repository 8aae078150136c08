"""What the browser may send in a crisis, and before one."""

from datetime import datetime
from itertools import zip_longest
from typing import Any

from pydantic import Field, field_validator

from app.core.fields import FormModel, Line, problem
from app.core.i18n import mark
from app.crisis.rules import CONTACTS_SHOWN, MAX_CHECKS, SITUATIONS


class IncidentForm(FormModel):
    """What happened, in a line; an alert that led here comes along."""

    title: Line = Field(min_length=3, max_length=160)
    alert: str = Field(default="", max_length=1200)


class NoteForm(FormModel):
    """A line of the log by hand; `at` is the local wall time when it happened, now when left empty."""

    text: str = Field(min_length=2, max_length=1200)
    at: datetime | None = None

    @field_validator("at")
    @classmethod
    def _is_wall_time(cls, value: datetime | None) -> datetime | None:
        if value is not None and value.tzinfo is not None:
            raise problem("wall", mark("Write a date and an hour, such as 2027-03-01T18:00."))
        return value


class AlertForm(FormModel):
    """An alert that is added to the open incident."""

    alert: str = Field(min_length=2, max_length=1200)


class StatementForm(FormModel):
    """What every public page of the campaign says."""

    fr: str = Field(default="", max_length=1200)
    en: str = Field(default="", max_length=1200)


class TellForm(FormModel):
    """What the influencers are told."""

    text: str = Field(min_length=3, max_length=1200)


class ChecksForm(FormModel):
    """The places, in the protocol's list, of the conditions that hold."""

    holds: list[int] = Field(default_factory=list, max_length=MAX_CHECKS)


class CloseForm(FormModel):
    """The end of an incident, and what was learned."""

    lessons: str = Field(default="", max_length=2000)


class ProtocolForm(FormModel):
    """The protocol: whom to call, who decides, what to say, what must be true to go on."""

    contact_name: list[Line] = Field(default_factory=list, max_length=CONTACTS_SHOWN)
    contact_role: list[Line] = Field(default_factory=list, max_length=CONTACTS_SHOWN)
    contact_phone: list[Line] = Field(default_factory=list, max_length=CONTACTS_SHOWN)
    contact_hours: list[Line] = Field(default_factory=list, max_length=CONTACTS_SHOWN)
    decides: str = Field(default="", max_length=400)
    wrong_fr: str = Field(default="", max_length=1200)
    wrong_en: str = Field(default="", max_length=1200)
    attack_fr: str = Field(default="", max_length=1200)
    attack_en: str = Field(default="", max_length=1200)
    danger_fr: str = Field(default="", max_length=1200)
    danger_en: str = Field(default="", max_length=1200)
    money_fr: str = Field(default="", max_length=1200)
    money_en: str = Field(default="", max_length=1200)
    checks: str = Field(default="", max_length=2400)

    @field_validator("contact_name", "contact_role", "contact_hours")
    @classmethod
    def _short(cls, values: list[str]) -> list[str]:
        if any(len(value) > 120 for value in values):
            raise problem("short", mark("Write at most 120 characters in each line."))
        return values

    @field_validator("contact_phone")
    @classmethod
    def _telephones(cls, values: list[str]) -> list[str]:
        if any(len(value) > 40 or not set(value) <= set("+()0123456789 .-/") for value in values):
            raise problem("phone", mark("Write telephone numbers with digits, such as +33 1 23 45 67 89."))
        return values

    @field_validator("checks")
    @classmethod
    def _lines(cls, value: str) -> str:
        lines = _lines_of(value)
        if len(lines) > MAX_CHECKS or any(len(line) > 200 for line in lines):
            raise problem("checks", mark("Write at most ten lines of 200 characters."))
        return value

    def columns(self) -> dict[str, Any]:
        """The values as the protocol keeps them; a contact without a name is left out."""
        rows = zip_longest(
            self.contact_name, self.contact_role, self.contact_phone, self.contact_hours, fillvalue=""
        )
        names = ("name", "role", "phone", "hours")
        contacts = [dict(zip(names, (one.strip() for one in row), strict=True)) for row in rows]
        statements = [
            {
                "key": one.key,
                "fr": getattr(self, f"{one.key}_fr"),
                "en": getattr(self, f"{one.key}_en"),
            }
            for one in SITUATIONS
        ]
        return {
            "contacts": [one for one in contacts if one["name"]],
            "decides": self.decides,
            "statements": [one for one in statements if one["fr"] or one["en"]],
            "checks": _lines_of(self.checks),
        }


def _lines_of(text: str) -> list[str]:
    """The lines of a text, each once."""
    return list(dict.fromkeys(line.strip() for line in text.splitlines() if line.strip()))
