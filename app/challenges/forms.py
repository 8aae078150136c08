"""What an organiser may send about a challenge."""

from typing import Any

from pydantic import Field

from app.campaigns.rules import MAX_DAYS
from app.challenges.models import Challenge
from app.core.fields import FormModel, FormState, Line


class ChallengeForm(FormModel):
    """The act of the day. Fields may stay empty while the week is written; readiness asks for them."""

    version: int
    title: Line = Field(default="", max_length=120)
    unit_one: Line = Field(default="", max_length=40)
    unit_many: Line = Field(default="", max_length=40)
    how_to: str = Field(default="", max_length=1200)
    window_days: int = Field(default=1, ge=1, le=MAX_DAYS)
    level_1_title: Line = Field(default="", max_length=120)
    level_1_detail: Line = Field(default="", max_length=300)
    level_2_title: Line = Field(default="", max_length=120)
    level_2_detail: Line = Field(default="", max_length=300)
    level_3_title: Line = Field(default="", max_length=120)
    level_3_detail: Line = Field(default="", max_length=300)

    def columns(self) -> dict[str, Any]:
        """The values as the challenge keeps them."""
        flat = self.model_dump(exclude={"version"})
        levels = [
            {"title": flat.pop(f"level_{n}_title"), "detail": flat.pop(f"level_{n}_detail")}
            for n in (1, 2, 3)
        ]
        return {**flat, "levels": levels}


def shown(challenge: Challenge) -> FormState:
    """The form filled in with what the challenge says now."""
    values: dict[str, Any] = {
        name: getattr(challenge, name)
        for name in ("version", "title", "unit_one", "unit_many", "how_to", "window_days")
    }
    for n in (1, 2, 3):
        level = challenge.levels[n - 1] if n <= len(challenge.levels) else {}
        values[f"level_{n}_title"] = level.get("title", "")
        values[f"level_{n}_detail"] = level.get("detail", "")
    return FormState(values=values)
