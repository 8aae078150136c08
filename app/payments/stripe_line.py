"""The line to Stripe: one client a key, its errors turned into ours, its lists read page by page."""

from collections.abc import Callable, Iterator
from typing import Any, ParamSpec, TypeVar
from urllib.parse import urlsplit

import requests
import stripe

from app.payments.base import PaymentError

# Pinned, so that an account's default version or an upgrade of the kit never changes what we read.
STRIPE_VERSION = "2026-10-28.endive"
TIMEOUT_S = (5.0, 15.0)
NETWORK_RETRIES = 2
PAGE_SIZE = 100

# Refusals of the key itself come without a code.
_UNSAID: dict[type[stripe.StripeError], str] = {
    stripe.AuthenticationError: "key_unknown",
    stripe.PermissionError: "key_lacks_permission",
}

P = ParamSpec("P")
R = TypeVar("R")


class Line:
    """The connections of one key. ``api_base`` points elsewhere than Stripe, at the sandbox for one."""

    def __init__(self, api_key: str, api_base: str | None) -> None:
        stripe.enable_telemetry = False
        self.connections = requests.Session()
        # A proxy of the environment leads to the world, never to this machine.
        self.connections.trust_env = not _is_loopback(api_base)
        self.v1 = stripe.StripeClient(
            api_key,
            stripe_version=STRIPE_VERSION,
            base_addresses={"api": api_base.rstrip("/")} if api_base else None,
            max_network_retries=NETWORK_RETRIES,
            http_client=stripe.RequestsClient(timeout=TIMEOUT_S, session=self.connections),
        ).v1


def ask(call: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> R:
    """Make one call and turn Stripe's errors into ours, keeping only what may stand in a log."""
    try:
        return call(*args, **kwargs)
    except stripe.StripeError as error:
        status = error.http_status
        retryable = (
            isinstance(error, stripe.APIConnectionError | stripe.RateLimitError)
            or status == 409
            or (status is not None and status >= 500)
        )
        parts = (type(error).__name__, str(status or "no answer"), error.code, error.request_id)
        text = "Stripe: " + ", ".join(part for part in parts if part)
        code = error.code or _UNSAID.get(type(error), "")
        raise PaymentError(text, retryable=retryable, code=code) from error


def every(page: stripe.ListObject[Any]) -> Iterator[dict[str, Any]]:
    """Every object of a list, the following pages fetched as it is consumed."""
    items = page.auto_paging_iter()
    while (item := ask(next, items, None)) is not None:
        yield item.to_dict()


def refuses(call: Callable[[], object]) -> bool:
    """Whether Stripe refuses a call because the key lacks a permission.

    Any other refusal (no such object, a parameter missing) comes after the check of the key: it is a yes.
    Raises PaymentError when Stripe does not answer or does not know the key.
    """
    try:
        ask(call)
    except PaymentError as error:
        if error.code == "key_lacks_permission":
            return True
        if not isinstance(error.__cause__, stripe.InvalidRequestError):
            raise
    return False


def _is_loopback(api_base: str | None) -> bool:
    host = urlsplit(api_base or "").hostname or ""
    return host in {"localhost", "::1"} or host.startswith("127.")
