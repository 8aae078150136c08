"""What every channel offers and how it says what happened. Refuses to guess: what is not known is UNKNOWN.

A channel is handed dataclasses and gives reports; it reads no table of the rooms
above it and keeps nothing. Three promises:

- `publish` makes one piece public at most once per ticket: it uses the ticket's key where the platform takes
  one, and saves its progress (a container, an uploaded file) before the step that cannot be repeated.
- It says LATER only for what is known to precede publication. A request that broke off after it may have been
  accepted is UNKNOWN, and is looked up before anything else.
- No report, log line or error of a channel holds a secret.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Protocol, runtime_checkable


class Outcome(StrEnum):
    """What became of one try."""

    SENT = "sent"
    LATER = "later"  # known not to be public: may be tried again
    REFUSED = "refused"  # the platform said no: the same again would be refused again
    RECONNECT = "reconnect"  # the account's permission has ended; nothing was published
    UNKNOWN = "unknown"  # it may be public


class Shape(StrEnum):
    """How a piece appears: in the feed, or as a story that passes."""

    POST = "post"
    STORY = "story"


@dataclass(frozen=True)
class Attachment:
    """A picture or a video of a piece: the file, and where a platform may fetch it itself."""

    path: Path
    mime: str
    alt: str
    width: int
    height: int
    url: str  # public and signed, valid for at least a day
    seconds: float = 0


@dataclass(frozen=True)
class Piece:
    """One thing to make public. The label says who is behind it and always stands first."""

    text: str
    due_at: datetime  # the planned instant: frozen, so that the same piece tried again is the same record
    label: str = ""
    link: str = ""
    hashtags: tuple[str, ...] = ()
    language: str = "fr"
    media: tuple[Attachment, ...] = ()
    shape: Shape = Shape.POST


@dataclass(frozen=True)
class Account:
    """A connection to a platform. `secrets` are opened for this call only; `keep` seals what replaced them."""

    pid: str
    server: str  # "https://mastodon.example", without a trailing slash; "" where the vendor has one address
    remote_id: str
    handle: str
    secrets: Mapping[str, str] = field(repr=False)
    keep: Callable[[Mapping[str, str]], None] = field(repr=False, default=lambda _secrets: None)


@dataclass(frozen=True)
class Ticket:
    """One permission to publish: a key that never changes for this piece, and what earlier tries left.

    `save` stores progress durably at once; what it stored comes back in `progress` after a crash.
    """

    key: str
    started_at: datetime  # of the first try with this key
    progress: str = ""
    save: Callable[[str], None] = field(repr=False, default=lambda _progress: None)


@dataclass(frozen=True)
class Report:
    """The outcome of a try, in words for the log of the post; never a secret, never the text."""

    outcome: Outcome
    detail: str = ""  # at most 400 characters, as the platform said it
    remote_id: str = ""
    url: str = ""  # where people see it
    retry_after: timedelta | None = None  # asked by the platform


class Fault(StrEnum):
    """Why a platform would refuse a piece, known before anything is sent."""

    EMPTY = "empty"  # neither text nor media
    TOO_LONG = "too_long"
    TOO_MANY_MEDIA = "too_many_media"
    NEEDS_MEDIA = "needs_media"
    NO_STORIES = "no_stories"
    MEDIA_KIND = "media_kind"  # a type or size the platform does not take
    VIDEO_TOO_LONG = "video_too_long"
    NO_LABEL = "no_label"  # it shows no text: the label must stand on the picture itself


@dataclass(frozen=True)
class Limits:
    """What a platform takes, for hints while editing. Lengths as the platform counts them."""

    text: int
    media: int
    shapes: tuple[Shape, ...] = (Shape.POST,)
    needs_media: bool = False
    video_seconds: int = 0  # 0: no video
    counts_link_as: int | None = None  # Mastodon counts every link as 23


@dataclass(frozen=True)
class Renewed:
    """What replaced an account's secrets, and until when it holds (None: without end)."""

    secrets: Mapping[str, str] = field(repr=False)
    expires_at: datetime | None = None


class ReconnectNeeded(Exception):
    """The platform no longer accepts the account's permission: a person must connect it again."""


class Unreachable(Exception):
    """The platform could not be asked; nothing changed. Try later."""


@dataclass(frozen=True)
class Identity:
    """Who an account is on its platform."""

    remote_id: str
    handle: str  # "@ecole@mastodon.example", "ecole.bsky.social"
    name: str = ""
    url: str = ""


class Channel(Protocol):
    """One platform. Instances are stateless and safe to use from several threads."""

    code: str  # "mastodon"; stored with accounts and posts
    name: str  # as people write it
    in_flight: int
    """How many posts of one account may be under way before their outcomes are written down."""
    renews_before: timedelta | None
    """Extend a permission this long before it ends; None: it lasts, or is renewed on use only."""

    def limits(self, account: Account | None = None) -> Limits:
        """What the platform takes; some servers of a network differ, and the account says which."""
        ...

    def check(self, piece: Piece, limits: Limits | None = None) -> Sequence[Fault]:
        """What the platform would refuse, by these limits or by the platform's usual ones. Asks nobody."""
        ...

    def key(self, pid: str, position: int, due_at: datetime) -> str:
        """The key of one piece of a post: always the same for the same post, position and instant."""
        ...

    def publish(self, account: Account, piece: Piece, ticket: Ticket) -> Report:
        """Make a piece public, or go on where the ticket's progress says. Never raises for the network."""
        ...

    def look_up(self, account: Account, piece: Piece, ticket: Ticket) -> Report:
        """Ask the platform what became of a try: SENT, LATER (known not to be public) or UNKNOWN.

        LATER also when the platform lets the same key be repeated safely. Never publishes.
        """
        ...

    def identify(self, account: Account) -> Identity:
        """Who this account is. Raises ReconnectNeeded or Unreachable."""
        ...

    def renew(self, account: Account) -> Renewed:
        """Extend a permission that ends. Raises ReconnectNeeded or Unreachable."""
        ...


@runtime_checkable
class Remembers(Protocol):
    """A channel whose servers differ: what one was last heard to take, without asking it. For pages."""

    def remembered(self, server: str) -> Limits:
        """The limits a server last gave; the usual ones when it was never asked."""
        ...
