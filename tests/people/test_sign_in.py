"""Coming in: the first organiser, passwords, e-mailed links, sessions, and going out again."""

import re
from datetime import timedelta

import pytest
from fastapi.testclient import TestClient
from sqlmodel import Session, select

from app.core import clock, db
from app.core.errors import Gone
from app.core.ids import token_hash
from app.mail.models import OutgoingMail
from app.people import passwords, service, sessions
from app.people.access import cookie_name
from app.people.forms import SetupForm
from app.people.jobs import forget_what_is_over
from app.people.models import Membership, OneTimeLink, Organisation, Person, SignInSession
from app.people.rules import Actor, Role, SignInWay
from tests import factories
from tests.conftest import NOW

PASSWORD = "trois lanternes vertes"
SETUP = {
    "organisation": "Les Lanternes",
    "language": "fr",
    "timezone": "Europe/Paris",
    "currency": "EUR",
    "name": "Nora Belkacem",
    "email": "Nora@Lanternes.Example",
    "password": PASSWORD,
}


def _account(session: Session, password: str = PASSWORD) -> Actor:
    actor = factories.member(session, factories.organisation(session))
    person = session.get_one(Person, actor.person_id)
    person.email = "alice@example.org"
    person.password_hash = passwords.hash_password(password)
    session.add(person)
    session.commit()
    return actor


def _sign_in(client: TestClient, **fields: str) -> int:
    return client.post(
        "/studio/sign-in", data={"email": "alice@example.org", "password": PASSWORD, **fields}
    ).status_code


def _mailed_path(session: Session, pattern: str) -> str:
    session.rollback()
    mail = session.exec(select(OutgoingMail).order_by(OutgoingMail.id.desc())).first()  # type: ignore[attr-defined]
    assert mail is not None
    found = re.search(rf"https://testserver({pattern})", mail.text)
    assert found is not None
    assert found[1] in mail.html
    session.rollback()
    return found[1]


def test_the_first_organiser_comes_in_by_the_printed_link_and_nobody_after(
    session: Session, client: TestClient
) -> None:
    first, second = service.setup_link(session), service.setup_link(session)
    assert first is not None
    assert second is not None
    session.commit()
    path = first.removeprefix("https://testserver")
    page = client.get(path)
    assert page.status_code == 200
    assert page.headers["referrer-policy"] == "no-referrer"
    assert page.headers["cache-control"] == "no-store"

    answer = client.post(path, data=SETUP)
    assert (answer.status_code, answer.headers["location"]) == (303, "/studio")
    assert client.get("/studio/account").status_code == 200
    person = session.exec(select(Person)).one()
    assert (person.email, person.name) == ("nora@lanternes.example", "Nora Belkacem")
    assert session.exec(select(Membership.role)).one() is Role.OWNER
    assert session.exec(select(Organisation.name)).one() == "Les Lanternes"
    session.rollback()  # a session that has read holds SQLite's write lock

    for used in (path, second.removeprefix("https://testserver")):
        assert client.get(used).status_code == 410
        assert client.post(used, data=SETUP).status_code == 410
    session.rollback()
    assert service.setup_link(session) is None
    assert session.exec(select(Person)).one()


def test_setup_keeps_what_was_typed_and_says_what_is_wrong(session: Session, client: TestClient) -> None:
    link = service.setup_link(session)
    assert link is not None
    session.commit()
    answer = client.post(
        link.removeprefix("https://testserver"),
        data=SETUP | {"email": "nora", "password": "motdepasse", "timezone": "Europe/Nowhere"},
    )
    assert answer.status_code == 422
    assert 'value="Les Lanternes"' in answer.text
    assert "name@example.org" in answer.text
    assert "Many people use this password" in answer.text
    assert "motdepasse" not in answer.text
    assert session.exec(select(Person)).first() is None


def test_a_setup_link_lives_a_day(session: Session) -> None:
    link = service.setup_link(session)
    assert link is not None
    token = link.rsplit("/", 1)[1]
    form = SetupForm.model_validate(SETUP)
    with clock.frozen(NOW + timedelta(hours=24, seconds=1)), pytest.raises(Gone):
        service.found_instance(session, token, form, device="")
    with pytest.raises(Gone):
        service.found_instance(session, "another", form, device="")


