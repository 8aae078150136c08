"""Accounts, organisations, members and the journal: three ways each, at the service and through the pages."""

import re
from datetime import timedelta

import pytest
from fastapi.testclient import TestClient
from sqlmodel import Session, col, select

from app.core import clock, i18n
from app.core.errors import Conflict, Forbidden, Gone, NotFound
from app.mail.models import OutgoingMail
from app.people import audit, passwords, queries, service, sessions
from app.people.access import cookie_name
from app.people.forms import InvitationForm
from app.people.jobs import forget_what_is_over
from app.people.models import AuditEntry, Invitation, Membership, Organisation, Person, SignInSession
from app.people.rules import Actor, Role
from app.people.wording import ACTIONS, audit_sentence
from tests import factories
from tests.conftest import NOW

PASSWORD = "trois lanternes vertes"


def _membership(session: Session, actor: Actor) -> Membership:
    return session.exec(
        select(Membership).where(
            Membership.person_id == actor.person_id, Membership.organisation_id == actor.organisation_id
        )
    ).one()


def _invite(session: Session, actor: Actor, email: str = "bob@example.org", role: Role = Role.EDITOR) -> str:
    """Invite someone; returns the path in their mail."""
    service.invite(session, actor, InvitationForm(email=email, role=role), language="en")
    mail = session.exec(select(OutgoingMail).order_by(col(OutgoingMail.id).desc())).first()
    assert mail is not None
    found = re.search(r"https://testserver(/join/[\w-]{43})", mail.text)
    assert found is not None
    session.commit()
    return found[1]


def _actions(session: Session) -> list[str]:
    found = list(session.exec(select(AuditEntry.action).order_by(col(AuditEntry.id))).all())
    session.rollback()
    return found


def test_an_invited_newcomer_makes_an_account_and_joins(session: Session, client: TestClient) -> None:
    alice = factories.member(session, factories.organisation(session))
    path = _invite(session, alice)
    page = client.get(path)
    assert page.status_code == 200
    assert "Les Lanternes" in page.text
    assert page.headers["referrer-policy"] == "no-referrer"
    bad = client.post(path, data={"name": "Bob", "language": "en", "password": "bob@example"})
    assert bad.status_code == 422
    assert 'value="Bob"' in bad.text
    data = {"name": "Bob", "language": "en", "password": PASSWORD}
    assert client.post(path, data=data | {"role": "owner"}).status_code == 422
    assert client.post(path, data=data).status_code == 303
    members = client.get("/studio/members")
    assert "bob@example.org" in members.text
    assert client.get(path).status_code == 410
    assert client.post(path, data=data).status_code in (403, 410)
    bob = session.exec(select(Membership).join(Person).where(Person.email == "bob@example.org")).one()
    assert bob.role is Role.EDITOR
    assert _actions(session) == ["member.invited", "member.joined"]


def test_an_invited_account_holder_signs_in_first_then_joins(session: Session, client: TestClient) -> None:
    org = factories.organisation(session)
    alice = factories.member(session, org)
    bob = factories.member(session, factories.organisation(session, "Les Phares"), name="Bob")
    email = session.get_one(Person, bob.person_id).email
    path = _invite(session, alice, email)
    assert f"/studio/sign-in?next=%2Fjoin%2F{path[6:]}" in client.get(path).text
    data = {"name": "Eve", "language": "en", "password": PASSWORD}
    assert client.post(path, data=data).status_code == 409
    csrf = factories.sign_in(session, client, bob)
    assert client.post(path).status_code == 403
    assert client.post(path, data={"csrf": csrf}).status_code == 303
    assert "Les Lanternes" in client.get("/studio/members").text


def test_an_invitation_is_worth_nothing_to_another_account(session: Session, client: TestClient) -> None:
    alice = factories.member(session, factories.organisation(session))
    eve = factories.member(session, factories.organisation(session, "Les Phares"), name="Eve")
    path = _invite(session, alice)
    csrf = factories.sign_in(session, client, eve)
    assert "Sign out" in client.get(path).text
    assert client.post(path, data={"csrf": csrf}).status_code == 410


