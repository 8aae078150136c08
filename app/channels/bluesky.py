"""Bluesky and other servers of the AT Protocol, through atproto.

The record's key is ours: a valid TID made from the planned instant and the post, so the same piece tried twice is
the same record, whatever was lost on the way, and can be asked for by its key. Secrets of an account:
{"identifier", "password": an app password, "session": the last session, renewed on use}.
Source: https://atproto.com/specs/tid, /specs/record-key; lexicons app.bsky.feed.post, app.bsky.embed.images.
"""

import hashlib
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

import httpx
from atproto import Client, Request, SessionEvent, models
from atproto.exceptions import (
    AtProtocolError,
    BadRequestError,
    InvokeTimeoutError,
    NetworkError,
    RateLimitExceededError,
    RequestErrorBase,
    TokenDecodeError,
    UnauthorizedError,
)
from atproto_client.utils.facet_detection import detect_facets

from app.channels import graphemes, text, tries
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
from app.channels.net import LONGEST_WAIT, reachable
from app.channels.pictures import fitted
from app.channels.tries import MayBePublic, NotPublic, Progress, SaidNo
from app.core import clock

SERVER = "https://bsky.social"
POSTS = "app.bsky.feed.post"
LIMITS = Limits(text=300, media=4, video_seconds=180)
MOST_BYTES = 3000  # of a text in UTF-8: the lexicon's second limit
KINDS = ("image/jpeg", "image/png", "image/webp", "video/mp4")
TIMEOUT = httpx.Timeout(60, connect=10)  # seconds

TID = "234567abcdefghijklmnopqrstuvwxyz"
_NEVER_LEFT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol)
_ENDED = frozenset({"AccountTakedown", "AccountDeactivated", "AuthFactorTokenRequired", "InvalidToken"})

T = TypeVar("T")


class Bluesky:
    """An account of the AT Protocol."""

    code = "bluesky"
    name = "Bluesky"
    in_flight = 1
    renews_before: timedelta | None = None

    def limits(self, account: Account | None = None) -> Limits:
        """The same on every server: the lexicon's."""
        return LIMITS

    def check(self, piece: Piece, limits: Limits | None = None) -> Sequence[Fault]:
        """What a server would refuse."""
        return text.faults(piece, limits or LIMITS, _length, KINDS, mixed=False)

    def key(self, pid: str, position: int, due_at: datetime) -> str:
        """A TID: the planned second, then thirty bits that only this piece has."""
        own = int.from_bytes(hashlib.sha256(f"{pid}-{position}".encode()).digest()[:8], "big")
        micros = int(due_at.timestamp()) * 1_000_000 + own % 1_000_000
        number = (micros << 10) | (own >> 20 & 0x3FF)
        return "".join(TID[number >> shift & 31] for shift in range(60, -1, -5))

    def publish(self, account: Account, piece: Piece, ticket: Ticket) -> Report:
        """Upload the media, then put the record under its key."""

        def work() -> Report:
            tries.refuse(self.check(piece))
            tries.demand_files(piece.media)
            client = _client(account)
            record = _record(client, piece)
            with Progress(ticket).asking():
                put = _ask(lambda: _put(client, account, ticket.key, record), publishes=True)
            return _report(account, ticket, put.uri)

        return tries.attempt(account, ticket, lambda: self.look_up(account, piece, ticket), work)

    def look_up(self, account: Account, piece: Piece, ticket: Ticket) -> Report:
        """Ask for the record by its key: there it is, or it is not public and may be put."""

        def work() -> Report:
            client = _client(account)
            params = models.ComAtprotoRepoGetRecord.Params(
                collection=POSTS, repo=account.remote_id, rkey=ticket.key
            )
            try:
                found = client.com.atproto.repo.get_record(params)
            except BadRequestError as error:
                if _named(error) == "RecordNotFound":
                    return Report(Outcome.LATER, "there is no record under the key")
                raise SaidNo(_said(error)) from None
            return _report(account, ticket, found.uri)

        return tries.looked_up(account, lambda: _ask(work))

    def identify(self, account: Account) -> Identity:
        """Who the app password belongs to. Raises ReconnectNeeded or Unreachable."""

        def work() -> Identity:
            client = _client(account)
            me = _ask(client.com.atproto.server.get_session)
            return Identity(me.did, me.handle, url=f"https://bsky.app/profile/{me.handle}")

        return tries.asked(account, work)

    def renew(self, account: Account) -> Renewed:
        """An app password lasts; sessions renew themselves on use."""
        return Renewed(account.secrets)


def _client(account: Account) -> Client:
    """A client with the kept session, or with a new one by the app password when that has ended."""
    server = account.server or SERVER
    reachable(server)
    resumed = _resumed(account, server)
    if resumed:
        return resumed
    client = _fresh(account, server)
    who, password = account.secrets["identifier"], account.secrets["password"]
    _ask(lambda: client.login(who, password, fetch_bsky_profile=False))
    return client


def _resumed(account: Account, server: str) -> Client | None:
    """A client with the kept session, renewed when it is about to end; None when it is of no use any more."""
    kept = account.secrets.get("session")
    if not kept:
        return None
    client = _fresh(account, server)
    try:
        client.login(session_string=kept, fetch_bsky_profile=False)  # reads it, asks nobody
        _ask(client.com.atproto.server.get_session)
    except (ReconnectNeeded, SaidNo, ValueError):
        return None
    return client