def test_a_password_opens_a_new_session_each_time(session: Session, client: TestClient) -> None:
    _account(session)
    assert _sign_in(client, email=" ALICE@example.org ") == 303
    first = client.cookies[cookie_name()]
    assert _sign_in(client) == 303
    second = client.cookies[cookie_name()]
    assert first != second
    session.rollback()
    kept = session.exec(select(SignInSession)).all()
    assert [one.token_hash for one in kept] == [token_hash(second)]
    session.rollback()
    client.cookies.clear()
    client.cookies.set(cookie_name(), first)
    assert client.get("/studio/account").status_code == 303


def test_the_cookie_is_tied_to_host_and_tls(session: Session, client: TestClient) -> None:
    _account(session)
    answer = client.post("/studio/sign-in", data={"email": "alice@example.org", "password": PASSWORD})
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("__Host-septaine=")
    for part in ("Secure", "HttpOnly", "SameSite=lax", "Path=/"):
        assert part in cookie


@pytest.mark.parametrize(
    ("goal", "reached"),
    [
        ("/studio/members", "/studio/members"),
        ("//evil.example", "/studio"),
        ("/\\evil.example", "/studio"),
        ("https://evil.example", "/studio"),
        ("/%2f%2fevil.example", "/studio"),
        ("", "/studio"),
    ],
)
def test_sign_in_leads_back_to_this_site_only(
    session: Session, client: TestClient, goal: str, reached: str
) -> None:
    _account(session)
    answer = client.post(
        "/studio/sign-in", data={"email": "alice@example.org", "password": PASSWORD, "next": goal}
    )
    assert answer.headers["location"] == reached


def test_a_wrong_password_an_unknown_address_and_a_disabled_account_answer_alike(
    session: Session, client: TestClient
) -> None:
    actor = _account(session)
    pages = {}
    for email in ("alice@example.org", "nobody@example.org"):
        answer = client.post("/studio/sign-in", data={"email": email, "password": "not the right one"})
        assert answer.status_code == 422
        pages[email] = answer.text.replace(email, "…")
    assert len(set(pages.values())) == 1
    session.get_one(Person, actor.person_id).disabled_at = clock.now()
    session.commit()
    assert _sign_in(client) == 422


