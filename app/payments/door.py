"""Which payment provider is used: Stripe with a key, the sandbox without; an organisation's own key goes first.

The product's code asks here for a gateway and cannot tell which of the two it was given.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache

from app.core.settings import Settings, get_settings
from app.payments.base import PaymentGateway
from app.payments.sandbox.keys import restricted_keys, sandbox_keys
from app.payments.stripe_gateway import StripeGateway, open_gateway

SANDBOX_PATH = "/sandbox/stripe"
WEBHOOK_PATH = "/webhooks/stripe"


@dataclass(frozen=True, slots=True)
class Door:
    """A gateway, and the secrets that vouch for what it tells us."""

    gateway: PaymentGateway
    webhook_secrets: Sequence[str]


_standing_in: dict[str, Door] = {}


def door() -> Door:
    """The instance's own gateway and webhook secrets."""
    return _standing_in.get("") or _opened(get_settings())


def door_with(account: str, key: str, secrets: Sequence[str]) -> Door:
    """The gateway of an organisation's own key; ``account`` is our name for whose it is."""
    return _standing_in.get(account) or _gateway(key, _address(get_settings(), key), tuple(secrets), account)


@contextmanager
def trying(key: str) -> Iterator[PaymentGateway]:
    """A gateway for a key that somebody has just pasted, kept no longer than the block."""
    gateway = StripeGateway(key, _address(get_settings(), key) or None)
    try:
        yield gateway
    finally:
        gateway.close()


def fits(key: str) -> bool:
    """Whether a restricted key may be used here: one of the mode the instance works in, or, where no real money
    moves, of the sandbox's own account. Test money and real money are never mixed on one instance."""
    settings = get_settings()
    if settings.sandbox:
        return key in restricted_keys(sandbox_keys(settings.data_dir / "sandbox.db")[0])
    return key.startswith("rk_live_" if door().gateway.livemode else "rk_test_")


@contextmanager
def standing_in(gateway: PaymentGateway, webhook_secrets: Sequence[str]) -> Iterator[None]:
    """Use another gateway for the length of the block, in the whole process (tests)."""
    before = _standing_in.get(gateway.account)
    _standing_in[gateway.account] = Door(gateway, webhook_secrets)
    try:
        yield
    finally:
        if before is None:
            del _standing_in[gateway.account]
        else:
            _standing_in[gateway.account] = before


@cache
def _gateway(key: str, base: str, secrets: tuple[str, ...], account: str = "") -> Door:
    return Door(open_gateway(key, base or None, account), secrets)


def _address(settings: Settings, key: str) -> str:
    """Where a key is asked about; the sandbox's own keys are never sent to Stripe, nor real ones to it."""
    local = settings.local_url + SANDBOX_PATH if settings.sandbox and fits(key) else ""
    return settings.stripe_api_base or local


def _opened(settings: Settings) -> Door:
    key, base = settings.stripe_api_key.get_secret_value(), settings.stripe_api_base
    given = settings.stripe_webhook_secret.get_secret_value().split(",")
    secrets = tuple(secret.strip() for secret in given if secret.strip())
    if not settings.sandbox:
        return _gateway(key, base, secrets)
    key, secret = sandbox_keys(settings.data_dir / "sandbox.db")
    local = settings.local_url + SANDBOX_PATH
    return _gateway(key, base or local, secrets or (secret,))
