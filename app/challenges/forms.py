"""What an organiser may send about a challenge, and what anyone may tell of it."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints

from app.campaigns.rules import MAX_DAYS
from app.challenges import quantities
from app.challenges.models import Challenge
from app.challenges.rules import MOST, Obstacle, ProofWish
from app.core.fields import FormModel, FormState, Line, WebAddress
from app.core.i18n import Message, mark


class ActForm(FormModel):
    """What someone tells of a challenge. `telling.resolve` checks it against what the challenge asks."""

    level: Literal["0", "1", "2"]
    quantity: Line = Field(default="", max_length=20)
    team: Line = Field(default="", max_length=16)
    done_on: date | None = None
    text: Annotated[str, StringConstraints(max_length=600)] = ""
    place: Line = Field(default="", max_length=80)
    pseudonym: Line = Field(default="", max_length=40)
    group: Line = Field(default="", max_length=80)
    link: Annotated[WebAddress, StringConstraints(max_length=300)] | Literal[""] = ""


class MissForm(FormModel):
    """What stood in the way."""

    obstacle: Obstacle
    text: Annotated[str, StringConstraints(max_length=400)] = ""


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
    asks: Literal["one", "many"] = "one"
    decimals: int = Field(default=0, ge=0, le=quantities.MAX_DECIMALS)
    usual: Line = Field(default="", max_length=20)
    most: Line = Field(default="", max_length=20)
    proof: ProofWish = ProofWish.NONE
    teams: bool = False

    def measures(self) -> tuple[dict[str, int], Mapping[str, Message]]:
        """The quantities as the challenge keeps them, and what is wrong with them by field."""
        if self.asks == "one":
            return {"decimals": 0, "usual": 0, "most": 0}, {}
        found, wrong = {"decimals": self.decimals}, {}
        for name, text in (("usual", self.usual), ("most", self.most)):
            try:
                found[name] = quantities.read(text, self.decimals)
            except quantities.NotAQuantity:
                wrong[name] = mark("Write a number with no more decimals than the unit has.")
        if wrong:
            return found, wrong
        if not 0 < found["usual"] <= found["most"]:
            wrong["usual"] = mark("Between nothing and the most that is taken.")
        if found["most"] > MOST:
            wrong["most"] = mark("The largest value is %(le)s.").with_values(le=quantities.plain(MOST))
        return found, wrong

    def columns(self) -> dict[str, Any]:
        """The values as the challenge keeps them, quantities left out."""
        flat = self.model_dump(exclude={"version", "asks", "decimals", "usual", "most"})
        levels = [
            {"title": flat.pop(f"level_{n}_title"), "detail": flat.pop(f"level_{n}_detail")}
            for n in (1, 2, 3)
        ]
        return {**flat, "levels": levels}


def shown(challenge: Challenge, language: str) -> FormState:
    """The form filled in with what the challenge says now."""
    values: dict[str, Any] = {
        name: getattr(challenge, name)
        for name in ("version", "title", "unit_one", "unit_many", "how_to", "window_days", "decimals")
    }
    values["asks"] = "many" if challenge.most else "one"
    for name in ("usual", "most"):
        values[name] = quantities.typed(getattr(challenge, name), language) if challenge.most else ""
    values["proof"], values["teams"] = challenge.proof.value, "1" if challenge.teams else ""
    for n in (1, 2, 3):
        level = challenge.levels[n - 1] if n <= len(challenge.levels) else {}
        values[f"level_{n}_title"] = level.get("title", "")
        values[f"level_{n}_detail"] = level.get("detail", "")
    return FormState(values=values)
