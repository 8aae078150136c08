"""When a challenge can be taken and by whom it counts once. Pure decisions; keeps no address."""

import base64
import hmac
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from ipaddress import IPv4Address, ip_address, ip_network
from zoneinfo import ZoneInfo

# CNIL's guidance on audience measurement: the last byte of an IPv4 address goes; of an IPv6 address
# the first 48 bits stay, which name a site and no household.
KEPT_BITS_V4, KEPT_BITS_V6 = 24, 48
LEVELS = 3


class Window(StrEnum):
    """Where a challenge stands on a date."""

    COMING = "coming"  # its day has not come: nobody sees it yet
    TODAY = "today"
    LATE = "late"  # its day has passed; telling it still counts, marked late
    OVER = "over"  # the campaign's last day has passed


class Refusal(StrEnum):
    """Why an act cannot be taken now."""

    PAUSED = "paused"
    COMING = "coming"
    OVER = "over"
    NOT_RUNNING = "not_running"


@dataclass(frozen=True)
class Calendar:
    """The dates that decide: the campaign's first day and length, the challenge's day and window in days."""

    starts_on: date
    length: int
    number: int
    window_days: int = 1

    @property
    def opens_on(self) -> date:
        return self.starts_on + timedelta(days=self.number - 1)

    @property
    def last_today(self) -> date:
        """The last date on which it is offered as today's; never beyond the campaign's last day."""
        return min(self.opens_on + timedelta(days=max(1, self.window_days) - 1), self.ends_on)

    @property
    def ends_on(self) -> date:
        return self.starts_on + timedelta(days=self.length - 1)


def window(calendar: Calendar, today: date) -> Window:
    """Where a challenge stands on `today`, the date in the campaign's own zone."""
    if today < calendar.opens_on:
        return Window.COMING
    if today > calendar.ends_on:
        return Window.OVER
    return Window.TODAY if today <= calendar.last_today else Window.LATE


def refusal(where: Window, *, running: bool, paused: bool) -> Refusal | None:
    """Why an act cannot be taken; None when it can. `running`: the campaign is live or its drive is open."""
    if where is Window.COMING:
        return Refusal.COMING
    if where is Window.OVER:
        return Refusal.OVER
    if not running:
        return Refusal.NOT_RUNNING
    return Refusal.PAUSED if paused else None


def same_day(left: datetime, right: datetime, zone: str) -> bool:
    """Whether two instants fall on one date in an IANA zone."""
    tz = ZoneInfo(zone)
    return left.astimezone(tz).date() == right.astimezone(tz).date()


def network(address: str) -> str:
    """An address with its end cut off: /24 for IPv4, /48 for IPv6. Anything else counts as one network."""
    try:
        ip = ip_address(address.split("%")[0])
    except ValueError:
        return "unknown"
    mapped = getattr(ip, "ipv4_mapped", None)
    ip = mapped or ip
    bits = KEPT_BITS_V4 if isinstance(ip, IPv4Address) else KEPT_BITS_V6
    return str(ip_network((ip, bits), strict=False))


def participant(key: str, address: str, agent: str) -> str:
    """Who takes a challenge, as far as counting once needs it: an HMAC of network and browser, 43 characters.

    `key` is random, belongs to one campaign and is deleted when it closes; from then on nobody, we
    included, can tell whether two acts came from one phone.
    """
    message = f"{network(address)}\n{agent[:400]}".encode()
    digest = hmac.digest(key.encode(), message, "sha256")
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
