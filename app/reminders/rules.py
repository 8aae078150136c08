"""When somebody is reminded, and which addresses may be written to at all. Pure decisions."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from ipaddress import IPv4Address, IPv6Address
from urllib.parse import parse_qsl, urlsplit

from app.core.i18n import mark
from app.publishing.rules import GRACE
from app.push.rules import Refused

TELL_MISSED_FOR = timedelta(hours=22)
"""How long after the grace a missed post is still told of: after an outage of days nobody is flooded."""

LEFT_ALONE_AFTER = 10
"""Failures in a row after which a way is no longer tried; its owner sees it and can set it up anew."""

MOST_TARGETS = 6  # of one influencer


class Way(StrEnum):
    MAIL = "mail"
    PUSH = "push"  # a browser that allowed notifications
    APPRISE = "apprise"  # Telegram, ntfy or any other address Apprise understands


class Occasion(StrEnum):
    DUE = "due"  # the hour has come
    MISSED = "missed"  # the hour and its grace are over
    APPROVAL = "approval"  # a post waits for the influencer's word
    APPROVAL_AGAIN = "approval_again"  # the second and last time


def occasion(due_at: datetime, now: datetime) -> Occasion | None:
    """What a planned post asks for at a moment: its reminder, the word that it is missed, or nothing."""
    if due_at <= now < due_at + GRACE:
        return Occasion.DUE
    if due_at + GRACE <= now < due_at + GRACE + TELL_MISSED_FOR:
        return Occasion.MISSED
    return None


@dataclass(frozen=True)
class Service:
    """A service one may be reminded by: its name, and its plugin of Apprise as "module:class"."""

    name: str
    plugin: str
    self_hosted: bool = False  # the address names the server to be asked


_NTFY = Service("ntfy", "ntfy:NotifyNtfy", self_hosted=True)
_GOTIFY = Service("Gotify", "gotify:NotifyGotify", self_hosted=True)
_MATTERMOST = Service("Mattermost", "mattermost:NotifyMattermost", self_hosted=True)
_SIGNAL = Service("Signal", "signal_api:NotifySignalAPI", self_hosted=True)

SERVICES: dict[str, Service] = {
    "tgram": Service("Telegram", "telegram:NotifyTelegram"),
    "ntfy": _NTFY,
    "ntfys": _NTFY,
    "discord": Service("Discord", "discord:NotifyDiscord"),
    "slack": Service("Slack", "slack:NotifySlack"),
    "pover": Service("Pushover", "pushover:NotifyPushover"),
    "pbul": Service("Pushbullet", "pushbullet:NotifyPushBullet"),
    "gotify": _GOTIFY,
    "gotifys": _GOTIFY,
    "mmost": _MATTERMOST,
    "mmosts": _MATTERMOST,
    "signal": _SIGNAL,
    "signals": _SIGNAL,
}
"""By the first part of an Apprise address. Everything else, `json://`, `file://` and the local notifiers among
them, is refused; so is Matrix, whose servers may send us on to any other."""

# Other parameters can name local files (templates), other servers (avatars) or switch safety off (verify).
_PARAMETERS = frozenset({"priority", "tags", "topic", "thread", "auth", "token"})

NOT_KNOWN = mark("This service is not among those that can remind you. Write, for example, ntfy://my-word.")


def service_of(address: str) -> Service:
    """The service that an address names. Raises Refused."""
    if any(char.isspace() or not char.isprintable() for char in address):
        raise Refused(mark("An address holds no spaces."))
    try:
        parts = urlsplit(address)
        parameters = dict(parse_qsl(parts.query, keep_blank_values=True))
    except ValueError:
        raise Refused(NOT_KNOWN) from None
    if parts.scheme not in SERVICES or not parts.netloc:
        raise Refused(NOT_KNOWN)
    if not set(parameters) <= _PARAMETERS:
        raise Refused(mark("Leave out what follows the question mark: it cannot be used here."))
    return SERVICES[parts.scheme]


def is_open(address: IPv4Address | IPv6Address) -> bool:
    """Whether an address is one of the open internet, not of this machine or its network."""
    if isinstance(address, IPv6Address):
        if address.sixtofour is not None or address.teredo is not None:
            return False
        address = address.ipv4_mapped or address
    return address.is_global and not address.is_multicast
