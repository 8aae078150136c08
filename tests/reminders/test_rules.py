"""When somebody is reminded, and which addresses may be written to."""

from datetime import timedelta
from ipaddress import ip_address

import pytest

from app.core import clock
from app.push.rules import Refused
from app.reminders.rules import Occasion, is_open, occasion, service_of


@pytest.mark.parametrize(
    ("passed", "expected"),
    [
        (timedelta(seconds=-1), None),
        (timedelta(0), Occasion.DUE),
        (timedelta(hours=1, minutes=59, seconds=59), Occasion.DUE),
        (timedelta(hours=2), Occasion.MISSED),
        (timedelta(hours=23, minutes=59), Occasion.MISSED),
        (timedelta(hours=24), None),
        (timedelta(days=9), None),
    ],
)
def test_occasions(passed: timedelta, expected: Occasion | None) -> None:
    assert occasion(clock.now() - passed, clock.now()) is expected


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("tgram://123456789:abcdefg_hijklmnop/12315544/", "Telegram"),
        ("ntfy://my-word", "ntfy"),
        ("ntfys://user:pass@ntfy.example.org/topic?priority=high", "ntfy"),
        ("pover://user@token", "Pushover"),
        ("signal://host:8080/+33600000000/+33600000001", "Signal"),
    ],
)
def test_known_services(address: str, name: str) -> None:
    assert service_of(address).name == name


@pytest.mark.parametrize(
    "address",
    [
        "",
        "my-word",
        "https://example.org/hook",
        "json://127.0.0.1/",
        "file:///etc/passwd",
        "mailto://user:pass@example.org",
        "dbus://",
        "matrix://user:pass@example.org/#room",
        "ntfy://topic?template=/etc/passwd",
        "ntfy://topic?verify=no",
        "ntfy://topic?redirect=yes",
        "ntfy://topic?mode=private",
        "ntfy://topic?attach=file:///etc/passwd",
        "ntfy://to pic",
        "ntfy://topic\nhost",
        "ntfy://[::1",
    ],
)
def test_everything_else_is_refused(address: str) -> None:
    with pytest.raises(Refused):
        service_of(address)


@pytest.mark.parametrize(
    ("address", "open_"),
    [
        ("93.184.215.14", True),
        ("2606:4700::1111", True),
        ("127.0.0.1", False),
        ("10.1.2.3", False),
        ("172.16.0.1", False),
        ("192.168.1.1", False),
        ("169.254.169.254", False),
        ("100.64.0.1", False),
        ("0.0.0.0", False),  # noqa: S104 - an address that must be refused
        ("224.0.0.1", False),
        ("::1", False),
        ("::", False),
        ("fe80::1", False),
        ("fd00::1", False),
        ("::ffff:127.0.0.1", False),
        ("::ffff:10.0.0.1", False),
        ("2002:7f00:1::", False),
        ("2001:0:7f00:1::", False),
    ],
)
def test_the_open_internet(address: str, *, open_: bool) -> None:
    assert is_open(ip_address(address)) is open_
