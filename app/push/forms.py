"""What a browser answers when it allows notices (W3C Push API: PushSubscription)."""

from typing import Annotated

from pydantic import Field

from app.core.fields import FormModel, Line

Key = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]+=*$", max_length=200)]
Endpoint = Annotated[Line, Field(min_length=1, max_length=1000)]


class SubscriptionForm(FormModel):
    """Where a browser is called, and the keys it alone can read with."""

    endpoint: Endpoint
    p256dh: Key
    auth: Key

    def subscription(self) -> dict[str, str]:
        """What `door.checked` takes, whatever else the form asks."""
        return {"endpoint": self.endpoint, "p256dh": self.p256dh, "auth": self.auth}
