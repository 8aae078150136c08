"""Telegram, ntfy and web push against servers on this machine: what arrives, what fails, what is refused."""

from datetime import timedelta

import pytest
from py_vapid import Vapid02
from pydantic import SecretStr
from sqlmodel import Session

from app.core import clock, vault
from app.core.db import reading
from app.core.errors import Conflict, NotFound
from app.core.settings import get_settings
from app.push import door
from app.push.rules import Notice, Refused
from app.reminders import addresses, jobs, queries, service
from app.reminders.models import ReminderTarget
from app.reminders.rules import LEFT_ALONE_AFTER
from app.reminders.ways import Told, place, tell
from tests.push.stage import Browser
from tests.reminders.stage import Scene, listening, reminders

NOTICE = Notice("Le midi", "It is 12:30.", "https://testserver/brief")


@pytest.fixture
def scene(session: Session) -> Scene:
    return Scene(session)


def _target(pid: str) -> ReminderTarget:
    with reading() as session:
        return session.exec(queries.select(ReminderTarget).where(ReminderTarget.pid == pid)).one()


def test_ntfy_says_hour_title_and_clean_address(scene: Scene) -> None:
    with listening() as ntfy:
        service.add_address(scene.session, scene.maia, address=f"ntfy://{ntfy.host}/word", label="ntfy")
        scene.session.commit()
        with clock.frozen(scene.hour):
            assert jobs.remind() == 2  # the mail, and ntfy
            assert jobs.remind() == 0
    (message,) = ntfy.messages
    assert message["topic"] == "word"
    assert message["title"] == "Le midi"
    assert "12:30" in message["message"]
    assert f"https://testserver/brief?day=3#post-{scene.post.pid}" in message["message"]
    assert "Le premier mot." not in message["message"], "other people's servers read this"


def test_a_browser_alone_reads_its_notice(scene: Scene) -> None:
    with listening() as server:
        browser = Browser(server.host)
        kept = door.checked(browser.subscription())
        service.add_phone(scene.session, scene.maia, subscription=kept, label="Chrome, Android")
        scene.session.commit()
        with clock.frozen(scene.hour):
            assert jobs.remind() == 2
    ((path, headers, body),) = server.taken
    assert path == "/push/abc"
    assert headers["content-encoding"] == "aes128gcm"
    assert int(headers["ttl"]) == 7200
    assert b"Le midi" not in body
    assert browser.read(body) == {
        "title": "Le midi",
        "body": "It is 12:30: your story is ready in your brief.",
        "url": f"https://testserver/brief?day=3#post-{scene.post.pid}",
    }
    assert Vapid02.verify(headers["authorization"])
    assert door.public_key() in headers["authorization"]


def test_the_same_browser_again_renews_itself(scene: Scene) -> None:
    browser = Browser("127.0.0.1:1")
    for _ in range(2):
        kept = door.checked(browser.subscription())
        service.add_phone(scene.session, scene.maia, subscription=kept, label="Chrome")
    assert len(queries.targets(scene.session, scene.maia)) == 1


@pytest.mark.parametrize("status", [404, 410])
def test_a_browser_that_took_it_back_is_left_alone(scene: Scene, status: int) -> None:
    with listening() as server:
        server.status = status
        kept = door.checked(Browser(server.host).subscription())
        target = service.add_phone(scene.session, scene.maia, subscription=kept, label="Chrome")
        scene.session.commit()
        with clock.frozen(scene.hour):
            jobs.remind()
    assert _target(target.pid).failures == LEFT_ALONE_AFTER


