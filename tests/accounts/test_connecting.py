"""Connecting by agreeing at a platform: the whole way, and every wrong answer that may come to the callback."""

import html
import logging
import re
import subprocess
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from fastapi.testclient import TestClient
from pydantic import SecretStr
from sqlalchemy import text
from sqlmodel import Session, col, select

from app.accounts import agreeing, rules, service
from app.accounts.models import ChannelAccount, ChannelApp, Connecting
from app.accounts.rules import AccountState
from app.channels.base import ReconnectNeeded
from app.core import clock, db, vault
from app.core.db import reading
from app.core.settings import get_settings
from app.people.models import AuditEntry, Membership, Organisation
from app.people.rules import Actor, Role
from tests import factories
from tests.accounts.fakes import TOKEN, Channel, Platform
from tests.conftest import NOW

CALLBACK = "/studio/channels/callback"


def leave(client: TestClient, csrf: str, platform: Platform, to: str = "mastodon") -> str:
    """Begin; returns the state that the platform would send back."""
    data = {"csrf": csrf} | ({"server": platform.address} if to == "mastodon" else {})
    page = client.post(f"/studio/channels/connect?to={to}", data=data)
    assert page.status_code == 200, page.text
    found = re.search(r'href="(http[^"]+(?:authorize|oauth)\?[^"]+)"', page.text)
    assert found is not None
    query = parse_qs(urlsplit(html.unescape(found[1])).query)
    platform.challenge = query.get("code_challenge", [""])[0]
    assert query["redirect_uri"] == [f"https://testserver{CALLBACK}"]
    assert query["response_type"] == ["code"]
    return query["state"][0]


def come_back(client: TestClient, state: str, **answer: str) -> int:
    return client.get(CALLBACK, params={"state": state, **answer}).status_code


def accounts() -> list[ChannelAccount]:
    with reading() as session:
        return list(session.exec(select(ChannelAccount).order_by(col(ChannelAccount.id))).all())


def test_an_owner_agrees_on_their_server_and_the_account_is_there(
    client: TestClient, csrf: str, owner: Actor, platform: Platform
) -> None:
    state = leave(client, csrf, platform)
    answer = client.get(CALLBACK, params={"state": state, "code": platform.code})
    assert answer.status_code == 303
    assert answer.headers["location"] == "/studio/channels?ok=connected", "the code is left behind"
    (row,) = accounts()
    assert (row.channel, row.server, row.remote_id) == ("mastodon", platform.address, "7")
    assert row.state is AccountState.CONNECTED
    assert row.connected_by == owner.person_id
    assert service.opened(row).secrets == {"token": TOKEN}
    page = client.get("/studio/channels")
    assert "@ecole@mastodon.example" in page.text
    assert "connected" in page.text
    with reading() as session:
        entry = session.exec(select(AuditEntry)).one()
        assert session.exec(select(Connecting)).all() == []
    assert (entry.action, entry.details) == ("channel.connected", {"channel": "Mastodon"})


def test_a_server_is_told_of_us_once_until_it_may_have_forgotten(
    client: TestClient, csrf: str, platform: Platform
) -> None:
    leave(client, csrf, platform)
    leave(client, csrf, platform)
    assert len(platform.registered) == 1
    with clock.frozen(NOW + timedelta(hours=11)):
        leave(client, csrf, platform)
    assert len(platform.registered) == 1
    with clock.frozen(NOW + timedelta(hours=11, minutes=59)):
        state = leave(client, csrf, platform)
        come_back(client, state, code=platform.code)
    with clock.frozen(NOW + timedelta(hours=23)):
        leave(client, csrf, platform)
    assert len(platform.registered) == 1, "it serves somebody, so it remembers"
    with db.transaction() as session:
        row = session.exec(select(ChannelAccount)).one()
        row.state = AccountState.DISCONNECTED
        session.add(row)
    with clock.frozen(NOW + timedelta(hours=23)):
        leave(client, csrf, platform)
    assert len(platform.registered) == 2
    with reading() as session:
        assert session.exec(select(ChannelApp)).one().client_id == "app-2"


