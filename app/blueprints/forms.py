"""What the browser may send to begin a campaign: from a template, as a copy, from an archive."""

from datetime import date
from typing import Literal

from pydantic import Field

from app.campaigns.forms import Length, Zone
from app.core.fields import FormModel, Line


class NewCampaignForm(FormModel):
    """The first details of a campaign made from a template; everything can be changed afterwards."""

    template: Line = Field(max_length=40)
    title: Line = Field(min_length=3, max_length=120)
    language: Literal["fr", "en"]
    starts_on: date = Field(ge=date(2000, 1, 1), le=date(2100, 1, 1))
    length: Length
    timezone: Zone
    carrier: Line = Field(default="", max_length=120)


class CopyForm(FormModel):
    """A copy on other dates."""

    title: Line = Field(min_length=3, max_length=120)
    starts_on: date = Field(ge=date(2000, 1, 1), le=date(2100, 1, 1))


class ImportForm(FormModel):
    """Nothing but the file, which is read apart."""
