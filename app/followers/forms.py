"""What a follower's browser may send: an address or where it is called, what to be told, how often, a pause."""

import datetime as dt
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StringConstraints

from app.core.fields import EmailAddress, FormModel, problem
from app.core.i18n import mark
from app.followers.rules import USUAL, Rhythm, Topic, Wish
from app.push.forms import Endpoint, SubscriptionForm


def _something(value: list[Topic]) -> list[Topic]:
    if not value:
        raise problem("nothing_to_follow", mark("Choose at least one. To receive nothing, stop following."))
    return value


Topics = Annotated[list[Topic], Field(max_length=len(Topic)), AfterValidator(_something)]


class WishForm(FormModel):
    """What to be told, how often and in which language; everything usual when it says nothing of it."""

    topics: Topics = Field(default_factory=lambda: [one for one in Topic if one in USUAL])
    rhythm: Rhythm = Rhythm.EACH
    language: Literal["fr", "en", ""] = ""

    def wish(self, language: str) -> Wish:
        """As the room takes it; `language` is the page's, for who chose none."""
        return Wish(frozenset(self.topics), self.rhythm, self.language or language)


class FollowForm(WishForm):
    """Follow with an address. `website` is a field people never see: only machines fill it in."""

    email: Annotated[EmailAddress, StringConstraints(max_length=254)]
    chosen: Literal["1", ""] = ""  # the long form, where ticking nothing means nothing
    website: Annotated[str, StringConstraints(max_length=2000)] = ""


class OwnForm(WishForm):
    """Change what is told. Without a tick nothing is chosen."""

    topics: Topics
    pause: Annotated[dt.date, Field(ge=dt.date(2000, 1, 1), le=dt.date(2100, 1, 1))] | Literal[""] = ""


class DeviceForm(SubscriptionForm):
    """Follow on a device. Without a tick nothing is chosen."""

    topics: Topics = Field(default_factory=list, validate_default=True)
    language: Literal["fr", "en"]


class EndpointForm(FormModel):
    """Which browser it is, by where it is called."""

    endpoint: Endpoint
