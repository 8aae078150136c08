"""What a follower's browser may send: a level, a word for the team, an address, and nothing else."""

from typing import Annotated, Literal

from pydantic import StringConstraints

from app.core.fields import EmailAddress, FormModel


class TakeForm(FormModel):
    """A day's challenge. `website` is a field people never see: only machines fill it in."""

    level: Literal["0", "1", "2"]
    text: Annotated[str, StringConstraints(max_length=600)] = ""
    website: str = ""


class AddressForm(FormModel):
    """Where to mail the private link."""

    email: Annotated[EmailAddress, StringConstraints(max_length=254)]


class EraseForm(FormModel):
    """Erase everything of mine: said by a tick."""

    sure: Literal["yes"]
