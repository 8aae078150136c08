"""Meta's Graph API over httpx: one way to ask, and what its errors mean for Instagram, Facebook and Threads.

Tokens travel in a header, never in an address, except where Meta takes them nowhere else (`refresh_access_token`).
Source: https://developers.facebook.com/docs/graph-api/guides/error-handling and
https://developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/error-codes.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from app.channels.base import Account, ReconnectNeeded, Renewed
from app.channels.net import Answer, ask, settle_status
from app.channels.tries import MayBePublic, NotPublic, SaidNo
from app.core import clock

VERSION = "v24.0"

ENDED = frozenset({10, 102, 190, 463, 467, *range(200, 300)})  # a token or a permission that is no more
SLOW_DOWN = frozenset({4, 9, 17, 32, 341, 613, *range(80_000, 81_000)})  # limits of calls and of posts
TRANSIENT = frozenset({-1, -2, 1, 2})  # Meta's own trouble: "try again"

# Instagram's subcodes say more than its codes.
DAILY_LIMIT = 2207042
NOT_READY = 2207027  # the media is not ready for publishing
TRY_AGAIN = frozenset({2207001, 2207003, 2207008, NOT_READY})  # with the same container
MAKE_ANEW = frozenset({2207006, 2207020, 2207032, 2207053})  # with a new container
RESTRICTED = 2207050  # the account must be unlocked in Instagram's own app
SPAM = 2207051

BACK_OFF = timedelta(minutes=15)  # when Meta does not say how long
NEXT_DAY = timedelta(hours=2)  # quotas count the last 24 hours: some of it is free again by then


class ContainerLost(NotPublic):
    """What was prepared is of no use any more; nothing was published. A new one may be made."""


def call(
    account: Account,
    server: str,
    method: str,
    path: str,
    *,
    publishes: bool = False,
    headers: Mapping[str, str] | None = None,
    **given: Any,
) -> Mapping[str, Any]:
    """One call; the JSON it answered. Values that are None are left out.

    Raises what `tries` knows: an error of Meta's is told by its code before its HTTP status.
    """
    values = {name: value for name, value in given.items() if value is not None}
    sent = {"params": values} if method == "GET" else {"data": values}
    authorised = {"Authorization": f"Bearer {account.secrets['token']}", **(headers or {})}
    address = path if path.startswith("http") else f"{account.server or server}/{path}"
    answer = ask(method, address, publishes=publishes, headers=authorised, **sent)
    error = answer.body.get("error")
    if isinstance(error, dict):
        raise meaning(error, answer, publishes=publishes)
    settle_status(answer, f"status {answer.status}", publishes=publishes)
    if not answer.ok or not answer.body:
        raise (MayBePublic if publishes and answer.ok else SaidNo)(f"status {answer.status}")
    return answer.body


def meaning(error: Mapping[str, Any], answer: Answer, *, publishes: bool) -> Exception:
    """What an error of the Graph API means for a try."""
    code, subcode = int(error.get("code") or 0), int(error.get("error_subcode") or 0)
    said = str(error.get("error_user_msg") or error.get("message") or f"error {code}")
    if subcode == RESTRICTED or (code in ENDED and subcode not in MAKE_ANEW):
        return ReconnectNeeded(said)
    if subcode == DAILY_LIMIT:
        return NotPublic(said, NEXT_DAY)
    if subcode in MAKE_ANEW:
        return ContainerLost(said)
    if subcode == SPAM:
        return SaidNo(said)
    if subcode in (NOT_READY, 2207003):
        return NotPublic(said, answer.retry_after)
    if code in SLOW_DOWN:
        return NotPublic(said, answer.retry_after or BACK_OFF)
    transient = code in TRANSIENT or subcode in TRY_AGAIN or error.get("is_transient") is True
    if transient or answer.status >= 500:
        return MayBePublic(said) if publishes else NotPublic(said, answer.retry_after)
    return SaidNo(said)


def renewed(account: Account, server: str, grant: str) -> Renewed:
    """Extend a long-lived token that is at least a day old and has not ended (60 days from now).

    `grant` is `ig_refresh_token` or `th_refresh_token`; Meta takes the token as a parameter here. The server's
    address may carry a version, which this call does not have.
    """
    base = (account.server or server).removesuffix(f"/{VERSION}").removesuffix("/v1.0")
    token = account.secrets["token"]
    answer = ask("GET", f"{base}/refresh_access_token", params={"grant_type": grant, "access_token": token})
    error = answer.body.get("error")
    if isinstance(error, dict):
        raise meaning(error, answer, publishes=False)
    settle_status(answer, f"status {answer.status}")
    lasts = timedelta(seconds=int(answer.body["expires_in"]))
    return Renewed({**account.secrets, "token": str(answer.body["access_token"])}, clock.now() + lasts)


def quota_left(answer: Mapping[str, Any]) -> bool:
    """Whether the last 24 hours leave room for one more post; the limit is read, never assumed."""
    rows: Sequence[Mapping[str, Any]] = answer.get("data") or ()
    if not rows or "config" not in rows[0]:
        return True
    return int(rows[0].get("quota_usage") or 0) < int(rows[0]["config"]["quota_total"])