def test_invitations_run_out_are_withdrawn_and_sent_again(session: Session, client: TestClient) -> None:
    alice = factories.member(session, factories.organisation(session))
    path = _invite(session, alice)
    invitation = queries.pending_invitations(session, alice)[0]
    with pytest.raises(Conflict):
        _invite(session, alice)
    session.rollback()
    with clock.frozen(NOW + timedelta(days=7)):
        assert client.get(path).status_code == 410
        service.send_invitation_again(session, alice, invitation.pid, language="en")
        session.commit()
        assert client.get(path).status_code == 410
        assert len(session.exec(select(OutgoingMail)).all()) == 2
        service.revoke_invitation(session, alice, invitation.pid)
        session.commit()
    with clock.frozen(NOW + timedelta(days=38)):
        forget_what_is_over()
    assert session.exec(select(Invitation)).first() is None


def test_members_cannot_be_invited_twice(session: Session) -> None:
    alice = factories.member(session, factories.organisation(session))
    email = session.get_one(Person, alice.person_id).email
    with pytest.raises(Conflict):
        service.invite(session, alice, InvitationForm(email=email, role=Role.EDITOR), language="en")


def test_roles_change_at_once_and_an_owner_always_remains(session: Session, client: TestClient) -> None:
    org = factories.organisation(session)
    alice, bob = factories.member(session, org), factories.member(session, org, Role.EDITOR, "Bob")
    with pytest.raises(Conflict):
        service.change_role(session, alice, _membership(session, alice).pid, Role.FINANCE)
    with pytest.raises(Conflict):
        service.remove_member(session, alice, _membership(session, alice).pid)
    with pytest.raises(Forbidden):
        service.change_role(session, bob, _membership(session, bob).pid, Role.OWNER)
    factories.sign_in(session, client, bob)
    assert client.get("/studio/organisation").status_code == 403
    service.change_role(session, alice, _membership(session, bob).pid, Role.OWNER)
    session.commit()
    assert client.get("/studio/organisation").status_code == 200
    service.change_role(session, alice, _membership(session, alice).pid, Role.FINANCE)
    assert _membership(session, alice).role is Role.FINANCE


def test_removing_someone_takes_their_browsers_out(session: Session, client: TestClient) -> None:
    org, other = factories.organisation(session), factories.organisation(session, "Les Phares")
    alice, bob = factories.member(session, org), factories.member(session, org, Role.EDITOR, "Bob")
    session.add(Membership(person_id=bob.person_id, organisation_id=other.id, role=Role.OWNER))
    factories.sign_in(session, client, bob)
    assert service.remove_member(session, alice, _membership(session, bob).pid) is False
    session.commit()
    assert "Les Phares" in client.get("/studio/members").text
    moved = Actor(bob.person_id, other.id, Role.OWNER, "Bob")
    factories.member(session, other, name="Carol")
    assert service.remove_member(session, moved, _membership(session, moved).pid) is True
    session.commit()
    assert client.get("/studio/members").status_code == 403
    assert client.get("/studio/organisations").status_code == 200


def test_a_stranger_reaches_no_member_invitation_or_organisation(session: Session) -> None:
    alice = factories.member(session, factories.organisation(session))
    eve = factories.member(session, factories.organisation(session, "Les Phares"), name="Eve")
    _invite(session, alice)
    pid = queries.pending_invitations(session, alice)[0].pid
    mine = _membership(session, alice).pid
    for attempt in (
        lambda: service.change_role(session, eve, mine, Role.FINANCE),
        lambda: service.remove_member(session, eve, mine),
        lambda: service.revoke_invitation(session, eve, pid),
        lambda: service.send_invitation_again(session, eve, pid, language="en"),
    ):
        with pytest.raises(NotFound):
            attempt()


