"""Opaque identifiers and secret tokens; refuses anything that can be guessed or counted."""

import hashlib
import secrets

# Crockford's base 32 without look-alikes: safe to read aloud and to double-click.
_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"


def new_pid() -> str:
    """A public id: 16 characters, 80 random bits. Identifies, never authorises."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(16))


def new_token() -> str:
    """A secret for a link or a cookie: 256 random bits, URL-safe."""
    return secrets.token_urlsafe(32)


def token_hash(token: str) -> str:
    """What the database keeps of a token. SHA-256 suffices for 256 random bits (ASVS 5.0, 6.5.2)."""
    return hashlib.sha256(token.encode()).hexdigest()
