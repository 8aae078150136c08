"""What a browser may send about ways of being reminded."""

from pydantic import Field

from app.core.fields import FormModel, Line


class AddressForm(FormModel):
    """An address of Telegram, ntfy or another service, as Apprise writes them."""

    address: Line = Field(min_length=1, max_length=500)
