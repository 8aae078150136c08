"""Which payment provider this instance uses: Stripe with a key, the sandbox without; nothing else decides.

The product's code asks here for a gateway and cannot tell which of the two it was given.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache

from app.core.settings import Settings, get_settings
from app.payments.base import PaymentGateway
from app.payments.sandbox import Sandbox, create_sandbox, sandbox_keys
from app.payments.stripe_gateway import open_gateway

SANDBOX_PATH = "/sandbox/stripe"
WEBHOOK_PATH = "/webhooks/stripe"


@dataclass(frozen=True, slots=True)
class Door:
    """A gateway, and the secrets that vouch for what it tells us."""

    gateway: PaymentGateway
    webhook_secrets: Sequence[str]


_standing_in: Door | None = None


def door() -> Door:
    """The gateway and webhook secrets of this process."""
    return _standing_in or _opened(get_settings())


@contextmanager
def standing_in(gateway: PaymentGateway, webhook_secrets: Sequence[str]) -> Iterator[None]:
    """Use another gateway for the length of the block, in the whole process (tests)."""
    global _standing_in
    before, _standing_in = _standing_in, Door(gateway, webhook_secrets)
    try:
        yield
    finally:
        _standing_in = before


def open_sandbox(settings: Settings) -> Sandbox | None:
    """The sandbox to mount at SANDBOX_PATH, or None when Stripe or another address takes the payments."""
    if not settings.sandbox or settings.stripe_api_base:
        return None
    secret_key, webhook_secret = sandbox_keys(settings.data_dir / "sandbox.db")
    return create_sandbox(
        settings.data_dir / "sandbox.db",
        secret_key=secret_key,
        webhook_secret=webhook_secret,
        webhook_url=settings.local_url + WEBHOOK_PATH,
        public_base=settings.base_url + SANDBOX_PATH,
    )


@cache
def _gateway(key: str, base: str, secrets: tuple[str, ...]) -> Door:
    return Door(open_gateway(key, base or None), secrets)


def _opened(settings: Settings) -> Door:
    key, base = settings.stripe_api_key.get_secret_value(), settings.stripe_api_base
    given = settings.stripe_webhook_secret.get_secret_value().split(",")
    secrets = tuple(secret.strip() for secret in given if secret.strip())
    if not settings.sandbox:
        return _gateway(key, base, secrets)
    key, secret = sandbox_keys(settings.data_dir / "sandbox.db")
    local = settings.local_url + SANDBOX_PATH
    return _gateway(key, base or local, secrets or (secret,))