def test_unknown_accounts_cost_one_hash_too(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    _account(session)
    checked: list[str] = []
    real = passwords._hasher.verify
    monkeypatch.setattr(
        passwords, "_hasher", type("Counting", (), {
            "verify": staticmethod(lambda kept, given: (checked.append(kept), real(kept, given))[1]),
            "hash": staticmethod(passwords._hasher.hash),
        })
    )  # fmt: skip
    assert service.prove_password(email="alice@example.org", password="wrong") is None
    assert service.prove_password(email="nobody@example.org", password="wrong") is None
    assert len(checked) == 2
    assert all(kept.startswith("$argon2id$") for kept in checked)


def test_an_old_hash_is_made_anew_at_sign_in(session: Session, client: TestClient) -> None:
    from argon2 import PasswordHasher

    actor = _account(session)
    person = session.get_one(Person, actor.person_id)
    person.password_hash = PasswordHasher(time_cost=2, memory_cost=19456, parallelism=1).hash(PASSWORD)
    session.commit()
    assert _sign_in(client) == 303
    session.rollback()
    session.refresh(person)
    assert person.password_hash.startswith("$argon2id$v=19$m=65536,t=3,p=4$")


def test_five_failures_stop_an_account_but_successes_do_not_count(
    session: Session, client: TestClient
) -> None:
    _account(session)
    session.close()
    for _ in range(7):
        assert _sign_in(client) == 303
    for _ in range(5):
        assert _sign_in(client, password="not the right one") == 422
    assert _sign_in(client) == 429
    with clock.frozen(NOW + timedelta(minutes=15)):
        assert _sign_in(client) == 303


def test_a_link_signs_in_once_and_only_by_a_press(session: Session, client: TestClient) -> None:
    _account(session)
    answer = client.post("/studio/sign-in/link", data={"email": "Alice@example.org", "next": "/studio"})
    assert answer.status_code == 200
    path = _mailed_path(session, r"/studio/sign-in/[\w-]{43}")
    for _ in range(5):
        assert client.head(path).status_code in (200, 405)
        assert client.get(path).status_code == 200
    with db.reading() as reader:
        kept = reader.exec(select(OneTimeLink.token_hash)).one()
    assert kept == token_hash(path.rsplit("/", 1)[1])
    assert client.post(path).status_code == 303
    assert client.get("/studio/account").status_code == 200
    assert client.post(path).status_code == 410
    assert client.get(path).status_code == 410


def test_a_link_dies_after_ten_minutes(session: Session, client: TestClient) -> None:
    _account(session)
    service.send_sign_in_link(session, email="alice@example.org", language="en")
    session.commit()
    path = _mailed_path(session, r"/studio/sign-in/[\w-]{43}")
    session.rollback()
    with clock.frozen(NOW + timedelta(minutes=10, seconds=1)):
        assert client.get(path).status_code == 410
        assert client.post(path).status_code == 410


def test_asking_for_a_link_tells_nothing_about_accounts(session: Session, client: TestClient) -> None:
    _account(session)
    pages = set()
    for email in ("alice@example.org", "nobody@example.org"):
        answer = client.post("/studio/sign-in/link", data={"email": email})
        assert answer.status_code == 200
        pages.add(answer.text.replace(email, "…"))
    assert len(pages) == 1
    session.rollback()
    assert [mail.recipient for mail in session.exec(select(OutgoingMail)).all()] == ["alice@example.org"]
    session.close()
    for _ in range(2):
        assert client.post("/studio/sign-in/link", data={"email": "alice@example.org"}).status_code == 200
    assert client.post("/studio/sign-in/link", data={"email": "alice@example.org"}).status_code == 429
    assert client.post("/studio/sign-in/link", data={"email": "a@b.c\r\nBcc: x@y.z"}).status_code == 422


def test_signing_out_ends_the_session_on_the_server(session: Session, client: TestClient) -> None:
    csrf = factories.sign_in(session, client, _account(session))
    token = client.cookies[cookie_name()]
    session.close()
    assert client.post("/studio/sign-out").status_code == 403
    assert client.post("/studio/sign-out", data={"csrf": csrf}).status_code == 303
    client.cookies.clear()
    client.cookies.set(cookie_name(), token)
    assert client.get("/studio/account").headers["location"].startswith("/studio/sign-in?next=")


def test_sessions_end_by_idleness_and_by_age(session: Session) -> None:
    actor = _account(session)
    token = sessions.start(session, session.get_one(Person, actor.person_id), device="")
    session.commit()
    for after, alive in ((sessions.IDLE - timedelta(seconds=1), True), (sessions.IDLE, False)):
        with clock.frozen(NOW + after):
            assert (sessions.find(session, token) is not None) is alive
    kept = session.exec(select(SignInSession)).one()
    kept.seen_at = NOW + sessions.ABSOLUTE
    session.commit()
    with clock.frozen(NOW + sessions.ABSOLUTE):
        assert sessions.find(session, token) is None
        session.close()
        assert forget_what_is_over() >= 1
    with db.reading() as reader:
        assert reader.exec(select(SignInSession)).first() is None


def test_a_forgotten_password_is_replaced_right_after_a_link(session: Session, client: TestClient) -> None:
    actor = _account(session)
    person = session.get_one(Person, actor.person_id)
    token = sessions.start(session, person, device="", way=SignInWay.LINK)
    session.commit()
    client.cookies.set(cookie_name(), token)
    found = sessions.find(session, token)
    assert found is not None
    data = {"csrf": found.csrf_token, "new_password": "quatre lanternes bleues"}
    session.rollback()
    with clock.frozen(NOW + timedelta(minutes=11)):
        assert client.post("/studio/account/password", data=data).status_code == 422
    assert client.post("/studio/account/password", data=data).status_code == 303
    session.refresh(person)
    assert passwords.matches(person.password_hash, "quatre lanternes bleues")
