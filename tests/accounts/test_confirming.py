"""Connecting an address by a code that was mailed to it, and every way in which a code does not count."""

import re
from datetime import timedelta

import pytest
from fastapi.testclient import TestClient
from sqlmodel import Session, col, select

from app.accounts import confirming, rules, service
from app.accounts.forms import CodeForm, MailForm
from app.accounts.models import ChannelAccount, Connecting
from app.accounts.rules import AccountState, Kind
from app.core import clock, db, vault
from app.core.db import reading
from app.core.errors import Forbidden, Gone, TooMany
from app.core.settings import get_settings
from app.mail.models import OutgoingMail
from app.people.models import AuditEntry, Membership, Organisation, Person
from app.people.rules import Actor, Role
from tests import factories
from tests.conftest import NOW

CONNECT, CONFIRM = "/studio/channels/connect?to=mail", "/studio/channels/confirm"
ADDRESS = "liste@ecole.example"
MAIL = next(kind for kind in rules.KINDS if kind.code == "mail")


def mails() -> list[OutgoingMail]:
    with reading() as session:
        return list(session.exec(select(OutgoingMail).order_by(col(OutgoingMail.id))).all())


def accounts() -> list[ChannelAccount]:
    with reading() as session:
        return list(session.exec(select(ChannelAccount)).all())


def the_code() -> str:
    """What stands in the latest mail."""
    found = re.search(r"^\d{8}$", mails()[-1].text, re.MULTILINE)
    assert found is not None
    return found[0]


def ask(client: TestClient, csrf: str, address: str = ADDRESS) -> str:
    """Ask for a code; returns it."""
    answer = client.post(CONNECT, data={"csrf": csrf, "email": address})
    assert (answer.status_code, answer.headers["location"]) == (303, CONFIRM)
    return the_code()


def another(code: str) -> str:
    return f"{(int(code) + 1) % 10**8:08}"


def give(client: TestClient, csrf: str, code: str) -> int:
    return client.post(CONFIRM, data={"csrf": csrf, "code": code}).status_code


def test_an_owner_types_the_code_and_the_address_is_connected(
    client: TestClient, csrf: str, owner: Actor
) -> None:
    code = ask(client, csrf, " Liste@Ecole.example ")
    sent = mails()[-1]
    assert (sent.recipient, sent.language) == (ADDRESS, "en")
    assert code in sent.subject
    page = client.get(CONFIRM)
    assert ADDRESS in page.text
    assert "/sandbox/mail" in page.text
    assert "No mail leaves" not in page.text
    answer = client.post(CONFIRM, data={"csrf": csrf, "code": f" {code[:4]} {code[4:]} "})
    assert answer.headers["location"] == "/studio/channels?ok=connected"
    (row,) = accounts()
    assert (row.channel, row.server, row.remote_id, row.handle) == ("mail", "", ADDRESS, ADDRESS)
    with reading() as read:
        sender = read.get_one(Organisation, owner.organisation_id).name
        entry = read.exec(select(AuditEntry)).one()
        assert read.exec(select(Connecting)).all() == []
    assert service.opened(row).secrets == {"address": ADDRESS, "sender": sender}
    assert (entry.action, entry.subject, entry.details) == (
        "channel.connected",
        ADDRESS,
        {"channel": "E-mail"},
    )
    assert ADDRESS in client.get("/studio/channels").text
    assert give(client, csrf, code) == 410, "a code counts once"


def test_the_database_keeps_neither_the_code_nor_the_address_of_a_request(
    client: TestClient, csrf: str
) -> None:
    code = ask(client, csrf)
    with reading() as session:
        row = session.exec(select(Connecting)).one()
    kept = row.state_hash + row.sealed
    assert code not in kept
    assert ADDRESS not in kept


def test_the_mail_speaks_to_whoever_asks(
    session: Session, client: TestClient, csrf: str, owner: Actor
) -> None:
    session.get_one(Person, owner.person_id).language = "fr"
    session.commit()
    ask(client, csrf)
    assert mails()[-1].subject.startswith("Le code pour relier cette adresse")
    assert "d’ici 30 minutes" in mails()[-1].text


@pytest.mark.parametrize(
    "given", ["", "liste", "a@b.example, c@d.example", "a@b.example;c@d.example", "Nora <a@b.example>"]
)
def test_what_is_not_one_address_is_refused(client: TestClient, csrf: str, given: str) -> None:
    page = client.post(CONNECT, data={"csrf": csrf, "email": given})
    assert page.status_code == 422
    assert 'aria-invalid="true"' in page.text
    assert mails() == []


@pytest.mark.parametrize("given", ["", "1234567", "123456789", "abcdefgh", "١٢٣٤٥٦٧٨"])
def test_what_is_no_code_costs_no_try(client: TestClient, csrf: str, given: str) -> None:
    ask(client, csrf)
    assert give(client, csrf, given) == 422
    with reading() as session:
        assert session.exec(select(Connecting)).one().tries == 0


def test_five_codes_may_be_tried(client: TestClient, csrf: str) -> None:
    code = ask(client, csrf)
    for _ in range(4):
        assert give(client, csrf, another(code)) == 422
    assert give(client, csrf, code) == 303
    code = ask(client, csrf)
    for _ in range(4):
        assert give(client, csrf, another(code)) == 422
    last = client.post(CONFIRM, data={"csrf": csrf, "code": another(code)})
    assert last.status_code == 410
    assert "tried five times" in last.text
    assert give(client, csrf, code) == 410, "the right one comes too late"


