"""What a member's browser may say about who is in a picture."""

from datetime import date
from typing import Annotated

from pydantic import ConfigDict, StringConstraints, ValidationInfo, field_validator

from app.core.fields import FormModel, Line, problem
from app.core.i18n import mark
from app.media.rules import Shows

Name = Annotated[Line, StringConstraints(max_length=120)]


class PortraitForm(FormModel):
    """Who can be recognised, and that they agreed. What an agreement needs is asked for when somebody is."""

    shows: Shows
    who: Annotated[Name, StringConstraints(max_length=120)] = ""
    guardian: Annotated[Name, StringConstraints(max_length=120)] = ""
    agreed_on: date | None = None
    expires_on: date | None = None
    kept_at: Annotated[Line, StringConstraints(max_length=200)] = ""

    model_config = ConfigDict(validate_default=True)

    @field_validator("who")
    @classmethod
    def _named(cls, value: str, info: ValidationInfo) -> str:
        if info.data.get("shows") in (Shows.ADULT, Shows.CHILD) and not value:
            raise problem("who", mark("Say who it is; the team alone reads it."))
        return value

    @field_validator("guardian")
    @classmethod
    def _guarded(cls, value: str, info: ValidationInfo) -> str:
        if info.data.get("shows") is Shows.CHILD and not value:
            raise problem("guardian", mark("Say which parent or guardian agreed."))
        return value

    @field_validator("agreed_on")
    @classmethod
    def _agreed(cls, value: date | None, info: ValidationInfo) -> date | None:
        if info.data.get("shows") in (Shows.ADULT, Shows.CHILD) and value is None:
            raise problem("agreed_on", mark("Give the day they agreed."))
        return value

    @field_validator("expires_on")
    @classmethod
    def _in_order(cls, value: date | None, info: ValidationInfo) -> date | None:
        agreed = info.data.get("agreed_on")
        if value is not None and agreed is not None and value < agreed:
            raise problem("expires_on", mark("The last day comes after the day they agreed."))
        return value
