"""The page of accounts: what is pasted, what an owner may do with an account, and who may not."""

import re

import pytest
from fastapi.testclient import TestClient
from pydantic import SecretStr, ValidationError
from sqlmodel import Session, col, select

from app.accounts import queries, sealing, service
from app.accounts.forms import AddressForm, AppPasswordForm, BotForm, ServerForm
from app.accounts.models import ChannelAccount
from app.accounts.rules import AccountState
from app.channels.base import Identity, ReconnectNeeded, Renewed, Unreachable
from app.core import db, vault
from app.core.db import reading
from app.core.errors import Forbidden, NotFound
from app.core.settings import get_settings
from app.mail.models import OutgoingMail
from app.people.models import AuditEntry, Organisation, Person
from app.people.rules import Actor, Role
from tests import factories
from tests.accounts.fakes import TOKEN, Channel, Rotating
from tests.conftest import NOW

CONNECT = "/studio/channels/connect"
BOT = {"token": "123456:AAF-abcdefghijklmnopqrstuvwxyz0123456", "chat": "@ecole"}
WHO = Identity("7", "@ecole@mastodon.example", "L’école", "https://mastodon.example/@ecole")


def connected(
    session: Session, actor: Actor, who: Identity = WHO, channel: str = "mastodon"
) -> ChannelAccount:
    row = service.connect(
        session, actor, channel=channel, server="https://mastodon.example", who=who, secrets={"token": TOKEN}
    )
    session.commit()
    return row


def fresh(pid: str) -> ChannelAccount:
    with reading() as session:
        return session.exec(select(ChannelAccount).where(ChannelAccount.pid == pid)).one()


def actions() -> list[str]:
    with reading() as session:
        return list(session.exec(select(AuditEntry.action).order_by(col(AuditEntry.id))).all())


@pytest.mark.parametrize(
    ("given", "server"),
    [
        ("mastodon.social", "https://mastodon.social"),
        ("https://Mastodon.Social/", "https://mastodon.social"),
        ("https://mastodon.social/@ecole", "https://mastodon.social"),
        ("@ecole@piaille.fr", "https://piaille.fr"),
        ("http://127.0.0.1:3000", "http://127.0.0.1:3000"),
    ],
)
def test_a_server_is_known_from_however_it_is_written(given: str, server: str) -> None:
    assert ServerForm(server=given).server == server


@pytest.mark.parametrize(
    "given",
    ["mastodon", "http://mastodon.social", "10.0.0.1", "a b.example", "x.example:8443", "-x.example", ""],
)
def test_what_is_no_server_is_refused(given: str) -> None:
    with pytest.raises(ValidationError):
        ServerForm(server=given)


def test_a_server_on_this_machine_is_for_development_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(get_settings(), "environment", "production")
    with pytest.raises(ValidationError):
        ServerForm(server="http://127.0.0.1:3000")
    with pytest.raises(ValidationError):
        AddressForm(address="http://tool.example.org/hook")


@pytest.mark.parametrize("chat", ["ecole", "@ecole", "https://t.me/ecole"])
def test_a_telegram_channel_is_known_by_its_name(chat: str) -> None:
    assert BotForm(token=BOT["token"], chat=chat).chat == "@ecole"


