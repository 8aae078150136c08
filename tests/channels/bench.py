"""One bench per channel: the channel, a server that behaves like its platform, and an account on it."""

import io
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from PIL import Image

from app.channels import registry
from app.channels.base import Account, Attachment, Channel, Outcome, Piece, Report, Ticket
from app.core import clock
from tests.channels.fakes import meta, receiver, telegram
from tests.channels.fakes.wire import Wire

LABEL = "Collaboration non rémunérée"
PID = "abcdefgh12345678"


class Crash(BaseException):
    """The process dies here."""


@dataclass
class Bench:
    """What the contract needs to know of a channel."""

    channel: Channel
    wire: Wire
    account: Account
    seen: Callable[[], Sequence[dict[str, Any]]]  # what is public: text and alts
    revoke: Callable[[], None]
    publishes: str  # the request that makes something public
    before: str = ""  # a request of a piece with a picture that precedes it
    shows_alt: bool = True
    lost: Outcome = Outcome.UNKNOWN  # the line breaks after the request left
    lost_and_public: Outcome = Outcome.SENT  # what a look then finds
    lost_and_not_public: Outcome = Outcome.LATER
    kept: list[dict[str, str]] = field(default_factory=list)

    def publish(self, piece: Piece, desk: "Desk | None" = None) -> Report:
        desk = desk or Desk()
        return self.channel.publish(self.account, piece, desk.ticket(self, piece))

    def look_up(self, piece: Piece, desk: "Desk") -> Report:
        return self.channel.look_up(self.account, piece, desk.ticket(self, piece))

    @property
    def secrets(self) -> list[str]:
        return [secret for name, secret in self.account.secrets.items() if name != "identifier"]


@dataclass
class Desk:
    """Keeps a piece's progress between tries, as the engine's table does; may die at the nth save."""

    progress: str = ""
    saves: int = 0
    dies_at: int = 0
    started_at: datetime = field(default_factory=lambda: clock.now())

    def save(self, progress: str) -> None:
        self.saves += 1
        self.progress = progress
        if self.saves == self.dies_at:
            raise Crash

    def ticket(self, bench: Bench, piece: Piece) -> Ticket:
        key = bench.channel.key(PID, 0, piece.due_at)
        return Ticket(key, self.started_at, self.progress, self.save)


def picture(folder: Path, name: str = "one", alt: str = "Des enfants lisent", **size: int) -> Attachment:
    """A real JPEG, and where a platform could fetch it."""
    width, height = size.get("width", 90), size.get("height", 160)
    made = io.BytesIO()
    Image.new("RGB", (width, height), "#0a7").save(made, "JPEG")
    path = folder / f"{name}.jpg"
    path.write_bytes(made.getvalue())
    return Attachment(path, "image/jpeg", alt, width, height, f"{meta.FETCHED}{name}.jpg")


def a_piece(text: str = "On ouvre la bibliothèque jeudi.", **changes: Any) -> Piece:
    piece = Piece(
        text=text,
        due_at=clock.now().replace(second=0, microsecond=0),
        label=LABEL,
        link="https://semaine.example/ecole",
        hashtags=("Lire", "École"),
    )
    return replace(piece, **changes)


def _graph(code: str, remote_id: str, publishes: str, before: str, **more: Any) -> Iterator[Bench]:
    state = meta.Meta()
    with Wire(state.handle) as wire:
        account = Account(PID, wire.url, remote_id, "@ecole", {"token": meta.TOKEN})
        yield Bench(
            registry.get(code),
            wire,
            account,
            lambda: state.public,
            state.tokens.clear,
            publishes,
            before,
            **more,
        )


@contextmanager
def instagram() -> Iterator[Bench]:
    yield from _graph("instagram", "178", "POST /178/media_publish", "POST /178/media$")


@contextmanager
def threads() -> Iterator[Bench]:
    yield from _graph("threads", "178", "POST /178/threads_publish", "POST /178/threads$")


@contextmanager
def facebook() -> Iterator[Bench]:
    yield from _graph(
        "facebook", "101", "POST /101/feed", "POST /101/photos", lost_and_not_public=Outcome.UNKNOWN
    )


@contextmanager
def a_telegram() -> Iterator[Bench]:
    state = telegram.Telegram()

    def revoke() -> None:
        state.revoked = True

    with Wire(state.handle) as wire:
        yield Bench(
            registry.get("telegram"),
            wire,
            Account(PID, wire.url, str(telegram.CHAT["id"]), "@ecole", {"token": telegram.TOKEN}),
            lambda: state.public,
            revoke,
            "POST .*/send",
            shows_alt=False,
            lost_and_public=Outcome.UNKNOWN,
            lost_and_not_public=Outcome.UNKNOWN,
        )


@contextmanager
def webhook() -> Iterator[Bench]:
    state = receiver.Receiver()

    def revoke() -> None:
        state.gone = True

    with Wire(state.handle) as wire:
        secrets = {"address": f"{wire.url}/hooks/a-secret-path", "secret": receiver.SECRET}
        yield Bench(
            registry.get("webhook"),
            wire,
            Account(PID, wire.url, "receiver", "receiver.example", secrets),
            lambda: state.public,
            revoke,
            "POST /hooks",
            before="POST /hooks",
            lost=Outcome.LATER,
            lost_and_public=Outcome.LATER,
        )


@contextmanager
def mastodon() -> Iterator[Bench]:
    from mastodon_mock.testing import MockServer

    from tests.channels.fakes.relay import relay

    with MockServer() as server, relay(server.base_url) as wire, clock.frozen(datetime.now(UTC)):
        reader = server.client("alice")
        token = "alice_token"
        me = reader.account_verify_credentials()["id"]

        def seen() -> list[dict[str, Any]]:
            return [
                {
                    "text": status["content"],
                    "alts": [one["description"] for one in status["media_attachments"]],
                    "status": status,
                }
                for status in reader.account_statuses(me)
            ]

        def revoke() -> None:
            wire.fail(".", times=1000, status=401, body={"error": "The access token was revoked"})

        yield Bench(
            registry.get("mastodon"),
            wire,
            Account(PID, wire.url, str(me), "@alice", {"token": token}),
            seen,
            revoke,
            "POST /api/v1/statuses",
            "POST /api/v2/media",
        )


BENCHES = {
    "mastodon": mastodon,
    "instagram": instagram,
    "facebook": facebook,
    "threads": threads,
    "telegram": a_telegram,
    "webhook": webhook,
}
