"""Mastodon and the servers that speak like it, through Mastodon.py.

A status carries the ticket's key as Idempotency-Key, which servers remember for an hour: within 55 minutes the same
key may be repeated. Some servers ignore it, so the account's own statuses are read back before anything is repeated,
and after 55 minutes they alone decide. Secrets of an account: {"token"}, of the scopes in `oauth.py`.
Source: https://docs.joinmastodon.org/methods/statuses/#create, /methods/media/#v2, /entities/Instance/.
"""

import html
import json
import logging
import re
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, TypeVar

import mastodon as sdk

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
from app.channels.net import reachable, wait_of
from app.channels.tries import MayBePublic, NotPublic, Progress, SaidNo
from app.core import clock

logging.getLogger("urllib3").setLevel(logging.WARNING)

REMEMBERED = timedelta(minutes=55)
"""How long the same key may be repeated: servers keep it for an hour."""
TIMEOUT, QUICK = 30, 3  # seconds: of a request; of a question that only serves a hint
PREPARING = timedelta(seconds=15)  # until an uploaded video is asked about again
SKEW = timedelta(minutes=2)  # between a server's clock and ours
LONGEST_ALT = 1500  # characters of a description
READ_BACK = 40  # statuses: the most a server gives at once
FRESH, ASK_AGAIN = timedelta(hours=1), timedelta(minutes=10)  # for a server's limits, told or not

DEFAULT = Limits(text=500, media=4, video_seconds=3600, counts_link_as=23)
KINDS = ("image/jpeg", "image/png", "image/webp", "image/gif", "video/mp4")

_NEVER_LEFT = frozenset(
    {"NewConnectionError", "NameResolutionError", "ConnectTimeoutError", "ConnectTimeout", "SSLError"}
)

T = TypeVar("T")


_servers: dict[
    str, tuple[Limits, datetime]
] = {}  # what servers said of themselves, and until when to go by it


class Mastodon:
    """An account on a Mastodon server."""

    code = "mastodon"
    name = "Mastodon"
    in_flight = 1
    renews_before: timedelta | None = None

    def limits(self, account: Account | None = None) -> Limits:
        """What the account's server says it takes, asked once an hour; the usual limits when it does not answer."""
        if account is None:
            return DEFAULT
        known = _servers.get(account.server)
        if known is None or known[1] < clock.now():
            known = DEFAULT, clock.now() + ASK_AGAIN
            with suppress(
                NotPublic, MayBePublic, SaidNo, ReconnectNeeded, LookupError, TypeError, ValueError
            ):
                known = _read_limits(account), clock.now() + FRESH
            _servers[account.server] = known
        return known[0]

    def remembered(self, server: str) -> Limits:
        """What a server last said it takes, however long ago."""
        known = _servers.get(server)
        return known[0] if known else DEFAULT

    def check(self, piece: Piece, limits: Limits | None = None) -> Sequence[Fault]:
        """What a server with these limits would refuse."""
        given = limits or DEFAULT
        count = text.with_links_as(given.counts_link_as or 23)
        return text.faults(piece, given, count, KINDS, mixed=False)

    def key(self, pid: str, position: int, due_at: datetime) -> str:
        """The Idempotency-Key."""
        return tries.plain_key(pid, position, due_at)

    def publish(self, account: Account, piece: Piece, ticket: Ticket) -> Report:
        """Upload the media, then post the status; a status asked for before is looked for first."""

        def work() -> Report:
            tries.refuse(self.check(piece, self.limits(account)))
            tries.demand_files(piece.media)
            client, progress = _client(account), Progress(ticket)
            media = _upload_all(client, piece, progress)
            with progress.asking():
                return _posted(_post(client, piece, ticket.key, media))

        return tries.attempt(account, ticket, lambda: self.look_up(account, piece, ticket), work)

    def look_up(self, account: Account, piece: Piece, ticket: Ticket) -> Report:
        """In the account's own statuses; not there, the same key may be repeated while it is remembered."""

        def work() -> Report:
            if not Progress(ticket).get("asked"):
                return Report(Outcome.LATER, "no status had been asked for")
            seen = _find(_client(account), account, piece, ticket)
            if seen:
                return seen
            if clock.now() - ticket.started_at < REMEMBERED:
                return Report(Outcome.LATER, "the server still remembers the key")
            return Report(Outcome.UNKNOWN, "not among the latest statuses, and the key is forgotten by now")

        return tries.looked_up(account, work)

    def identify(self, account: Account) -> Identity:
        """Who the token belongs to, and on the way what its server takes. Raises ReconnectNeeded or Unreachable."""

        def work() -> Identity:
            client = _client(account)
            me = _ask(client, client.account_verify_credentials)
            self.limits(account)  # heard now, remembered for the pages that plan posts
            host = account.server.partition("://")[2]
            return Identity(str(me["id"]), f"@{me['acct']}@{host}", me["display_name"], me["url"])

        return tries.asked(account, work)

    def renew(self, account: Account) -> Renewed:
        """A token lasts until it is revoked."""
        return Renewed(account.secrets)


class _Client(sdk.Mastodon):
    """Takes every server for one of this decade (4.0 or later).

    The library (2.3.3) would ask for the version before each upload, and recur for ever when nobody answers.
    """

    def verify_minimum_version(self, version_str: str, cached: bool = False) -> bool:  # noqa: FBT001, FBT002
        return True


def _client(account: Account, timeout: int = TIMEOUT) -> sdk.Mastodon:
    """A client for one call; the server it asks must not lie in a private network."""
    reachable(account.server)
    client = _Client(
        access_token=account.secrets["token"],
        api_base_url=account.server,
        version_check_mode="none",
        ratelimit_method="throw",
        request_timeout=timeout,
        user_agent="Septaine",
    )
    client.session.max_redirects = 0
    return client


