"""What the browser may send about links."""

from pydantic import Field, ValidationInfo, field_validator

from app.campaigns.rules import MAX_DAYS
from app.core.fields import FormModel, Line, problem
from app.core.i18n import mark
from app.links.rules import OF_A_DAY, UTM_LENGTH, Channel, Target


class LinkForm(FormModel):
    """A link of one's own. `influencer` is a public id, `day` counts for a day's page."""

    label: Line = Field(min_length=1, max_length=80)
    place: Target = Target.CAMPAIGN
    day: int = Field(default=0, ge=0, le=MAX_DAYS, validate_default=True)
    influencer: Line = Field(default="", max_length=16)
    channel: Channel | None = None
    utm_source: Line = Field(default="", max_length=UTM_LENGTH)
    utm_medium: Line = Field(default="", max_length=UTM_LENGTH)
    utm_campaign: Line = Field(default="", max_length=UTM_LENGTH)

    @field_validator("day")
    @classmethod
    def _which_day(cls, value: int, info: ValidationInfo) -> int:
        if info.data.get("place") in OF_A_DAY and value < 1:
            raise problem("which_day", mark("Choose the day this link opens."))
        return value

    @property
    def utm(self) -> dict[str, str]:
        return {name: getattr(self, name) for name in ("utm_source", "utm_medium", "utm_campaign")}


class LabelForm(FormModel):
    """What a link is called."""

    label: Line = Field(min_length=1, max_length=80)