def test_a_code_lasts_thirty_minutes_and_the_next_replaces_it(client: TestClient, csrf: str) -> None:
    first = ask(client, csrf)
    second = ask(client, csrf)
    assert give(client, csrf, first) == 422
    with clock.frozen(NOW + timedelta(minutes=30)):
        assert give(client, csrf, second) == 410
    with clock.frozen(NOW + timedelta(minutes=29, seconds=59)):
        assert give(client, csrf, second) == 303


def test_without_a_code_under_way_there_is_nothing_to_confirm(client: TestClient, csrf: str) -> None:
    assert client.get(CONFIRM).status_code == 410
    assert give(client, csrf, "12345678") == 410


def test_a_code_counts_for_who_asked_only(
    session: Session, client: TestClient, csrf: str, owner: Actor
) -> None:
    code = ask(client, csrf)
    own = dict(client.cookies)
    organisation = session.get_one(Organisation, owner.organisation_id)
    for other in (
        factories.member(session, factories.organisation(session, "Les Phares"), name="Eve"),
        factories.member(session, organisation, name="Bob"),
    ):
        client.cookies.clear()
        theirs = factories.sign_in(session, client, other)
        assert client.get(CONFIRM).status_code == 410
        assert give(client, theirs, code) == 410
    client.cookies.clear()
    client.cookies.update(own)
    assert give(client, csrf, code) == 303


def test_it_counts_in_the_organisation_it_was_asked_in(
    session: Session, client: TestClient, csrf: str, owner: Actor
) -> None:
    code = ask(client, csrf)
    other = factories.organisation(session, "Les Phares")
    assert owner.person_id is not None
    session.add(Membership(person_id=owner.person_id, organisation_id=other.id, role=Role.OWNER))
    session.commit()
    elsewhere = Actor(owner.person_id, other.id, Role.OWNER, owner.name)
    with pytest.raises(Gone):
        confirming.finish(elsewhere, CodeForm(code=code))
    assert accounts() == []


def test_only_an_owner_may(session: Session, client: TestClient, owner: Actor) -> None:
    organisation = session.get_one(Organisation, owner.organisation_id)
    for role in (Role.EDITOR, Role.MODERATOR, Role.FINANCE):
        actor = factories.member(session, organisation, role, "Bob")
        csrf = factories.sign_in(session, client, actor)
        assert client.get(CONNECT).status_code == 403
        assert client.get(CONFIRM).status_code == 403
        assert client.post(CONNECT, data={"csrf": csrf, "email": ADDRESS}).status_code == 403
        assert give(client, csrf, "12345678") == 403
        with pytest.raises(Forbidden):
            confirming.begin(actor, MAIL, MailForm(email=ADDRESS))
        with pytest.raises(Forbidden):
            confirming.finish(actor, CodeForm(code="12345678"))
    assert mails() == []


def test_an_address_gets_five_codes_an_hour_and_an_organisation_asks_for_twenty(
    session: Session, owner: Actor
) -> None:
    session.commit()
    for _ in range(5):
        confirming.begin(owner, MAIL, MailForm(email=ADDRESS))
    with pytest.raises(TooMany):
        confirming.begin(owner, MAIL, MailForm(email=ADDRESS))
    for number in range(15):
        confirming.begin(owner, MAIL, MailForm(email=f"liste{number}@ecole.example"))
    with pytest.raises(TooMany):
        confirming.begin(owner, MAIL, MailForm(email="une-autre@ecole.example"))
    assert len(mails()) == 20


def test_a_key_that_was_dropped_on_the_way_means_asking_again(client: TestClient, csrf: str) -> None:
    code = ask(client, csrf)
    with db.transaction() as session:
        row = session.exec(select(Connecting)).one()
        row.sealed = vault.seal("{}", bound_to=("elsewhere",))
        session.add(row)
    assert give(client, csrf, code) == 410
    assert accounts() == []


def test_the_same_address_again_is_the_same_account(client: TestClient, csrf: str, owner: Actor) -> None:
    give(client, csrf, ask(client, csrf))
    (row,) = accounts()
    with db.transaction() as session:
        service.disconnect(session, owner, row.pid)
    again = client.get(f"{CONNECT}&again={row.pid}")
    assert f'value="{ADDRESS}"' in again.text
    give(client, csrf, ask(client, csrf))
    (same,) = accounts()
    assert (same.id, same.state) == (row.id, AccountState.CONNECTED)
    checked = client.post(f"/studio/channels/{row.pid}/check", data={"csrf": csrf})
    assert "ok=holds" in checked.headers["location"]


def test_without_a_mail_server_the_pages_say_that_mails_wait(
    client: TestClient, csrf: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask(client, csrf)
    monkeypatch.setattr(get_settings(), "environment", "production")
    for path in (CONNECT, CONFIRM):
        page = client.get(path)
        assert "No mail leaves this server yet." in page.text
        assert "/sandbox/mail" not in page.text


def test_another_kind_is_never_confirmed_so(session: Session, owner: Actor) -> None:
    session.commit()
    confirming.begin(owner, Kind("webhook", "Webhook", rules.Way.ADDRESS), MailForm(email=ADDRESS))
    with pytest.raises(Gone):
        confirming.waiting_address(owner)