def _read_limits(account: Account) -> Limits:
    client = _client(account, QUICK)
    told = _ask(client, client.instance)["configuration"]["statuses"]
    link = int(told.get("characters_reserved_per_url") or 23)
    most, media = int(told["max_characters"]), int(told["max_media_attachments"])
    return replace(DEFAULT, text=most, media=media, counts_link_as=link)


def _upload_all(client: sdk.Mastodon, piece: Piece, progress: Progress) -> list[str]:
    """Upload what an earlier try has not; wait for what the server still prepares. Nothing of it is public."""
    ids: list[str] = list(progress.get("media") or [])
    for attachment in piece.media[len(ids) :]:
        ids.append(_upload(client, attachment))
        progress.keep(media=ids)
    try:
        if not all(_is_ready(client, known) for known in ids):
            raise NotPublic("the server is still preparing the media", PREPARING)
    except SaidNo as error:
        progress.keep(media=[])
        raise NotPublic("the server no longer has the media: they are sent again") from error
    return ids


def _is_ready(client: sdk.Mastodon, media: str) -> bool:
    """Whether an uploaded file has its address. Raises SaidNo when the server forgot it."""
    return bool(_ask(client, lambda: client.media(media))["url"])


def _upload(client: sdk.Mastodon, attachment: Attachment) -> str:
    with attachment.path.open("rb") as file:
        made = _ask(
            client,
            lambda: client.media_post(
                file, mime_type=attachment.mime, description=attachment.alt[:LONGEST_ALT] or None
            ),
        )
    return str(made["id"])


def _post(client: sdk.Mastodon, piece: Piece, key: str, media: Sequence[str]) -> Any:
    return _ask(
        client,
        lambda: client.status_post(
            text.compose(piece),
            media_ids=list(media) or None,
            visibility="public",
            language=piece.language,
            idempotency_key=key,
        ),
        publishes=True,
    )


def _find(client: sdk.Mastodon, account: Account, piece: Piece, ticket: Ticket) -> Report | None:
    """Our status among the account's own since the first try: by its media, or by its words."""
    media = set(Progress(ticket).get("media") or [])
    words = text.fingerprint(text.compose(piece))
    own = _ask(
        client,
        lambda: client.account_statuses(
            account.remote_id, exclude_replies=True, exclude_reblogs=True, limit=READ_BACK
        ),
    )
    for status in own:
        if status["created_at"] < ticket.started_at - SKEW:
            break
        attached = {str(one["id"]) for one in status["media_attachments"]}
        if attached == media and (media or text.fingerprint(_plain(status["content"])) == words):
            return _posted(status)
    return None


def _plain(content: str) -> str:
    """The words of a status, which servers wrap in HTML."""
    return html.unescape(re.sub(r"<[^>]*>", " ", content))


def _posted(status: Any) -> Report:
    return Report(Outcome.SENT, remote_id=str(status["id"]), url=str(status["url"] or ""))


def _ask(client: sdk.Mastodon, question: Callable[[], T], *, publishes: bool = False) -> T:
    """Ask through the library, and say what its errors mean. Raises what `tries` knows."""
    last: list[Any] = []
    client.session.hooks["response"] = [lambda response, **_options: last.append(response)]
    problem: Exception
    try:
        return question()
    except sdk.MastodonRatelimitError:
        headers = {name.lower(): value for name, value in last[-1].headers.items()} if last else {}
        problem = NotPublic("too many requests", wait_of(headers) or _until_reset(client))
    except sdk.MastodonUnauthorizedError as error:
        problem = ReconnectNeeded(_said(error))
    except sdk.MastodonServerError as error:
        problem = MayBePublic(_said(error)) if publishes else NotPublic(_said(error))
    except sdk.MastodonNetworkError as error:
        lost = publishes and not _never_left(error)
        problem = MayBePublic("the connection broke off") if lost else NotPublic("could not be reached")
    except sdk.MastodonAPIError as error:
        problem = _refusal(error, publishes=publishes)
    except (sdk.MastodonError, json.JSONDecodeError) as error:
        problem = SaidNo(f"{type(error).__name__}: {error}")
    raise problem  # outside the handlers: the library's errors may carry the request


def _refusal(error: sdk.MastodonAPIError, *, publishes: bool) -> Exception:
    """What a status between 400 and 499 means: 403 is a permission that ended, or an account that was stopped."""
    status = error.args[1] if len(error.args) > 1 else None
    if status == 403:
        return ReconnectNeeded(_said(error))
    if isinstance(status, int):
        return SaidNo(_said(error))
    return MayBePublic("an answer that could not be read") if publishes else NotPublic(_said(error))


def _said(error: Exception) -> str:
    """The server's own words, at the end of the library's."""
    return str(error.args[-1] or error.args[0])


def _until_reset(client: sdk.Mastodon) -> timedelta | None:
    reset = client.ratelimit_reset
    return max(timedelta(seconds=reset - clock.now().timestamp()), timedelta(0)) if reset else None


def _never_left(error: BaseException) -> bool:
    """Whether a request's connection was not even made, from the errors beneath the library's own."""
    beneath: list[Any] = [error]
    while beneath:
        one = beneath.pop()
        if type(one).__name__ in _NEVER_LEFT:
            return True
        beneath += [one.__context__, *one.args, getattr(one, "reason", None)]
        beneath = [other for other in beneath if isinstance(other, BaseException)]
    return False
