"""How a platform is asked: what a refusal to connect, a wait and an inner address come to."""

import socket
from datetime import timedelta
from email.utils import format_datetime

import pytest

from app.channels import net
from app.channels.tries import MayBePublic, NotPublic, SaidNo
from app.core import clock
from app.core.settings import get_settings
from tests.channels.fakes.wire import Answered, Wire


@pytest.mark.parametrize(
    ("value", "wait"),
    [
        ("", None),
        ("soon", None),
        ("-5", None),
        ("0", timedelta(0)),
        ("120", timedelta(minutes=2)),
        ("999999999", timedelta(days=1)),
    ],
)
def test_how_long_a_platform_asks_to_wait(value: str, wait: timedelta | None) -> None:
    assert net.wait_of({"retry-after": value}) == wait


def test_a_wait_may_be_a_date() -> None:
    then = format_datetime(clock.now() + timedelta(minutes=5), usegmt=True)
    assert net.wait_of({"retry-after": then}) == timedelta(minutes=5)
    assert net.wait_of({"retry-after": format_datetime(clock.now() - timedelta(1))}) == timedelta(0)


def resolving_to(monkeypatch: pytest.MonkeyPatch, *found: str) -> None:
    rows = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, 443)) for one in found]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_args, **_more: rows)


PRIVATE = [
    "127.0.0.1", "10.0.0.8", "172.16.3.4", "192.168.1.1", "169.254.169.254", "100.64.0.1", "224.0.0.1",
    "::1", "fe80::1%eth0", "fd00::1", "::ffff:10.0.0.1", "64:ff9b::a00:1",
]  # fmt: skip


@pytest.mark.parametrize("found", PRIVATE)
def test_production_refuses_what_leads_inside(found: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(get_settings(), "environment", "production")
    resolving_to(monkeypatch, "93.184.215.14", found)
    with pytest.raises(SaidNo, match="private network"):
        net.reachable("https://hooks.example/x")


def test_public_addresses_are_reached(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(get_settings(), "environment", "production")
    resolving_to(monkeypatch, "93.184.215.14")
    assert net.reachable("https://hooks.example/x") == "93.184.215.14"


def test_a_setting_opens_private_networks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(get_settings(), "environment", "production")
    resolving_to(monkeypatch, "10.0.0.8")
    monkeypatch.setattr(get_settings(), "private_addresses", True)
    assert net.reachable("https://hooks.example/x") == "10.0.0.8"


def test_development_opens_loopback_only(monkeypatch: pytest.MonkeyPatch) -> None:
    assert net.reachable("http://127.0.0.1:8000/x") == "127.0.0.1"
    resolving_to(monkeypatch, "10.0.0.8")
    with pytest.raises(SaidNo):
        net.reachable("https://hooks.example/x")


@pytest.mark.parametrize("address", ["", "ftp://a.example", "https://", "file:///etc/passwd", "//a.example"])
def test_what_is_no_web_address_is_refused(address: str) -> None:
    with pytest.raises(SaidNo):
        net.reachable(address)


def test_a_name_that_cannot_be_resolved_may_be_later(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_args: object, **_more: object) -> None:
        raise socket.gaierror

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    with pytest.raises(NotPublic):
        net.reachable("https://hooks.example/x")


def test_redirects_are_not_followed_and_long_answers_not_read() -> None:
    answers = iter(
        [Answered(302, {}, {"Location": "http://127.0.0.1:9/inside"}), Answered(200, b"x" * 3_000_000)]
    )
    with Wire(lambda _asked: next(answers)) as wire:
        assert net.ask("GET", wire.url).status == 302
        assert len(net.ask("GET", wire.url).text) < 2_000_000


@pytest.mark.parametrize(("publishes", "raised"), [(False, NotPublic), (True, MayBePublic)])
def test_a_line_that_breaks_off(publishes: bool, raised: type[Exception]) -> None:  # noqa: FBT001
    with Wire(lambda _asked: Answered()) as wire:
        wire.fail(".", cut="before")
        with pytest.raises(raised) as told:
            net.ask("GET", f"{wire.url}/bot-secret", publishes=publishes)
    assert "secret" not in str(told.value)
    assert told.value.__cause__ is None
    assert told.value.__context__ is None
    with pytest.raises(NotPublic):  # the server has gone: nothing left
        net.ask("POST", wire.url, publishes=True)
