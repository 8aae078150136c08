"""Telegram, ntfy and other services, written to through Apprise. Refuses addresses that lead into our own network.

The host of a self-hosted service is looked up when the address is given and before every message; redirects
are not followed, and of the answer nothing is shown but whether the message was taken.
"""

import logging
import socket
from functools import lru_cache
from importlib import import_module
from ipaddress import ip_address

from apprise import AppriseAsset, NotifyType
from apprise.plugins.base import NotifyBase

from app.core.i18n import mark
from app.core.settings import get_settings
from app.push.rules import Notice, Refused
from app.reminders.rules import NOT_KNOWN, Service, is_open, service_of

# Apprise logs what it does in its own words, with addresses in them; we keep the outcome.
logging.getLogger("apprise").setLevel(logging.CRITICAL + 1)


def checked(address: str) -> str:
    """The name of the service an address leads to, such as "ntfy". Raises Refused."""
    return _opened(address)[0].name


def send(address: str, notice: Notice) -> bool:
    """Hand a message to the service; whether it took it. Raises Refused when the address may not be used."""
    _, plugin = _opened(address)
    body = f"{notice.body}\n{notice.url}"
    return bool(plugin.notify(body=body, title=notice.title, notify_type=NotifyType.INFO))


def _opened(address: str) -> tuple[Service, NotifyBase]:
    """The service and the plugin that speaks to it, the address checked. Raises Refused.

    Only this one plugin is loaded: Apprise's own choice by address would load all of them, and could choose any.
    """
    service = service_of(address)
    module, _, name = service.plugin.partition(":")
    kind: type[NotifyBase] = getattr(import_module(f"apprise.plugins.{module}"), name)
    try:
        read = kind.parse_url(address)
        plugin = kind(**{**read, "asset": _asset()}) if read else None
    except (TypeError, ValueError):
        plugin = None
    if plugin is None:
        raise Refused(NOT_KNOWN)
    if service.self_hosted and getattr(plugin, "mode", "") != "cloud":
        _check_host(str(plugin.host))
    return service, plugin


@lru_cache(maxsize=1)
def _asset() -> AppriseAsset:
    """Apprise as we want it: nothing written to disk, no redirect followed, no picture of its own."""
    return AppriseAsset(
        app_id="Septaine",
        app_desc="Septaine",
        app_url=get_settings().base_url,
        storage_mode="memory",
        http_redirects=False,
        async_mode=False,
    )


def _check_host(host: str) -> None:
    """Raises Refused when a server is not on the open internet.

    The host is the one the plugin read: another reading of the same address could name another.
    """
    try:
        found = socket.getaddrinfo(host.strip("[]"), None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise Refused(mark("No server of this name was found.")) from None
    if get_settings().development:
        return
    if not all(is_open(ip_address(str(one[4][0]).split("%")[0])) for one in found):
        raise Refused(mark("This server is not on the open internet."))
