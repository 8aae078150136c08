"""Stripe's webhook signatures, made and checked; a stamp too old or too new is refused whatever its hash.

Scheme v1: HMAC-SHA256 over ``<timestamp>.<raw body>`` with the endpoint's secret
(https://docs.stripe.com/webhooks, "Verify webhook signatures manually").
"""

import hmac
from collections.abc import Sequence
from datetime import datetime

from app.payments.base import BadSignature

TOLERANCE_S = 300


def sign(payload: bytes, secret: str, timestamp: int) -> str:
    """The ``Stripe-Signature`` header for a body sent at ``timestamp`` (Unix seconds)."""
    return f"t={timestamp},v1={_digest(payload, secret, timestamp)}"


def verify(payload: bytes, header: str | None, secrets: Sequence[str], now: datetime) -> None:
    """Raise BadSignature unless one of ``secrets`` signed ``payload`` within 300 seconds of ``now``.

    Stripe's own kit accepts stamps from the future; here they are refused too, so that a leaked signed body
    cannot be kept for later.
    """
    timestamp, signatures = _parse(header or "")
    if abs(now.timestamp() - timestamp) > TOLERANCE_S:
        raise BadSignature("timestamp outside the tolerance")
    expected = [_digest(payload, secret, timestamp).encode() for secret in secrets if secret.strip()]
    # No early exit: every pair is compared, so that timing tells nothing about which secret fits.
    matches = [hmac.compare_digest(mine, theirs) for mine in expected for theirs in signatures]
    if not any(matches):
        raise BadSignature("no matching signature")


def _digest(payload: bytes, secret: str, timestamp: int) -> str:
    return hmac.new(secret.encode(), b"%d." % timestamp + payload, "sha256").hexdigest()


def _parse(header: str) -> tuple[int, list[bytes]]:
    pairs = [part.strip().partition("=") for part in header.split(",")]
    stamps = [value for key, _, value in pairs if key == "t"]
    signatures = [value.encode() for key, _, value in pairs if key == "v1"]
    if len(stamps) != 1 or not stamps[0].isascii() or not stamps[0].isdigit() or len(stamps[0]) > 12:
        raise BadSignature("no usable timestamp")
    if not signatures:
        raise BadSignature("no v1 signature")
    return int(stamps[0]), signatures
