"""What the team may ask of the defence: a rehearsal with figures of its own, a watch begun or ended by hand."""

from typing import Literal

from pydantic import Field

from app.core.forms import FormModel
from app.defence.drill import Attack


class DrillForm(FormModel):
    """An attack to rehearse; the figures stay where a rehearsal takes a moment."""

    attempts: int = Field(ge=1, le=20_000)
    addresses: int = Field(ge=1, le=5_000)
    minutes: int = Field(ge=1, le=60)
    clever: int = Field(ge=0, le=100)
    donors: int = Field(ge=0, le=500)

    @property
    def attack(self) -> Attack:
        return Attack(**self.model_dump())


class WatchForm(FormModel):
    """Begin to watch by hand, or end it."""

    do: Literal["begin", "end"]
