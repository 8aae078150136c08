"""The sandbox as a part of the server, at its own path."""

from app.core.settings import Settings
from app.payments.door import SANDBOX_PATH, WEBHOOK_PATH
from app.payments.sandbox.app import Sandbox, create_sandbox
from app.payments.sandbox.keys import sandbox_keys


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