def test_an_application_made_for_another_address_of_ours_is_made_again(
    client: TestClient, csrf: str, platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    leave(client, csrf, platform)
    monkeypatch.setattr(get_settings(), "public_url", "https://moved.example")
    client.post("/studio/channels/connect?to=mastodon", data={"csrf": csrf, "server": platform.address})
    assert [one["redirect_uris"] for one in platform.registered] == [
        f"https://testserver{CALLBACK}",
        f"https://moved.example{CALLBACK}",
    ]


def test_a_key_that_was_dropped_on_the_way_means_beginning_again(
    client: TestClient, csrf: str, platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(get_settings(), "secret_key", SecretStr("another-key-for-tests-0123456789abcdef"))
        agreeing.begin(_actor(), rules.KINDS[0], server=platform.address)
    state = leave(client, csrf, platform)
    assert len(platform.registered) == 2, "what cannot be opened is asked for again"
    with db.transaction() as session:
        row = session.exec(select(Connecting)).one()
        row.sealed = vault.seal("{}", bound_to=("elsewhere",))
        session.add(row)
    assert come_back(client, state, code=platform.code) == 410
    assert accounts() == []


def _actor() -> Actor:
    with reading() as session:
        row = session.exec(select(Membership)).one()
    return Actor(row.person_id, row.organisation_id, row.role, "Alice")


def test_an_answer_counts_once(client: TestClient, csrf: str, platform: Platform) -> None:
    state = leave(client, csrf, platform)
    assert come_back(client, state, code=platform.code) == 303
    assert come_back(client, state, code=platform.code) == 410
    assert len(accounts()) == 1


def test_an_answer_with_a_wrong_state_or_none_is_refused(
    client: TestClient, csrf: str, platform: Platform
) -> None:
    leave(client, csrf, platform)
    assert come_back(client, "a-state-of-somebody-elses-making", code=platform.code) == 410
    assert come_back(client, "", code=platform.code) == 410
    assert accounts() == []


def test_after_ten_minutes_an_answer_is_refused(client: TestClient, csrf: str, platform: Platform) -> None:
    state = leave(client, csrf, platform)
    with clock.frozen(NOW + timedelta(minutes=10)):
        assert come_back(client, state, code=platform.code) == 410
    with clock.frozen(NOW + timedelta(minutes=9, seconds=59)):
        assert come_back(client, state, code=platform.code) == 303


def test_another_person_cannot_bring_the_answer(
    session: Session, client: TestClient, csrf: str, owner: Actor, platform: Platform
) -> None:
    """Neither a stranger, nor a colleague who is an owner too, nor somebody who is not signed in."""
    state = leave(client, csrf, platform)
    own_browser = dict(client.cookies)
    organisation = session.get_one(Organisation, owner.organisation_id)
    for actor in (
        factories.member(session, factories.organisation(session, "Les Phares"), name="Eve"),
        factories.member(session, organisation, name="Bob"),
    ):
        client.cookies.clear()
        factories.sign_in(session, client, actor)
        assert come_back(client, state, code=platform.code) == 410
    client.cookies.clear()
    assert come_back(client, state, code=platform.code) == 303, "led to the sign-in page"
    assert accounts() == []
    client.cookies.update(own_browser)
    assert come_back(client, state, code=platform.code) == 303
    assert len(accounts()) == 1, "what others tried did not use it up"


def test_the_person_must_still_work_for_the_same_organisation(
    session: Session, client: TestClient, csrf: str, owner: Actor, platform: Platform
) -> None:
    state = leave(client, csrf, platform)
    other = factories.organisation(session, "Les Phares")
    assert owner.person_id is not None
    session.add(Membership(person_id=owner.person_id, organisation_id=other.id, role=Role.OWNER))
    session.commit()
    entered = client.post(f"/studio/organisations/{other.pid}/enter", data={"csrf": csrf})
    assert entered.status_code == 303
    assert come_back(client, state, code=platform.code) == 410
    assert accounts() == []


def test_an_owner_who_is_one_no_longer_cannot_finish(
    session: Session, client: TestClient, csrf: str, owner: Actor, platform: Platform
) -> None:
    state = leave(client, csrf, platform)
    with db.transaction() as writing:
        row = writing.exec(select(Membership).where(Membership.person_id == owner.person_id)).one()
        row.role = Role.EDITOR
        writing.add(row)
    assert come_back(client, state, code=platform.code) == 403
    assert accounts() == []


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        (
            {"error": "access_denied", "error_description": "The user denied."},
            "You did not agree on Mastodon",
        ),
        (
            {"error": "server_error", "error_description": "<b>Out</b> of order"},
            "&lt;b&gt;Out&lt;/b&gt; of order",
        ),
        ({"code": "not-the-code"}, "The code is not one of ours."),
        ({}, "Mastodon refused"),
    ],
)
def test_a_refusal_is_told_in_plain_words(
    client: TestClient, csrf: str, platform: Platform, answer: dict[str, str], sentence: str
) -> None:
    state = leave(client, csrf, platform)
    page = client.get(CALLBACK, params={"state": state, **answer})
    assert page.status_code == 422
    assert sentence in page.text
    assert page.headers["referrer-policy"] == "no-referrer"
    assert page.headers["cache-control"] == "no-store"
    assert accounts() == []


