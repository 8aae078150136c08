"""Web push (RFC 8030, 8291, 8292): a message to a browser that allowed it. Refuses any server but the browsers' own.

The key that identifies this instance to the push services is derived from its secret key, so there is nothing
to set up; a browser that subscribed under a former secret key is still written to with that one.
"""

import base64
import json
from collections.abc import Mapping
from email.utils import parseaddr
from urllib.parse import urlsplit

import httpx
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from py_vapid import Vapid02
from pywebpush import WebPusher, WebPushException

from app.core import clock
from app.core.i18n import mark
from app.core.settings import get_settings
from app.push.rules import Notice, Refused, is_push_service

TIMEOUT = 8.0  # seconds
SOON = 2 * 3600  # seconds a push service keeps a message for a device that is off
_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551  # of P-256 (SEC 2, 2.4.2)


class Ended(Exception):
    """The browser took its permission back, or no longer exists."""


class Failed(Exception):
    """The push service did not take the message this time."""


class NoAnswer(Failed):
    """Nothing came back: it says nothing of the browser, and the message may have arrived."""


def public_key() -> str:
    """The instance's key as browsers want it: base64url of the uncompressed point."""
    return _shown(_private_key(get_settings().secret_key.get_secret_value()))


def checked(subscription: Mapping[str, str]) -> dict[str, str]:
    """A subscription that can be written to: `endpoint`, `p256dh`, `auth`, `server`. Raises Refused."""
    if not (is_push_service(subscription["endpoint"]) or _in_the_demo(subscription["endpoint"])):
        raise Refused(mark("This browser is called through a service we do not know."))
    kept = {name: subscription[name] for name in ("endpoint", "p256dh", "auth")}
    try:
        _encrypted(kept, b"{}")
    except (ValueError, IndexError, WebPushException):
        raise Refused(
            mark("The browser’s answer could not be read. Reload the page and try again.")
        ) from None
    return {**kept, "server": public_key()}


def line() -> httpx.Client:
    """What several messages may be sent over, in several threads. Follows no redirect."""
    return httpx.Client(timeout=TIMEOUT)


def send(
    subscription: Mapping[str, str],
    notice: Notice,
    *,
    over: httpx.Client | None = None,
    ttl: int = SOON,
    urgency: str = "high",
) -> None:
    """Hand a message to the browser's push service, which keeps it `ttl` seconds. Raises Ended, Failed."""
    key = _key_of(subscription["server"])
    words = {"title": notice.title, "body": notice.body, "url": notice.url}
    body = _encrypted(subscription, json.dumps(words, ensure_ascii=False).encode())
    headers = {
        "Content-Encoding": "aes128gcm",
        "Content-Type": "application/octet-stream",
        "TTL": str(ttl),
        "Urgency": urgency,  # RFC 8030, 5.3: what may wait for a battery says so
        **_signed(key, subscription["endpoint"]),
    }
    try:
        post = over.post if over is not None else httpx.post
        answer = post(subscription["endpoint"], content=body, headers=headers, timeout=TIMEOUT)
    except httpx.HTTPError as error:
        raise NoAnswer(type(error).__name__) from error
    if answer.status_code in (404, 410):  # RFC 8030, 7.3
        raise Ended
    if not answer.is_success:
        raise Failed(str(answer.status_code))


def _in_the_demo(endpoint: str) -> bool:
    """A push service of the tests, on this machine."""
    return get_settings().development and urlsplit(endpoint).hostname in ("127.0.0.1", "localhost")


def _encrypted(subscription: Mapping[str, str], data: bytes) -> bytes:
    keys = {"p256dh": subscription["p256dh"], "auth": subscription["auth"]}
    pusher = WebPusher({"endpoint": subscription["endpoint"], "keys": keys})
    body: bytes = pusher.encode(data)["body"]
    return body


def _signed(key: ec.EllipticCurvePrivateKey, endpoint: str) -> dict[str, str]:
    """The Authorization header of RFC 8292: for one push service, for half a day."""
    parts = urlsplit(endpoint)
    claims = {
        "sub": f"mailto:{parseaddr(get_settings().mail_from)[1]}",
        "aud": f"{parts.scheme}://{parts.netloc}",
        "exp": int(clock.now().timestamp()) + 12 * 3600,
    }
    headers: dict[str, str] = Vapid02(key).sign(claims)
    return headers


def _key_of(shown: str) -> ec.EllipticCurvePrivateKey:
    """The key a browser subscribed under. Raises Ended when its secret is no longer known."""
    settings = get_settings()
    for secret in (settings.secret_key.get_secret_value(), *settings.old_keys):
        key = _private_key(secret)
        if _shown(key) == shown:
            return key
    raise Ended


def _private_key(secret: str) -> ec.EllipticCurvePrivateKey:
    """A P-256 key from a secret: 384 derived bits, so that the remainder has no bias (FIPS 186-5, A.2.1)."""
    derived = HKDF(algorithm=SHA256(), length=48, salt=None, info=b"septaine web push").derive(
        secret.encode()
    )
    return ec.derive_private_key(int.from_bytes(derived, "big") % (_ORDER - 1) + 1, ec.SECP256R1())


def _shown(key: ec.EllipticCurvePrivateKey) -> str:
    point = key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    return base64.urlsafe_b64encode(point).rstrip(b"=").decode()
