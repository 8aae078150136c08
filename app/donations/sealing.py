"""An organisation's Stripe key and webhook secrets, sealed for its own row: moved to another, they do not open."""

import json
from dataclasses import dataclass

from app.core import vault
from app.donations.models import StripeAccount


@dataclass(frozen=True)
class Secrets:
    """A restricted key, and what signs the notifications: the newest first, at most two."""

    key: str
    webhook: tuple[str, ...] = ()


def seal(row: StripeAccount, secrets: Secrets) -> None:
    """Keep an account's secrets; its organisation and pid are set."""
    kept = json.dumps({"key": secrets.key, "webhook": list(secrets.webhook)})
    row.sealed, row.secrets = vault.seal(kept, bound_to=_place(row)), len(secrets.webhook)


def unseal(row: StripeAccount) -> Secrets:
    """An account's secrets. Raises vault.CannotOpen when it was sealed elsewhere, by a lost key, or emptied."""
    kept = json.loads(vault.unseal(row.sealed, bound_to=_place(row)))
    return Secrets(kept["key"], tuple(kept["webhook"]))


def sealed_again(row: StripeAccount) -> str:
    """The same secrets sealed by the newest key. Raises vault.CannotOpen."""
    return vault.sealed_again(row.sealed, bound_to=_place(row))


def _place(row: StripeAccount) -> tuple[str, ...]:
    return ("stripe account", str(row.organisation_id), row.pid)