def test_a_server_that_is_none_is_told_so(client: TestClient, csrf: str, platform: Platform) -> None:
    platform.status = 503
    data = {"csrf": csrf, "server": platform.address}
    page = client.post("/studio/channels/connect?to=mastodon", data=data)
    assert page.status_code == 422
    assert "Mastodon does not answer" in page.text
    assert f'value="{platform.address}"' in page.text, "what was typed is kept"


def test_a_platform_that_disowns_its_own_token_connects_nothing(
    client: TestClient, csrf: str, platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Channel, "who", ReconnectNeeded("This method requires an authenticated user"))
    state = leave(client, csrf, platform)
    assert come_back(client, state, code=platform.code) == 422
    assert accounts() == []


PAGES = [
    {"id": "11", "name": "École", "link": "https://facebook.com/ecole", "access_token": "page-11"},
    {"id": "12", "name": "Atelier", "access_token": "page-12"},
]


def test_several_pages_are_put_to_the_person(client: TestClient, csrf: str, platform: Platform) -> None:
    platform.pages = PAGES
    state = leave(client, csrf, platform, "facebook")
    answer = client.get(CALLBACK, params={"state": state, "code": platform.code})
    assert answer.headers["location"] == "/studio/channels/choose"
    choice = client.get("/studio/channels/choose")
    assert "École" in choice.text
    assert "Atelier" in choice.text
    assert "page-1" not in choice.text
    assert client.post("/studio/channels/choose", data={"csrf": csrf, "account": "99"}).status_code == 422
    assert client.post("/studio/channels/choose", data={"csrf": csrf}).status_code == 422
    chosen = client.post("/studio/channels/choose", data={"csrf": csrf, "account": "12"})
    assert chosen.status_code == 303
    (row,) = accounts()
    assert (row.remote_id, row.handle, row.expires_at) == ("12", "Atelier", None)
    assert service.opened(row).secrets == {"token": "page-12"}
    assert client.get("/studio/channels/choose").status_code == 410
    assert come_back(client, state, code=platform.code) == 410


def test_the_only_page_needs_no_choice(client: TestClient, csrf: str, platform: Platform) -> None:
    platform.pages = PAGES[:1]
    state = leave(client, csrf, platform, "facebook")
    assert come_back(client, state, code=platform.code) == 303
    (row,) = accounts()
    assert (row.channel, row.remote_id, row.handle) == ("facebook", "11", "École")
    assert row.url == "https://facebook.com/ecole"


