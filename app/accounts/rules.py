"""How a connection stands, and which ways there are to make one. Pure decisions."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

# A person stands at the platform's page for minutes, not for hours (OWASP ASVS 5.0, 6.5.5).
CONNECT_LIFE = timedelta(minutes=10)
# A code travels by mail, which may dawdle: minutes again, and few guesses of its eight digits (ASVS 5.0, 6.6.2).
CODE_LIFE = timedelta(minutes=30)
CODE_TRIES = 5
# How often a platform is asked to extend a permission, should it not answer: also the claim on the asking.
ASK_AGAIN = timedelta(hours=1)
# A server forgets applications nobody signed in with: ours is made anew before that.
APP_LIFE = timedelta(hours=12)


class AccountState(StrEnum):
    CONNECTED = "connected"
    RECONNECT = "reconnect"  # the platform ended the permission: its posts wait for a person
    DISCONNECTED = "disconnected"  # by us; the row stays for the history of its posts


class Way(StrEnum):
    """How a platform lets itself be connected."""

    SERVER = "server"  # agree on the server one names
    LOGIN = "login"  # agree at Instagram or Threads
    PAGES = "pages"  # agree at Facebook, then choose a Page
    APP_PASSWORD = "app_password"  # noqa: S105 - the way, not a secret
    BOT = "bot"  # a bot's token and the channel it writes in
    ADDRESS = "address"  # a web address that takes signed deliveries
    MAIL = "mail"  # an address that a mailed code proves


@dataclass(frozen=True)
class Kind:
    """A platform as people choose it."""

    code: str
    name: str
    way: Way


KINDS: tuple[Kind, ...] = (
    Kind("mastodon", "Mastodon", Way.SERVER),
    Kind("bluesky", "Bluesky", Way.APP_PASSWORD),
    Kind("instagram", "Instagram", Way.LOGIN),
    Kind("facebook", "Facebook", Way.PAGES),
    Kind("threads", "Threads", Way.LOGIN),
    Kind("telegram", "Telegram", Way.BOT),
    Kind("mail", "E-mail", Way.MAIL),
    Kind("webhook", "Webhook", Way.ADDRESS),
)


def offered(known: Collection[str]) -> Sequence[Kind]:
    """The platforms this instance can publish to."""
    return [kind for kind in KINDS if kind.code in known]


def name_of(code: str) -> str:
    """A platform's name; its code where it is no longer known."""
    return next((kind.name for kind in KINDS if kind.code == code), code)


def must_extend(expires_at: datetime, renews_before: timedelta | None, now: datetime) -> bool:
    """Whether a permission that ends should be extended now, or is over where it cannot be."""
    return now >= expires_at - (renews_before or timedelta(0))
