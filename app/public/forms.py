"""What a follower's browser may send: a challenge taken, an address, and nothing else."""

from typing import Annotated, Literal, Self

from pydantic import StringConstraints, model_validator

from app.challenges.forms import ActForm
from app.core.fields import EmailAddress, FormModel, problem
from app.core.i18n import mark

Mark = Annotated[str, StringConstraints(max_length=2000)]
"""What `ui.guard` puts into a form."""


class TakeForm(ActForm):
    """A day's challenge, with the form's guard. `website` is a field people never see: only machines fill it in."""

    website: Mark = ""
    stamp: Mark = ""
    proof: Mark = ""


class KeepForm(FormModel):
    """Remember the days of whoever asks. `told` names the act just told; the address is optional."""

    told: Annotated[str, StringConstraints(max_length=120)] = ""
    email: Annotated[EmailAddress, StringConstraints(max_length=254)] | Literal[""] = ""
    agree: Literal["1"]
    ask: Literal["", "1"] = ""
    website: Mark = ""
    stamp: Mark = ""
    proof: Mark = ""

    @model_validator(mode="after")
    def _somewhere_to_ask(self) -> Self:
        if self.ask and not self.email:
            raise problem("email", mark("Leave an address if you want to be asked later."))
        return self


class AddressForm(FormModel):
    """Where to mail the private link."""

    email: Annotated[EmailAddress, StringConstraints(max_length=254)]


class EraseForm(FormModel):
    """Erase everything of mine: said by a tick."""

    sure: Literal["yes"]
