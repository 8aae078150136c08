"""Web push: who may be written to, who alone can read it, under which key, and what a refusal means."""

import pytest
from py_vapid import Vapid02
from pydantic import SecretStr

from app.core.settings import get_settings
from app.push import door
from app.push.rules import Notice, Refused, is_push_service
from tests.push.stage import Browser, listening

NOTICE = Notice("Le midi", "It is 12:30.", "https://testserver/brief")


@pytest.mark.parametrize(
    ("endpoint", "known"),
    [
        ("https://fcm.googleapis.com/fcm/send/abc:def", True),
        ("https://updates.push.services.mozilla.com/wpush/v2/abc", True),
        ("https://web.push.apple.com/QabC", True),
        ("https://wns2-par02p.notify.windows.com/w/?token=abc", True),
        ("https://fcm.googleapis.com:443/x", True),
        ("http://fcm.googleapis.com/x", False),
        ("https://fcm.googleapis.com:8443/x", False),
        ("https://fcm.googleapis.com.evil.example/x", False),
        ("https://evilfcm.googleapis.com/x", False),
        ("https://x@fcm.googleapis.com/x", False),
        ("https://10.0.0.1/x", False),
        ("https://[::1/x", False),
        ("", False),
    ],
)
def test_push_services(endpoint: str, *, known: bool) -> None:
    assert is_push_service(endpoint) is known


def test_a_browser_alone_reads_its_notice() -> None:
    with listening() as server, door.line() as line:
        browser = Browser(server.host)
        door.send(door.checked(browser.subscription()), NOTICE, over=line, ttl=60, urgency="normal")
    ((path, headers, body),) = server.taken
    assert path == "/push/abc"
    assert headers["content-encoding"] == "aes128gcm"
    assert (headers["ttl"], headers["urgency"]) == ("60", "normal")
    assert b"Le midi" not in body
    assert browser.read(body) == {"title": NOTICE.title, "body": NOTICE.body, "url": NOTICE.url}
    assert Vapid02.verify(headers["authorization"])
    assert door.public_key() in headers["authorization"]


@pytest.mark.parametrize(
    ("status", "raised"),
    [(404, door.Ended), (410, door.Ended), (307, door.Failed), (413, door.Failed), (503, door.Failed)],
)
def test_what_an_answer_means(status: int, raised: type[Exception]) -> None:
    with listening() as server, door.line() as line:
        server.status = status
        for over in (None, line):
            with pytest.raises(raised) as said:
                door.send(door.checked(Browser(server.host).subscription()), NOTICE, over=over)
            assert not isinstance(said.value, door.NoAnswer)
        assert {path for path, _, _ in server.taken} == {"/push/abc"}, "redirects are not followed"


def test_no_answer_says_nothing_of_the_browser() -> None:
    with pytest.raises(door.NoAnswer):
        door.send(door.checked(Browser("127.0.0.1:1").subscription()), NOTICE)


def test_a_new_secret_key_still_reaches_browsers_of_the_old_one(monkeypatch: pytest.MonkeyPatch) -> None:
    with listening() as server:
        browser = Browser(server.host)
        before = door.checked(browser.subscription())
        old = get_settings().secret_key
        monkeypatch.setattr(get_settings(), "secret_key", SecretStr("another-key-0123456789abcdefghijklmn"))
        monkeypatch.setattr(get_settings(), "old_secret_keys", old)
        assert door.public_key() != before["server"]
        door.send(before, NOTICE)
        assert before["server"] in server.taken[0][1]["authorization"]
        monkeypatch.setattr(get_settings(), "old_secret_keys", SecretStr(""))
        with pytest.raises(door.Ended):
            door.send(before, NOTICE)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "10.0.0.7", "169.254.169.254", "[::1]"])
def test_our_own_network_is_refused_in_production(monkeypatch: pytest.MonkeyPatch, host: str) -> None:
    monkeypatch.setattr(get_settings(), "environment", "production")
    with pytest.raises(Refused):
        door.checked({**Browser(host).subscription(), "endpoint": f"https://{host}/push"})


@pytest.mark.parametrize("changed", [{"p256dh": "AAAA"}, {"auth": "é"}, {"p256dh": ""}])
def test_a_subscription_that_cannot_be_written_to(changed: dict[str, str]) -> None:
    with pytest.raises(Refused):
        door.checked({**Browser("127.0.0.1:1").subscription(), **changed})
