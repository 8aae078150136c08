"""What a member's browser may send about someone's data: an address, and the word that means it."""

from typing import Annotated, Literal

from pydantic import StringConstraints

from app.core.fields import EmailAddress, FormModel


class FindForm(FormModel):
    """Whose data."""

    email: Annotated[EmailAddress, StringConstraints(max_length=254)]


class EraseForm(FindForm):
    """Erase them: said once more by a tick."""

    sure: Literal["yes"]