def test_an_account_changes_its_name_password_and_browsers(session: Session, client: TestClient) -> None:
    alice = factories.member(session, factories.organisation(session))
    person = session.get_one(Person, alice.person_id)
    person.password_hash = passwords.hash_password(PASSWORD)
    other = sessions.start(session, person, device="Firefox, Linux")
    csrf = factories.sign_in(session, client, alice)
    page = client.get("/studio/account")
    assert "Firefox, Linux" in page.text
    bad = client.post("/studio/account", data={"csrf": csrf, "name": "Ali\nce", "language": "de"})
    assert bad.status_code == 422
    answer = client.post("/studio/account", data={"csrf": csrf, "name": "Alice R.", "language": "fr"})
    assert answer.headers["location"] == "/studio/account?ok=saved"
    assert 'lang="fr"' in client.get("/studio/account").text
    change = {"csrf": csrf, "new_password": "quatre lanternes bleues"}
    assert client.post("/studio/account/password", data=change).status_code == 422
    wrong = client.post("/studio/account/password", data=change | {"old_password": "no"})
    assert wrong.status_code == 422
    assert "quatre lanternes" not in wrong.text
    right = change | {"old_password": PASSWORD, "end_others": "1"}
    assert client.post("/studio/account/password", data=right).status_code == 303
    assert sessions.find(session, other) is None
    session.rollback()
    assert _actions(session) == ["account.password_changed"]


def test_browsers_are_ended_by_their_owner_only(session: Session, client: TestClient) -> None:
    org = factories.organisation(session)
    alice, eve = factories.member(session, org), factories.member(session, org, name="Eve")
    session_of_eve = sessions.start(session, session.get_one(Person, eve.person_id), device="")
    csrf = factories.sign_in(session, client, alice)
    rows = {row.person_id: row.pid for row in session.exec(select(SignInSession)).all()}
    session.rollback()
    url = "/studio/account/sessions/%s/end"
    assert client.post(url % rows[eve.person_id or 0], data={"csrf": csrf}).status_code == 404
    assert sessions.find(session, session_of_eve) is not None
    session.rollback()
    assert client.post("/studio/account/sessions/end-others", data={"csrf": csrf}).status_code == 303
    assert client.post(url % rows[alice.person_id or 0], data={"csrf": csrf}).status_code == 303
    assert client.get("/studio/account").status_code == 303


ORGANISATION = {
    "name": "Les Lanternes",
    "legal_name": "Association Les Lanternes",
    "legal_kind": "siren",
    "legal_number": "732 829 320",
    "address": "12 rue des Forges\n59100 Roubaix",
    "country": "FR",
    "email": "bonjour@lanternes.example",
    "language": "fr",
    "timezone": "Europe/Paris",
    "currency": "EUR",
}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"legal_number": "732 829 321"}, "SIREN number has 9 digits"),
        ({"legal_kind": ""}, "Choose the register"),
        ({"legal_number": ""}, "Write the number"),
        ({"website": "javascript:alert(1)"}, "full web address"),
        ({"currency": "XXX"}, "Choose one of the options"),
        ({"email": "a@b.c\nBcc: x@y.z"}, "on one line"),
        ({"organisation_id": "2"}, "does not belong"),
        ({"name": ""}, "Fill this in"),
    ],
)
def test_a_wrong_identity_is_refused_with_everything_kept(
    session: Session, client: TestClient, change: dict[str, str], said: str
) -> None:
    csrf = factories.sign_in(session, client, factories.member(session, factories.organisation(session)))
    answer = client.post("/studio/organisation", data={"csrf": csrf, **ORGANISATION, **change})
    assert answer.status_code == 422
    assert said in answer.text
    assert "59100 Roubaix" in answer.text


def test_a_right_identity_is_kept_compact_and_told_in_the_journal(
    session: Session, client: TestClient
) -> None:
    csrf = factories.sign_in(session, client, factories.member(session, factories.organisation(session)))
    assert client.post("/studio/organisation", data={"csrf": csrf, **ORGANISATION}).status_code == 303
    assert session.exec(select(Organisation.legal_number)).one() == "732829320"
    session.rollback()
    assert "732 829 320" in client.get("/studio/organisation").text
    journal = client.get("/studio/audit").text
    assert "changed the organisation: register, legal number" in journal