def _fresh(account: Account, server: str) -> Client:
    """A client that hands every session it is given to be kept: the one before is void from then on."""
    client = Client(server, request=Request(timeout=TIMEOUT))

    def keep(event: SessionEvent, session: Any) -> None:
        if event in (SessionEvent.CREATE, SessionEvent.REFRESH):
            account.keep({**account.secrets, "session": session.export()})

    client.on_session_change(keep)
    return client


def _record(client: Client, piece: Piece) -> models.AppBskyFeedPost.Record:
    """The record, the same at every try: its time is the planned one."""
    words = text.compose(piece)
    return models.AppBskyFeedPost.Record(
        text=words,
        created_at=piece.due_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z"),
        langs=[piece.language],
        facets=detect_facets(words) or None,
        embed=_embed(client, piece),
    )


def _embed(
    client: Client, piece: Piece
) -> models.AppBskyEmbedImages.Main | models.AppBskyEmbedVideo.Main | None:
    if not piece.media:
        return None
    first = piece.media[0]
    if text.is_video(first):
        return models.AppBskyEmbedVideo.Main(
            video=_upload(client, first.path.read_bytes(), first.mime),
            alt=first.alt,
            aspect_ratio=_ratio(first),
        )
    images = [
        models.AppBskyEmbedImages.Image(
            alt=one.alt,
            image=_upload(client, *fitted(one.path.read_bytes(), one.mime)),
            aspect_ratio=_ratio(one),
        )
        for one in piece.media
    ]
    return models.AppBskyEmbedImages.Main(images=images)


def _ratio(one: Attachment) -> models.AppBskyEmbedDefs.AspectRatio | None:
    if one.width < 1 or one.height < 1:
        return None
    return models.AppBskyEmbedDefs.AspectRatio(width=one.width, height=one.height)


def _upload(client: Client, data: bytes, mime: str) -> Any:
    """A blob. By its method's name: the library's own way names no type and is one that httpx gives up."""
    answer = _ask(
        lambda: client.invoke_procedure(
            "com.atproto.repo.uploadBlob", content=data, headers={"Content-Type": mime}
        )
    )
    return models.get_or_create(answer.content, models.ComAtprotoRepoUploadBlob.Response).blob


def _put(client: Client, account: Account, key: str, record: models.AppBskyFeedPost.Record) -> Any:
    return client.com.atproto.repo.put_record(
        models.ComAtprotoRepoPutRecord.Data(
            collection=POSTS, repo=account.remote_id, rkey=key, record=record, validate_=True
        )
    )


def _length(words: str) -> int:
    """Graphemes; a text of too many bytes counts as over any limit."""
    return graphemes.count(words) if len(words.encode()) <= MOST_BYTES else MOST_BYTES


def _report(account: Account, ticket: Ticket, uri: str) -> Report:
    who = account.remote_id or account.handle
    return Report(Outcome.SENT, remote_id=uri, url=f"https://bsky.app/profile/{who}/post/{ticket.key}")


def _ask(question: Callable[[], T], *, publishes: bool = False) -> T:
    """Ask through the library, and say what its errors mean. Raises what `tries` knows."""
    problem: Exception
    try:
        return question()
    except (AtProtocolError, httpx.HTTPError) as error:
        problem = _meaning(error, publishes=publishes)
    raise problem  # outside the handler: the library's errors carry the request


def _meaning(error: Exception, *, publishes: bool) -> Exception:
    lost = MayBePublic if publishes else NotPublic
    if isinstance(error, RateLimitExceededError):
        return NotPublic(_said(error), _wait(error))
    if isinstance(error, UnauthorizedError | TokenDecodeError) or _named(error) in (*_ENDED, "ExpiredToken"):
        return ReconnectNeeded(_said(error))
    status = _status(error)
    if isinstance(error, InvokeTimeoutError | NetworkError | httpx.HTTPError) and status is None:
        never_left = isinstance(error, _NEVER_LEFT) or isinstance(error.__cause__, _NEVER_LEFT)
        return NotPublic("could not be reached") if never_left else lost("the connection broke off")
    if status is not None and status >= 500:
        return lost(_said(error))
    if status is not None and status >= 400:
        return SaidNo(_said(error))
    return lost(f"an answer that could not be read ({type(error).__name__})")


def _status(error: Exception) -> int | None:
    return error.response.status_code if isinstance(error, RequestErrorBase) and error.response else None


def _named(error: Exception) -> str:
    """The protocol's name of an error: "ExpiredToken", "RecordNotFound"."""
    content = error.response.content if isinstance(error, RequestErrorBase) and error.response else None
    return content.error if isinstance(content, models.common.XrpcError) else ""


def _said(error: Exception) -> str:
    content = error.response.content if isinstance(error, RequestErrorBase) and error.response else None
    if isinstance(content, models.common.XrpcError):
        return f"{content.error}: {content.message}" if content.message else str(content.error)
    return f"status {_status(error)}"


def _wait(error: RateLimitExceededError) -> timedelta | None:
    """Until when a server asks to wait."""
    if error.retry_after is not None:
        return min(timedelta(seconds=error.retry_after), LONGEST_WAIT)
    return min(max(error.reset_at - clock.now(), timedelta(0)), LONGEST_WAIT) if error.reset_at else None
