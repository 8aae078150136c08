"""What a browser may send about ways of being reminded."""

from typing import Annotated

from pydantic import Field

from app.core.fields import FormModel, Line

Key = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]+=*$", max_length=200)]


class AddressForm(FormModel):
    """An address of Telegram, ntfy or another service, as Apprise writes them."""

    address: Line = Field(min_length=1, max_length=500)


class PhoneForm(FormModel):
    """What a browser answers when it allows notifications (W3C Push API: PushSubscription)."""

    endpoint: Line = Field(min_length=1, max_length=1000)
    p256dh: Key
    auth: Key