def test_one_works_for_several_organisations_and_creates_more(session: Session, client: TestClient) -> None:
    org, other = factories.organisation(session), factories.organisation(session, "Les Phares")
    alice = factories.member(session, org)
    stranger = factories.organisation(session, "Ailleurs")
    session.add(Membership(person_id=alice.person_id, organisation_id=other.id, role=Role.MODERATOR))
    csrf = factories.sign_in(session, client, alice)
    page = client.get("/studio/organisations").text
    assert "Les Phares" in page
    assert "Ailleurs" not in page
    enter = "/studio/organisations/%s/enter"
    assert client.post(enter % stranger.pid, data={"csrf": csrf}).status_code == 404
    assert client.post(enter % other.pid, data={"csrf": csrf}).status_code == 303
    assert "Les Phares" in client.get("/studio/members").text
    new = {"csrf": csrf, "name": "Les Quais", "language": "fr", "timezone": "Europe/Paris", "currency": "EUR"}
    assert client.post("/studio/organisations", data=new).status_code == 403
    assert client.post(enter % org.pid, data={"csrf": csrf}).status_code == 303
    assert client.post("/studio/organisations", data=new | {"currency": "?"}).status_code == 422
    assert client.post("/studio/organisations", data=new).status_code == 303
    assert "Les Quais" in client.get("/studio/members").text


def test_the_journal_filters_pages_and_stays_at_home(session: Session, client: TestClient) -> None:
    org = factories.organisation(session)
    alice, bob = factories.member(session, org), factories.member(session, org, name="Bob")
    eve = factories.member(session, factories.organisation(session, "Les Phares"), name="Eve")
    for number in range(60):
        audit.record(session, bob, "campaign.resumed", subject=f"Semaine {number}")
    audit.record(session, alice, "member.left")
    audit.record(session, eve, "organisation.created", subject="Les Phares")
    csrf = factories.sign_in(session, client, alice)
    assert csrf
    first = client.get("/studio/audit").text
    assert "Alice left the organisation" in first
    assert "Les Phares" not in first
    assert first.count("<time") == 50
    assert client.get("/studio/audit?at=2").text.count("<time") == 11
    assert client.get("/studio/audit?at=99").text.count("<time") == 11
    assert client.get("/studio/audit?kind=member").text.count("<time") == 1
    pid = session.get_one(Person, alice.person_id).pid
    session.rollback()
    assert client.get(f"/studio/audit?who={pid}").text.count("<time") == 1
    assert client.get("/studio/audit?at=x").status_code == 404


@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_action_reads_as_a_sentence(language: str) -> None:
    details = {
        "role": "editor",
        "before": "owner",
        "after": "finance",
        "fields": ["name", "currency"],
        "reason": "orage",
        "minutes": 12,
    }
    with i18n.speaking(language):
        for action in ACTIONS:
            entry = AuditEntry(action=action, actor_name="Alice", subject="Bob", details=details)
            said = audit_sentence(entry)
            assert said.startswith(("Alice", "Bob"))
            assert "%(" not in said
        unknown = AuditEntry(action="kite.flown", subject="rouge", details={})
        assert "kite.flown" in audit_sentence(unknown)


@pytest.mark.parametrize("path", ["/privacy", "/legal", "/accessibility"])
@pytest.mark.parametrize("language", ["fr", "en"])
def test_statements_speak_for_the_organisation(
    session: Session, client: TestClient, path: str, language: str
) -> None:
    session.commit()
    assert client.get(f"{path}?lang={language}").status_code == 200
    org = factories.organisation(session, legal_kind="siren", legal_number="732829320")
    session.commit()
    alone = client.get(f"{path}?lang={language}")
    assert "Les Lanternes" in alone.text
    assert f'<html lang="{language}"' in alone.text
    if path == "/legal":
        assert "732" in alone.text
        assert "Nora Belkacem" in alone.text
    factories.organisation(session, "Les Phares")
    session.commit()
    several = client.get(path)
    assert f"{path}?org={org.pid}" in several.text
    assert "Les Phares" not in client.get(f"{path}?org={org.pid}").text
    assert client.get(f"{path}?org=nobody").status_code == 404
    assert cookie_name() not in client.cookies


def test_an_invitation_cannot_be_accepted_twice(session: Session) -> None:
    alice = factories.member(session, factories.organisation(session))
    bob = factories.member(session, factories.organisation(session, "Les Phares"), name="Bob")
    person = session.get_one(Person, bob.person_id)
    token = _invite(session, alice, person.email).rsplit("/", 1)[1]
    browser = sessions.start(session, person, device="")
    session.flush()
    me = sessions.find(session, browser)
    assert me is not None
    service.accept_invitation(session, me, token)
    with pytest.raises(Gone):
        service.accept_invitation(session, me, token)
