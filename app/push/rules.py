"""What a short message says, and which servers browsers have themselves be called at. Pure decisions."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from app.core.i18n import Message


@dataclass(frozen=True)
class Notice:
    """What a short message says. It passes through other people's servers: nothing secret, nobody's own link."""

    title: str
    body: str
    url: str


class Refused(ValueError):
    """Where nobody may be written to; `message` is for the person who gave it."""

    def __init__(self, message: Message) -> None:
        super().__init__(str(message))
        self.message = message


PUSH_SERVICES = (
    "fcm.googleapis.com",  # Chrome, Brave, Samsung, Opera
    "updates.push.services.mozilla.com",  # Firefox
    "web.push.apple.com",  # Safari
    "notify.windows.com",  # Edge
)
"""Where browsers have themselves be called. An endpoint comes from the browser's script and could name anything."""


def is_push_service(endpoint: str) -> bool:
    """Whether an endpoint belongs to one of the browsers' own services."""
    try:
        parts = urlsplit(endpoint)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return False
    known = any(host == one or host.endswith(f".{one}") for one in PUSH_SERVICES)
    return parts.scheme == "https" and known and port in (None, 443) and "@" not in parts.netloc
