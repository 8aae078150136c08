"""Every channel by its code, opened when first asked for: a vendor's library may take a second to import."""

from collections.abc import Mapping
from functools import cache
from importlib import import_module

from app.channels.base import Channel

CHANNELS: Mapping[str, str] = {
    "mastodon": "app.channels.mastodon:Mastodon",
    "bluesky": "app.channels.bluesky:Bluesky",
    "instagram": "app.channels.instagram:Instagram",
    "facebook": "app.channels.facebook:Facebook",
    "threads": "app.channels.threads:Threads",
    "telegram": "app.channels.telegram:Telegram",
    "mail": "app.channels.mail:Mail",
    "webhook": "app.channels.webhook:Webhook",
}
"""Code to "module:class". A new channel is one module and one line here."""


class UnknownChannel(LookupError):
    """No channel has this code."""


@cache
def get(code: str) -> Channel:
    """The channel of a code. Raises UnknownChannel."""
    if code not in CHANNELS:
        raise UnknownChannel(code)
    module, _, name = CHANNELS[code].partition(":")
    made: Channel = getattr(import_module(module), name)()
    return made
