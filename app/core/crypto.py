"""Keyed hashes made with the instance's secret key, each for one named purpose."""

import base64
import hashlib
import hmac
from collections.abc import Sequence

from app.core.settings import get_settings


def keyed_hash(purpose: str, *parts: str) -> str:
    """A 256-bit HMAC of the parts, base64url. Another purpose or key gives an unrelated value."""
    key = get_settings().secret_key.get_secret_value()
    if len(key.encode()) < 32:
        raise RuntimeError("SEPTAINE_SECRET_KEY is missing or shorter than 32 characters")
    return _keyed(key, purpose, parts)


def _keyed(key: str, purpose: str, parts: Sequence[str]) -> str:
    derived = hmac.digest(key.encode(), purpose.encode(), "sha256")
    message = b"".join(len(part.encode()).to_bytes(4, "big") + part.encode() for part in parts)
    return base64.urlsafe_b64encode(hmac.digest(derived, message, "sha256")).rstrip(b"=").decode()


def keyed_hashes(purpose: str, *parts: str) -> list[str]:
    """The same hash by the present key and by each former one: for what was handed out and must stay good."""
    settings = get_settings()
    return [keyed_hash(purpose, *parts), *(_keyed(key, purpose, parts) for key in settings.old_keys)]


def same(left: str, right: str) -> bool:
    """Compare two secrets in constant time."""
    return hmac.compare_digest(left.encode(), right.encode())


def sha256_hex(data: bytes) -> str:
    """The SHA-256 of some bytes, as hexadecimal."""
    return hashlib.sha256(data).hexdigest()
