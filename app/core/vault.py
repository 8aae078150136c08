"""Seal secrets that must be read again, each bound to the row it belongs to; refuses what was moved or changed.

AES-256-GCM with a key derived from the instance's secret key, its id written in front, so that a new key can
seal while older ones still open (`SEPTAINE_OLD_SECRET_KEYS`). Source: OWASP ASVS 5.0, 11.2.2 and 11.3.
"""

import base64
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from app.core.settings import get_settings

VERSION = "v1"
NONCE = 12  # bytes; random, so that one key may seal 2^32 secrets (NIST SP 800-38D, 8.3)


class CannotOpen(Exception):
    """The seal is of another row, another key, or was changed."""


def seal(text: str, *, bound_to: tuple[str, ...]) -> str:
    """Encrypt a text for one place, e.g. ("account", organisation pid, account pid). ASCII, safe for a column."""
    name, key = _keys()[0]
    nonce = os.urandom(NONCE)
    sealed = nonce + AESGCM(key).encrypt(nonce, text.encode(), _place(bound_to))
    return f"{VERSION}.{name}.{base64.urlsafe_b64encode(sealed).decode()}"


def unseal(sealed: str, *, bound_to: tuple[str, ...]) -> str:
    """The text that was sealed for this place. Raises CannotOpen."""
    version, _, rest = sealed.partition(".")
    name, _, body = rest.partition(".")
    key = next((key for known, key in _keys() if known == name), None)
    if version != VERSION or key is None:
        raise CannotOpen
    try:
        raw = base64.urlsafe_b64decode(body)
        return AESGCM(key).decrypt(raw[:NONCE], raw[NONCE:], _place(bound_to)).decode()
    except (InvalidTag, ValueError) as error:
        raise CannotOpen from error


def sealed_again(sealed: str, *, bound_to: tuple[str, ...]) -> str:
    """The same text sealed by the newest key. Raises CannotOpen."""
    return seal(unseal(sealed, bound_to=bound_to), bound_to=bound_to)


def is_current(sealed: str) -> bool:
    """Whether the newest key sealed it; if not, it should be sealed again."""
    return sealed.startswith(f"{VERSION}.{_keys()[0][0]}.")


def _keys() -> list[tuple[str, bytes]]:
    """The newest key first, each with its id: eight hexadecimal digits that tell nothing about it."""
    settings = get_settings()
    secrets = [settings.secret_key.get_secret_value(), *settings.old_keys]
    return [
        (_derived(secret, b"septaine vault key id", 4).hex(), _key(secret)) for secret in secrets if secret
    ]


def _key(secret: str) -> bytes:
    return _derived(secret, b"septaine vault", 32)


def _derived(secret: str, purpose: bytes, length: int) -> bytes:
    return HKDF(algorithm=SHA256(), length=length, salt=None, info=purpose).derive(secret.encode())


def _place(parts: tuple[str, ...]) -> bytes:
    """Unambiguous: each part with its length, so that ("a", "bc") is not ("ab", "c")."""
    return b"".join(len(part.encode()).to_bytes(4, "big") + part.encode() for part in parts)