def test_old_seals_are_replaced_so_that_the_old_key_may_go(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = service.add_address(scene.session, scene.maia, address="ntfy://example.org/topic", label="")
    scene.session.commit()
    assert jobs.seal_again() == 0
    monkeypatch.setattr(get_settings(), "old_secret_keys", get_settings().secret_key)
    monkeypatch.setattr(get_settings(), "secret_key", SecretStr("another-key-0123456789abcdefghijklmn"))
    assert jobs.seal_again() == 1
    assert jobs.seal_again() == 0
    monkeypatch.setattr(get_settings(), "old_secret_keys", SecretStr(""))
    kept = _target(target.pid)
    assert vault.unseal(kept.sealed, bound_to=place(scene.maia.pid, kept.pid)) == "ntfy://example.org/topic"


def test_ten_failures_and_it_is_left_alone(scene: Scene) -> None:
    with listening() as ntfy:
        ntfy.status = 500
        target = service.add_address(
            scene.session, scene.maia, address=f"ntfy://{ntfy.host}/word", label="ntfy"
        )
        scene.session.commit()
        first = scene.hour
        for number in range(LEFT_ALONE_AFTER + 2):
            moved = first + timedelta(days=number)
            scene.change(scene.post, due_at=moved, send_at=moved)
            with clock.frozen(moved):
                jobs.remind()
    assert len(ntfy.taken) == LEFT_ALONE_AFTER
    assert _target(target.pid).failures == LEFT_ALONE_AFTER
    assert next(row.problem for row in reminders() if row.target_id) == "no"


def test_one_success_forgives_the_failures(scene: Scene) -> None:
    target = service.add_address(scene.session, scene.maia, address="ntfy://word", label="ntfy")
    for outcome, failures in ((Told.NO, 1), (Told.NO, 2), (Told.YES, 0)):
        service.count(scene.session, target.id, outcome)
        assert target.failures == failures


def test_a_process_that_dies_after_the_claim_loses_one_reminder_of_one_way(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException):
        pass

    with listening() as ntfy:
        for word in ("one", "two"):
            service.add_address(scene.session, scene.maia, address=f"ntfy://{ntfy.host}/{word}", label="ntfy")
        scene.session.commit()
        with clock.frozen(scene.hour):
            with monkeypatch.context() as patched:

                def killed(*_: object) -> Told:
                    raise Killed

                patched.setattr(jobs.ways, "tell", killed)
                with pytest.raises(Killed):
                    jobs.remind()
            assert jobs.remind() == 1
            assert jobs.remind() == 0
    assert [message["topic"] for message in ntfy.messages] == ["two"]


def test_redirects_are_not_followed(scene: Scene) -> None:
    with listening() as server:
        server.status = 307
        assert addresses.send(f"ntfy://{server.host}/word", NOTICE) is False
        assert [path for path, _, _ in server.taken] == ["/"]


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "10.0.0.7", "169.254.169.254", "[::1]"])
def test_our_own_network_is_refused_in_production(monkeypatch: pytest.MonkeyPatch, host: str) -> None:
    monkeypatch.setattr(get_settings(), "environment", "production")
    for address in (f"ntfy://{host}/word", f"gotify://{host}/Aabcdefghijklmn"):
        with pytest.raises(Refused):
            addresses.checked(address)
        with pytest.raises(Refused):
            addresses.send(address, NOTICE)


def test_the_cloud_needs_no_look_at_the_host() -> None:
    assert addresses.checked("ntfy://my-word") == "ntfy"
    assert addresses.checked("tgram://123456789:abcdefghijklmnopqrstuvwxyz123456789/12315544") == "Telegram"


@pytest.mark.parametrize("address", ["tgram://nothing", "ntfy://", "pover://x", "discord://a"])
def test_an_address_its_service_cannot_read(address: str) -> None:
    with pytest.raises(Refused):
        addresses.checked(address)


def test_the_database_holds_no_address(scene: Scene) -> None:
    target = service.add_address(scene.session, scene.maia, address="ntfy://secret-word", label="ntfy")
    assert "secret-word" not in target.sealed
    assert vault.unseal(target.sealed, bound_to=place(scene.maia.pid, target.pid)) == "ntfy://secret-word"
    other = service.add_address(scene.session, scene.maia, address="ntfy://another", label="ntfy")
    other.sealed = target.sealed
    assert tell(other, scene.maia.pid, NOTICE) is Told.NEVER


def test_six_ways_and_no_more(scene: Scene) -> None:
    for number in range(6):
        service.add_address(scene.session, scene.maia, address=f"ntfy://word-{number}", label="ntfy")
    with pytest.raises(Conflict):
        service.add_address(scene.session, scene.maia, address="ntfy://word-7", label="ntfy")


def test_only_ones_own_way_is_removed(scene: Scene) -> None:
    idriss = scene.carrier("Idriss")
    target = service.add_address(scene.session, scene.maia, address="ntfy://word", label="ntfy")
    with pytest.raises(NotFound):
        service.remove(scene.session, idriss, target.pid)
    service.remove(scene.session, scene.maia, target.pid)
    assert list(queries.targets(scene.session, scene.maia)) == []


def test_a_new_key_seals_what_the_old_one_sealed(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    target = service.add_address(scene.session, scene.maia, address="ntfy://word", label="ntfy")
    scene.session.commit()
    assert jobs.seal_again() == 0
    settings = get_settings()
    monkeypatch.setattr(settings, "old_secret_keys", settings.secret_key)
    monkeypatch.setattr(settings, "secret_key", SecretStr("another-key-0123456789abcdefghijklmn"))
    assert jobs.seal_again() == 1
    assert jobs.seal_again() == 0
    monkeypatch.setattr(settings, "old_secret_keys", SecretStr(""))
    kept = _target(target.pid).sealed
    assert vault.unseal(kept, bound_to=place(scene.maia.pid, target.pid)) == "ntfy://word"


def test_what_a_lost_key_sealed_is_left_as_it_is(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    target = service.add_address(scene.session, scene.maia, address="ntfy://word", label="ntfy")
    scene.session.commit()
    monkeypatch.setattr(get_settings(), "secret_key", SecretStr("another-key-0123456789abcdefghijklmn"))
    assert jobs.seal_again() == 0
    assert tell(_target(target.pid), scene.maia.pid, NOTICE) is Told.NEVER