@pytest.mark.parametrize("change", [{"token": "AAF"}, {"chat": "@é"}, {"chat": "-12"}, {"more": "1"}])
def test_a_malformed_bot_is_refused(change: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        BotForm.model_validate(BOT | change)


def test_a_handle_of_bluesky_has_its_domain() -> None:
    assert AppPasswordForm(handle="@Ecole.bsky.social", password="abcd").handle == "ecole.bsky.social"
    with pytest.raises(ValidationError):
        AppPasswordForm(handle="ecole", password="abcd")


def test_addresses_inside_our_own_network_are_refused(client: TestClient, csrf: str) -> None:
    for to, data in (
        ("webhook", {"address": "https://inside.example/hook"}),
        ("mastodon", {"server": "inside.example"}),
        ("bluesky", {"handle": "a.example", "password": "p", "server": "inside.example"}),
    ):
        page = client.post(f"{CONNECT}?to={to}", data=data | {"csrf": csrf})
        assert page.status_code == 422, to
        assert "does not answer" in page.text
    with reading() as session:
        assert session.exec(select(ChannelAccount)).all() == []


def test_bluesky_is_connected_with_the_session_it_gave(client: TestClient, csrf: str) -> None:
    data = {"csrf": csrf, "handle": "ecole.bsky.social", "password": "abcd-efgh-ijkl-mnop"}
    assert client.post(f"{CONNECT}?to=bluesky", data=data).status_code == 303
    with reading() as session:
        row = session.exec(select(ChannelAccount)).one()
    assert (row.server, row.remote_id, row.handle) == (
        "https://bsky.social",
        "did:plc:abc",
        "ecole.bsky.social",
    )
    assert service.opened(row).secrets == {
        "identifier": "ecole.bsky.social",
        "password": "abcd-efgh-ijkl-mnop",
        "session": "a-session",
    }


def test_a_wrong_app_password_is_told_and_not_shown_again(
    client: TestClient, csrf: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Rotating, "who", ReconnectNeeded("Invalid identifier or password"))
    data = {"csrf": csrf, "handle": "ecole.bsky.social", "password": "abcd-efgh-ijkl-mnop"}
    page = client.post(f"{CONNECT}?to=bluesky", data=data)
    assert page.status_code == 422
    assert "Invalid identifier or password" in page.text
    assert 'value="ecole.bsky.social"' in page.text
    assert "abcd-efgh" not in page.text


def test_a_bot_is_connected_to_its_channel(client: TestClient, csrf: str) -> None:
    assert client.post(f"{CONNECT}?to=telegram", data=BOT | {"csrf": csrf}).status_code == 303
    assert Channel.asked[0].remote_id == "@ecole"
    assert Channel.asked[0].secrets == {"token": BOT["token"]}


def test_a_signing_secret_is_shown_once(client: TestClient, csrf: str) -> None:
    address = "https://tool.example.org/hook?key=of-theirs"
    page = client.post(f"{CONNECT}?to=webhook", data={"csrf": csrf, "address": address})
    assert page.status_code == 200
    assert page.headers["cache-control"] == "no-store"
    with reading() as session:
        first = session.exec(select(ChannelAccount)).one()
    secrets = service.opened(first).secrets
    assert secrets["address"] == address
    assert secrets["secret"] in page.text
    listed = client.get("/studio/channels").text
    assert "tool.example.org" in listed
    assert secrets["secret"] not in listed
    assert "of-theirs" not in listed, "an address may hold a key of its own"
    client.post(f"{CONNECT}?to=webhook", data={"csrf": csrf, "address": address})
    again = fresh(first.pid)
    assert service.opened(again).secrets["secret"] != secrets["secret"]


def test_only_an_owner_connects_and_everyone_of_the_team_sees(
    session: Session, client: TestClient, owner: Actor
) -> None:
    row = connected(session, owner)
    org = session.get_one(Organisation, owner.organisation_id)
    for role in (Role.EDITOR, Role.MODERATOR, Role.FINANCE):
        csrf = factories.sign_in(session, client, factories.member(session, org, role, "Bob"))
        page = client.get("/studio/channels")
        assert row.handle in page.text
        assert "Only an owner" in page.text
        assert "Disconnect" not in page.text
        assert client.get(f"{CONNECT}?to=mastodon").status_code == 403
        assert client.post(f"{CONNECT}?to=telegram", data=BOT | {"csrf": csrf}).status_code == 403
        for action in ("check", "rename", "disconnect"):
            answer = client.post(f"/studio/channels/{row.pid}/{action}", data={"csrf": csrf})
            assert answer.status_code == 403
    assert fresh(row.pid).sealed == row.sealed


def test_another_organisation_neither_sees_nor_touches_it(
    session: Session, client: TestClient, owner: Actor
) -> None:
    row = connected(session, owner)
    stranger = factories.member(session, factories.organisation(session, "Les Phares"), name="Eve")
    csrf = factories.sign_in(session, client, stranger)
    assert row.handle not in client.get("/studio/channels").text
    assert row.server not in client.get(f"{CONNECT}?to=mastodon&again={row.pid}").text
    for action in ("check", "rename", "disconnect"):
        answer = client.post(f"/studio/channels/{row.pid}/{action}", data={"csrf": csrf})
        assert answer.status_code == 404
    assert client.get(f"{CONNECT}?to=fax").status_code == 404
    assert fresh(row.pid).state is AccountState.CONNECTED


def test_a_form_without_its_token_connects_nothing(client: TestClient, csrf: str) -> None:
    assert client.post(f"{CONNECT}?to=telegram", data=BOT).status_code == 403
    assert Channel.asked == []


def test_an_owner_renames_checks_and_disconnects(
    session: Session, client: TestClient, csrf: str, owner: Actor
) -> None:
    row = connected(session, owner)
    path = f"/studio/channels/{row.pid}"
    assert client.post(f"{path}/rename", data={"csrf": csrf, "name": "x" * 121}).status_code == 422
    assert client.post(f"{path}/rename", data={"csrf": csrf, "name": "Le compte"}).status_code == 303
    assert fresh(row.pid).name == "Le compte"
    assert "ok=holds" in client.post(f"{path}/check", data={"csrf": csrf}).headers["location"]
    assert client.post(f"{path}/disconnect", data={"csrf": csrf}).status_code == 303
    gone = fresh(row.pid)
    assert (gone.state, gone.sealed, gone.expires_at) == (AccountState.DISCONNECTED, "", None)
    with pytest.raises(vault.CannotOpen):
        service.opened(gone)
    assert client.post(f"{path}/check", data={"csrf": csrf}).status_code == 409
    assert client.post(f"{path}/disconnect", data={"csrf": csrf}).status_code == 303, (
        "once more changes nothing"
    )
    assert actions() == ["channel.connected", "channel.disconnected"]
    assert "One disconnected account" in client.get("/studio/channels").text


def test_a_check_that_the_platform_refuses_asks_to_connect_again(
    session: Session, client: TestClient, csrf: str, owner: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = connected(session, owner)
    monkeypatch.setattr(Channel, "who", ReconnectNeeded("The access token was revoked"))
    assert client.post(f"/studio/channels/{row.pid}/check", data={"csrf": csrf}).status_code == 303
    page = client.get("/studio/channels").text
    assert "Its posts wait." in page
    assert "The access token was revoked" in page
    assert f"/studio/channels/connect?to=mastodon&amp;again={row.pid}" in page
    assert 'value="https://mastodon.example"' in client.get(f"{CONNECT}?to=mastodon&again={row.pid}").text
    monkeypatch.setattr(Channel, "who", WHO)
    client.post(f"/studio/channels/{row.pid}/check", data={"csrf": csrf})
    assert fresh(row.pid).state is AccountState.CONNECTED, "it accepts the permission after all"


def test_a_check_without_an_answer_changes_nothing(
    session: Session, client: TestClient, csrf: str, owner: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = connected(session, owner)
    monkeypatch.setattr(Channel, "who", Unreachable("timed out"))
    answer = client.post(f"/studio/channels/{row.pid}/check", data={"csrf": csrf})
    assert answer.status_code == 422
    assert "does not answer" in answer.text
    assert fresh(row.pid).state is AccountState.CONNECTED


def test_a_lost_account_is_told_once_to_each_owner_and_heals_when_connected(
    session: Session, owner: Actor
) -> None:
    org = session.get_one(Organisation, owner.organisation_id)
    factories.member(session, org, Role.EDITOR, "Bob")
    other = session.get_one(Person, factories.member(session, org, name="Chloé").person_id)
    other.language = "fr"
    gone = session.get_one(Person, factories.member(session, org, name="Dan").person_id)
    gone.disabled_at = NOW
    row = connected(session, owner)
    service.rename(session, owner, row.pid, name="Le compte")
    service.lose(session, row.id, "revoked")
    service.lose(session, row.id, "revoked again")
    assert [one.id for one in queries.lost(session)] == [row.id]
    mails = session.exec(select(OutgoingMail).order_by(col(OutgoingMail.id))).all()
    assert [mail.language for mail in mails] == ["en", "fr"]
    assert mails[0].subject == "Mastodon: @ecole@mastodon.example must be connected again"
    assert "What it said: revoked\n" in mails[0].text
    assert re.search(r"https://testserver/studio/channels\b", mails[0].text)
    assert mails[1].recipient == other.email
    again = connected(session, owner)
    assert again.id == row.id
    assert (again.state, again.problem, again.name) == (AccountState.CONNECTED, "", "Le compte")
    assert queries.lost(session) == []


def test_a_seal_opens_in_no_other_row(session: Session, owner: Actor) -> None:
    first = connected(session, owner)
    second = connected(session, owner, Identity("8", "@autre@mastodon.example"))
    assert sealing.open_account(first) == {"token": TOKEN}
    second.sealed = first.sealed
    with pytest.raises(vault.CannotOpen):
        service.opened(second)
    elsewhere = ChannelAccount(**first.model_dump() | {"organisation_id": first.organisation_id + 1})
    with pytest.raises(vault.CannotOpen):
        service.opened(elsewhere)


def test_secrets_rotated_in_a_call_are_kept_at_once_but_not_after_a_disconnection(
    session: Session, owner: Actor
) -> None:
    row = connected(session, owner)
    account = service.opened(row)
    account.keep({"token": "the-next"})
    assert service.opened(fresh(row.pid)).secrets == {"token": "the-next"}
    with db.transaction() as writing:
        service.disconnect(writing, owner, row.pid)
    account.keep({"token": "too-late"})
    assert fresh(row.pid).sealed == ""


def test_services_refuse_other_roles_and_other_organisations(session: Session, owner: Actor) -> None:
    row = connected(session, owner)
    editor = Actor(owner.person_id, owner.organisation_id, Role.EDITOR, "Bob")
    eve = factories.member(session, factories.organisation(session, "Les Phares"), name="Eve")
    for actor, refusal in ((editor, Forbidden), (eve, NotFound)):
        with pytest.raises(refusal):
            service.disconnect(session, actor, row.pid)
        with pytest.raises(refusal):
            service.rename(session, actor, row.pid, name="x")
    with pytest.raises(Forbidden):
        connected(session, editor)


def test_a_key_that_was_replaced_still_opens(
    session: Session, owner: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = connected(session, owner)
    settings = get_settings()
    old = settings.secret_key
    monkeypatch.setattr(settings, "secret_key", SecretStr("another-key-for-tests-0123456789abcdef"))
    with pytest.raises(vault.CannotOpen):
        service.opened(row)
    monkeypatch.setattr(settings, "old_secret_keys", old)
    assert service.opened(row).secrets == {"token": TOKEN}
    service.keep_renewed(session, row.id, Renewed({"token": "the-next"}))
    assert vault.is_current(row.sealed)
