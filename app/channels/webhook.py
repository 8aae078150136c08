"""The signed webhook: hands a piece to an address of the organisation's own, and proves who sent it.

Body: one JSON object. Headers: `Septaine-Delivery` (the same for every try of a piece: receivers keep it and
ignore a repetition), `Septaine-Timestamp` (seconds since 1970) and `Septaine-Signature` (`v1=` and the
HMAC-SHA256, in hexadecimal, of timestamp, a full stop and the body, under the secret of the account).
Secrets of an account: {"address": the whole address, "secret": the signing secret}. Refuses addresses inside a
private network, redirects, and answers that take more than ten seconds.
"""

import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import httpx

from app.channels import text, tries
from app.channels.base import (
    Account,
    Fault,
    Identity,
    Limits,
    Outcome,
    Piece,
    ReconnectNeeded,
    Renewed,
    Report,
    Shape,
    Ticket,
)
from app.channels.net import Answer, ask, reachable, settle_status
from app.channels.tries import SaidNo
from app.core import clock

DELIVERY, TIMESTAMP, SIGNATURE = "Septaine-Delivery", "Septaine-Timestamp", "Septaine-Signature"
TIMEOUT = httpx.Timeout(10)  # seconds
KINDS = ("image/jpeg", "image/png", "image/webp", "image/gif", "video/mp4")
LIMITS = Limits(text=10_000, media=20, shapes=(Shape.POST, Shape.STORY), video_seconds=3600)


class Webhook:
    """An address that takes pieces; what becomes of them is its own affair."""

    code = "webhook"
    name = "Webhook"
    in_flight = 20
    renews_before: timedelta | None = None

    def limits(self, account: Account | None = None) -> Limits:
        """What we send at most; receivers have no limits that we know of."""
        return LIMITS

    def check(self, piece: Piece, limits: Limits | None = None) -> Sequence[Fault]:
        """The label travels in its own field: a story keeps it."""
        found = text.faults(piece, limits or LIMITS, len, KINDS)
        return [fault for fault in found if fault is not Fault.NO_LABEL]

    def key(self, pid: str, position: int, due_at: datetime) -> str:
        """The delivery's id."""
        return tries.plain_key(pid, position, due_at)

    def publish(self, account: Account, piece: Piece, ticket: Ticket) -> Report:
        """Deliver. The delivery's id lets receivers ignore a repetition, so every failure may be tried again."""

        def work() -> Report:
            tries.refuse(self.check(piece))
            url = _deliver(account, ticket.key, {"type": "post.due", **_as_json(piece)})
            return Report(Outcome.SENT, remote_id=ticket.key, url=url)

        return tries.reported(account, work)

    def look_up(self, account: Account, piece: Piece, ticket: Ticket) -> Report:
        """The same delivery may be repeated safely."""
        return Report(Outcome.LATER, "the same delivery may be repeated")

    def identify(self, account: Account) -> Identity:
        """Send a signed ping and expect to be answered. Raises ReconnectNeeded or Unreachable."""

        def work() -> Identity:
            address = _address(account)
            ping = f"ping-{int(clock.now().timestamp())}"
            _deliver(account, ping, {"type": "ping"})
            known_as = hashlib.sha256(address.encode()).hexdigest()[:32]
            return Identity(known_as, handle=urlsplit(address).hostname or "")

        return tries.asked(account, work)

    def renew(self, account: Account) -> Renewed:
        """A signing secret lasts."""
        return Renewed(account.secrets)


def sign(secret: str, timestamp: int, body: bytes) -> str:
    """The value of the signature's header."""
    return "v1=" + hmac.new(secret.encode(), f"{timestamp}.".encode() + body, hashlib.sha256).hexdigest()


def _address(account: Account) -> str:
    return account.secrets.get("address") or account.server


def _deliver(account: Account, delivery: str, content: Mapping[str, Any]) -> str:
    """Post one signed object; returns the address that the receiver gives the post, if any."""
    body = json.dumps(content, ensure_ascii=False, sort_keys=True).encode()
    timestamp = int(clock.now().timestamp())
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "Septaine",
        DELIVERY: delivery,
        TIMESTAMP: str(timestamp),
        SIGNATURE: sign(account.secrets["secret"], timestamp, body),
    }
    answer = _post(_address(account), headers, body)
    settle_status(answer, f"status {answer.status}")
    if answer.status == 410:
        raise ReconnectNeeded("the receiver says that this address is gone (410)")
    if not answer.ok:
        raise SaidNo(f"status {answer.status}")
    url = str(answer.body.get("url", ""))
    return url[:500] if url.startswith(("https://", "http://")) else ""


def _post(address: str, headers: Mapping[str, str], body: bytes) -> Answer:
    """To the very address that was checked: the name is not resolved a second time, nor a proxy asked."""
    parts = urlsplit(address)
    ip = reachable(address)
    host = parts.hostname or ""
    place = f"[{ip}]" if ":" in ip else ip
    pinned = urlunsplit(
        (parts.scheme, f"{place}:{parts.port}" if parts.port else place, parts.path, parts.query, "")
    )
    named = f"{host}:{parts.port}" if parts.port else host
    return ask(
        "POST",
        pinned,
        content=body,
        headers={"Host": named, **headers},
        extensions={"sni_hostname": host},
        timeout=TIMEOUT,
        trust_env=False,
    )


def _as_json(piece: Piece) -> dict[str, Any]:
    return {
        "text": text.compose(piece),
        "label": piece.label,
        "link": piece.link,
        "hashtags": list(text.hashtags(piece)),
        "language": piece.language,
        "shape": piece.shape.value,
        "due_at": piece.due_at.isoformat(),
        "media": [
            {"url": one.url, "type": one.mime, "alt": one.alt, "width": one.width, "height": one.height}
            for one in piece.media
        ],
    }
