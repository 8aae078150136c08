"""Telegram: posts to a channel through a bot that administers it (Bot API over httpx).

Telegram takes no key and lets a bot read nothing back: a request that broke off after it left stays UNKNOWN and a
person looks. Secrets of an account: {"token": the bot's}; `remote_id` is the chat (an id or "@name"). The token is
part of every address, so no address is ever told. Pictures have no alt text here.
Source: https://core.telegram.org/bots/api (sendMessage, sendPhoto, sendVideo, sendMediaGroup, ResponseParameters).
"""

import json
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from datetime import datetime, timedelta
from typing import Any

import httpx

from app.channels import text, tries
from app.channels.base import (
    Account,
    Attachment,
    Fault,
    Identity,
    Limits,
    Outcome,
    Piece,
    ReconnectNeeded,
    Renewed,
    Report,
    Ticket,
)
from app.channels.net import ask, settle_status
from app.channels.tries import SaidNo

SERVER = "https://api.telegram.org"
MESSAGE, CAPTION = 4096, 1024  # UTF-16 units, of a message and beneath media
LIMITS = Limits(text=MESSAGE, media=10, video_seconds=3600)
KINDS = ("image/jpeg", "image/png", "image/webp", "video/mp4")
UPLOAD = httpx.Timeout(120, connect=10)  # seconds; a bot may send 50 MB

# What Telegram says when the bot was removed or its channel is gone (descriptions, in lower case).
_LOST = ("chat not found", "bot was kicked", "not enough rights", "need administrator rights", "not a member")


class Telegram:
    """A channel of Telegram, written to by a bot."""

    code = "telegram"
    name = "Telegram"
    in_flight = 1
    renews_before: timedelta | None = None

    def limits(self, account: Account | None = None) -> Limits:
        """The same everywhere; beneath media, a text is shorter (see `check`)."""
        return LIMITS

    def check(self, piece: Piece, limits: Limits | None = None) -> Sequence[Fault]:
        """What Telegram would refuse."""
        given = limits or LIMITS
        longest = min(given.text, CAPTION) if piece.media else given.text
        fitting = Limits(longest, given.media, given.shapes, given.needs_media, given.video_seconds)
        return text.faults(piece, fitting, text.utf16, KINDS)

    def key(self, pid: str, position: int, due_at: datetime) -> str:
        """For our own ledger: Telegram takes none."""
        return tries.plain_key(pid, position, due_at)

    def publish(self, account: Account, piece: Piece, ticket: Ticket) -> Report:
        """One message, or one album with the text beneath its first picture."""

        def work() -> Report:
            tries.refuse(self.check(piece))
            tries.demand_files(piece.media)
            with tries.Progress(ticket).asking():
                result = _send(account, piece)
            message = result[0] if isinstance(result, list) else result
            number = str(message["message_id"])
            return Report(Outcome.SENT, remote_id=number, url=_url(account, message["chat"], number))

        return tries.attempt(account, ticket, lambda: self.look_up(account, piece, ticket), work)

    def look_up(self, account: Account, piece: Piece, ticket: Ticket) -> Report:
        """Nothing had left, or nobody but a person can tell."""
        if tries.Progress(ticket).get("asked"):
            return Report(Outcome.UNKNOWN, "a bot cannot read its channel back")
        return Report(Outcome.LATER, "nothing had been sent")

    def identify(self, account: Account) -> Identity:
        """The channel, once the bot may post in it. Raises ReconnectNeeded or Unreachable."""

        def work() -> Identity:
            bot = _call(account, "getMe")
            chat = _call(account, "getChat", {"chat_id": account.remote_id})
            seat = _call(account, "getChatMember", {"chat_id": chat["id"], "user_id": bot["id"]})
            if not (seat.get("can_post_messages") or seat.get("status") == "creator"):
                raise ReconnectNeeded("the bot may not post in this channel")
            name = chat.get("username", "")
            return Identity(
                str(chat["id"]),
                handle=f"@{name}" if name else chat.get("title", ""),
                name=chat.get("title", ""),
                url=f"https://t.me/{name}" if name else "",
            )

        return tries.asked(account, work)

    def renew(self, account: Account) -> Renewed:
        """A bot's token lasts until it is revoked."""
        return Renewed(account.secrets)


def _send(account: Account, piece: Piece) -> Any:
    words, chat = text.compose(piece), account.remote_id
    if not piece.media:
        return _call(account, "sendMessage", {"chat_id": chat, "text": words}, publishes=True)
    with ExitStack() as opened:
        files = {
            f"file{number}": (one.path.name, opened.enter_context(one.path.open("rb")), one.mime)
            for number, one in enumerate(piece.media)
        }
        if len(piece.media) == 1:
            kind = _kind(piece.media[0])
            given = {"chat_id": chat, "caption": words, kind: "attach://file0"}
            return _call(account, f"send{kind.capitalize()}", given, files=files, publishes=True)
        album = [
            {"type": _kind(one), "media": f"attach://file{number}", "caption": "" if number else words}
            for number, one in enumerate(piece.media)
        ]
        given = {"chat_id": chat, "media": json.dumps(album)}
        return _call(account, "sendMediaGroup", given, files=files, publishes=True)


def _kind(one: Attachment) -> str:
    return "video" if text.is_video(one) else "photo"


def _call(
    account: Account,
    method: str,
    given: Mapping[str, Any] | None = None,
    *,
    files: Mapping[str, Any] | None = None,
    publishes: bool = False,
) -> Any:
    """One method of the Bot API; its result. Raises what `tries` knows."""
    address = f"{account.server or SERVER}/bot{account.secrets['token']}/{method}"
    answer = ask(
        "POST", address, data=given, files=files, publishes=publishes, timeout=UPLOAD if files else 30
    )
    said = str(answer.body.get("description", ""))
    if answer.status == 429:
        wait = answer.body.get("parameters", {}).get("retry_after")
        raise tries.NotPublic(said, timedelta(seconds=int(wait)) if wait else answer.retry_after)
    settle_status(answer, said, publishes=publishes)
    if answer.status in (401, 403, 404) or any(sign in said.lower() for sign in _LOST):
        raise ReconnectNeeded(said or f"status {answer.status}")
    if not answer.body.get("ok"):
        raise SaidNo(said or f"status {answer.status}")
    return answer.body["result"]


def _url(account: Account, chat: Mapping[str, Any], number: str) -> str:
    """Where a message is seen: public channels have a name, others only their number without its prefix."""
    name = chat.get("username") or (account.remote_id[1:] if account.remote_id.startswith("@") else "")
    inner = str(chat.get("id", account.remote_id)).removeprefix("-100")
    return f"https://t.me/{name}/{number}" if name else f"https://t.me/c/{inner}/{number}"