def test_a_login_without_a_page_is_told_so(client: TestClient, csrf: str, platform: Platform) -> None:
    state = leave(client, csrf, platform, "facebook")
    page = client.get(CALLBACK, params={"state": state, "code": platform.code})
    assert page.status_code == 422
    assert "runs no Page" in page.text


@pytest.mark.parametrize("channel", ["instagram", "threads"])
def test_instagram_and_threads_give_sixty_days(
    client: TestClient, csrf: str, platform: Platform, channel: str
) -> None:
    state = leave(client, csrf, platform, channel)
    assert come_back(client, state, code=f"{platform.code}#_") == 303
    (row,) = accounts()
    assert row.expires_at == NOW + timedelta(days=60)
    assert service.opened(row).secrets == {"token": TOKEN}
    assert "the permission ends on" in client.get("/studio/channels").text


def test_without_an_application_the_page_says_what_to_set(client: TestClient, csrf: str) -> None:
    page = client.get("/studio/channels/connect?to=instagram")
    assert "SEPTAINE_INSTAGRAM_APP_ID" in page.text
    assert f"https://testserver{CALLBACK}" in page.text
    assert client.post("/studio/channels/connect?to=instagram", data={"csrf": csrf}).status_code == 422
    assert "not set up on this server" in client.get("/studio/channels").text


def test_the_log_holds_neither_code_nor_state_nor_token(
    client: TestClient,
    csrf: str,
    platform: Platform,
    caplog: pytest.LogCaptureFixture,
    capsys: pytest.CaptureFixture[str],
) -> None:
    with caplog.at_level(logging.DEBUG):
        state = leave(client, csrf, platform, "threads")
        come_back(client, state, code=platform.code)
        state = leave(client, csrf, platform)
        come_back(client, state, code="another-code-that-is-wrong")
    out, err = capsys.readouterr()
    written = "\n".join([out, err, *(record.getMessage() for record in caplog.records if _ours(record))])
    assert CALLBACK in written, "the request is noted"
    for secret in (
        platform.code,
        "another-code-that-is-wrong",
        state,
        TOKEN,
        "app-secret",
        "secret-of-the-app",
    ):
        assert secret not in written


def _ours(record: logging.LogRecord) -> bool:
    """What `core.logs` writes at its levels; httpx's own lines are below them, the test client's are not ours."""
    return not record.name.startswith(("httpx", "httpcore", "asyncio")) or record.levelno >= logging.WARNING


def test_a_token_is_in_no_file_of_the_database(client: TestClient, csrf: str, platform: Platform) -> None:
    state = leave(client, csrf, platform)
    come_back(client, state, code=platform.code)
    (row,) = accounts()
    assert service.opened(row).secrets["token"] == TOKEN
    dumped = dump()
    assert row.handle.encode() in dumped, "the file is the right one"
    for secret in (TOKEN, "app-secret", platform.code, state):
        assert secret.encode() not in dumped


def dump() -> bytes:
    """Every byte the database wrote: its files, or on PostgreSQL its tables as text.

    Another process reads the files: closing one in this process would drop every lock SQLite holds on it here, and
    the next process to finish would take the log away from under us (sqlite.org/howtocorrupt.html, 2.2).
    """
    engine = db.get_engine()
    if engine.dialect.name == "sqlite":
        place = Path(str(engine.url.database))
        files = [str(file) for file in place.parent.glob(f"{place.name}*")]
        return subprocess.run(["cat", *files], capture_output=True, check=True).stdout  # noqa: S603, S607
    tables = ("channel_account", "channel_app", "channel_connecting", "audit_entry")
    with engine.connect() as connection:
        return b"".join(
            repr(connection.execute(text(f"SELECT * FROM {table}")).all()).encode()  # noqa: S608
            for table in tables
        )
