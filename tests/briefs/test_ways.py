"""The page of ways: add, try, remove; what is refused beside its field; nobody else's."""

import base64
import os

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from fastapi.testclient import TestClient
from sqlmodel import Session, select

from app.core.db import reading
from app.core.settings import get_settings
from app.push import door
from app.reminders import service
from app.reminders.models import ReminderTarget, Way
from app.reminders.rules import LEFT_ALONE_AFTER
from tests.briefs.stage import Phone, Scene
from tests.reminders.stage import listening

HERE = "/brief/reminders"


@pytest.fixture
def scene(session: Session) -> Scene:
    return Scene(session)


@pytest.fixture
def phone(scene: Scene, client: TestClient) -> Phone:
    return Phone(scene.session, client, scene.maia)


def _targets() -> list[ReminderTarget]:
    with reading() as session:
        return list(session.exec(select(ReminderTarget)).all())


def _b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _subscription(endpoint: str = "https://fcm.googleapis.com/fcm/send/abc") -> dict[str, str]:
    key = ec.generate_private_key(ec.SECP256R1()).public_key()
    point = key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    return {"endpoint": endpoint, "p256dh": _b64(point), "auth": _b64(os.urandom(16))}


def test_the_page_says_what_is_always_there(phone: Phone) -> None:
    page = phone.get(HERE)
    assert "maia@example.org" in page
    assert f'data-push="{door.public_key()}"' in page
    assert HERE in phone.get("/brief")


def test_an_address_is_added_tried_and_removed(phone: Phone) -> None:
    with listening() as ntfy:
        assert phone.send(HERE, {"address": f"ntfy://{ntfy.host}/word"}).status_code == 303
        (target,) = _targets()
        page = phone.get(HERE)
        assert ">ntfy</h3>" in page
        assert ntfy.host not in page, "it is never shown again"
        answer = phone.send(f"{HERE}/{target.pid}/try")
        assert answer.headers["location"].endswith("ok=sent")
        assert [message["title"] for message in ntfy.messages] == ["A try"]
    assert phone.send(f"{HERE}/{target.pid}/remove").status_code == 303
    assert _targets() == []


def test_a_try_that_fails_says_so_and_counts(scene: Scene, phone: Phone) -> None:
    with listening() as ntfy:
        ntfy.status = 500
        phone.send(HERE, {"address": f"ntfy://{ntfy.host}/word"})
        (target,) = _targets()
        answer = phone.send(f"{HERE}/{target.pid}/try")
    assert answer.status_code == 422
    assert "The try was not taken" in answer.text
    assert _targets()[0].failures == 1
    assert "The last message was not taken" in phone.get(HERE)
    scene.change(scene.session.get_one(ReminderTarget, target.id), failures=LEFT_ALONE_AFTER)
    assert "Left alone" in phone.get(HERE)


@pytest.mark.parametrize(
    "address",
    ["", "https://example.org", "file:///etc/passwd", "ntfy://a b", "ntfy://x?verify=no", "x" * 501],
)
def test_what_cannot_be_used_is_said_beside_the_field(phone: Phone, address: str) -> None:
    answer = phone.send(HERE, {"address": address})
    assert answer.status_code == 422
    assert 'id="f-address-error"' in answer.text
    assert _targets() == []


def test_our_own_network_is_refused(phone: Phone, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(get_settings(), "environment", "production")
    answer = phone.send(HERE, {"address": "ntfy://127.0.0.1/word"})
    assert answer.status_code == 422
    assert "not on the open internet" in answer.text


def test_a_phone_is_added_once(phone: Phone) -> None:
    subscription = _subscription()
    agent = {"User-Agent": "Mozilla/5.0 (Linux; Android 14) Chrome/120.0"}
    for _ in range(2):
        assert phone.send(f"{HERE}/phone", subscription, headers=agent).status_code == 303
    (target,) = _targets()
    assert (target.way, target.label) == (Way.PUSH, "Chrome, Android")


@pytest.mark.parametrize(
    "changed",
    [
        {"endpoint": "https://evil.example/x"},
        {"endpoint": "http://10.0.0.1/x"},
        {"p256dh": "AAAA"},
        {"auth": "not base64!"},
        {"endpoint": ""},
        {"extra": "1"},
    ],
)
def test_a_browser_that_cannot_be_called(phone: Phone, changed: dict[str, str]) -> None:
    answer = phone.send(f"{HERE}/phone", {**_subscription(), **changed})
    assert answer.status_code == 422
    assert _targets() == []


def test_the_seventh_way_is_refused(scene: Scene, phone: Phone) -> None:
    for number in range(6):
        service.add_address(scene.session, scene.maia, address=f"ntfy://word{number}", label="ntfy")
    scene.session.commit()
    answer = phone.send(HERE, {"address": "ntfy://word"})
    assert answer.status_code == 422
    assert "six ways" in answer.text


def test_nobody_elses_and_not_without_a_token(scene: Scene, phone: Phone, client: TestClient) -> None:
    idriss = scene.carrier("Idriss")
    theirs = service.add_address(scene.session, idriss, address="ntfy://word", label="Idriss’s")
    scene.session.commit()
    assert "Idriss’s" not in phone.get(HERE)
    for verb in ("try", "remove"):
        assert phone.send(f"{HERE}/{theirs.pid}/{verb}").status_code == 404
        assert client.post(f"{HERE}/{theirs.pid}/{verb}").status_code == 403
    assert client.post(HERE, data={"address": "ntfy://word"}).status_code == 403
    client.cookies.clear()
    assert client.get(HERE).status_code == 410
    assert len(_targets()) == 1


def test_tries_are_limited(phone: Phone) -> None:
    answers = [phone.send(HERE, {"address": "nothing"}).status_code for _ in range(22)]
    assert answers == [422] * 20 + [429] * 2
