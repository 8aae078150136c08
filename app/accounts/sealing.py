"""What is sealed where: each secret of the room is bound to its row, and opens in no other."""

import json
from collections.abc import Mapping

from app.accounts.models import ChannelAccount, ChannelApp, Connecting
from app.core import vault


def seal_account(row: ChannelAccount, secrets: Mapping[str, str]) -> None:
    """Keep an account's secrets; its organisation and pid are set."""
    row.sealed = _seal(secrets, _account(row))


def open_account(row: ChannelAccount) -> dict[str, str]:
    """An account's secrets. Raises vault.CannotOpen when it was sealed elsewhere, by a lost key, or emptied."""
    return _open(row.sealed, _account(row))


def seal_app(row: ChannelApp, secrets: Mapping[str, str]) -> None:
    """Keep what a server gave this instance as an application."""
    row.sealed = _seal(secrets, _app(row))


def open_app(row: ChannelApp) -> dict[str, str]:
    """What a server gave this instance. Raises vault.CannotOpen."""
    return _open(row.sealed, _app(row))


def seal_connecting(row: Connecting, secrets: Mapping[str, str]) -> None:
    """Keep what proves that an answer is the person's, or the token to choose with."""
    row.sealed = _seal(secrets, _connecting(row))


def open_connecting(row: Connecting) -> dict[str, str]:
    """What was kept with a connection under way. Raises vault.CannotOpen."""
    return _open(row.sealed, _connecting(row))


def sealed_again(row: ChannelAccount | ChannelApp) -> str:
    """The same secrets sealed by the newest key. Raises vault.CannotOpen."""
    place = _account(row) if isinstance(row, ChannelAccount) else _app(row)
    return vault.sealed_again(row.sealed, bound_to=place)


def _account(row: ChannelAccount) -> tuple[str, ...]:
    return ("account", str(row.organisation_id), row.pid)


def _app(row: ChannelApp) -> tuple[str, ...]:
    return ("channel app", row.channel, row.server)


def _connecting(row: Connecting) -> tuple[str, ...]:
    return ("connecting", str(row.person_id), row.state_hash)


def _seal(secrets: Mapping[str, str], place: tuple[str, ...]) -> str:
    return vault.seal(json.dumps(dict(secrets)), bound_to=place)


def _open(sealed: str, place: tuple[str, ...]) -> dict[str, str]:
    opened: dict[str, str] = json.loads(vault.unseal(sealed, bound_to=place))
    return opened
