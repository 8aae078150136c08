"""The cast: organisations, members and campaigns to test with, and browsers that are signed in."""

from datetime import timedelta
from typing import Any

from fastapi.testclient import TestClient
from sqlmodel import Session

from app.accounts.models import ChannelAccount
from app.campaigns.models import Campaign
from app.campaigns.rules import State
from app.core import clock
from app.core.crypto import keyed_hash
from app.core.ids import new_pid, token_hash
from app.people import sessions
from app.people.access import cookie_name
from app.people.identity import LegalKind
from app.people.models import Membership, Organisation, Person
from app.people.rules import Actor, Role


def organisation(session: Session, name: str = "Les Lanternes", **values: Any) -> Organisation:
    """An organisation with a full legal identity."""
    row = Organisation(
        name=name,
        **{
            "legal_name": f"Association {name}",
            "legal_kind": LegalKind.RNA,
            "legal_number": "W751234567",
            "address": "12 rue des Forges, 59100 Roubaix",
            "email": "bonjour@lanternes.example",
            "phone": "+33 3 20 00 00 00",
            "publication_director": "Nora Belkacem",
            "hosting": "Chez nous, 12 rue des Forges, 59100 Roubaix",
            **values,
        },
    )
    session.add(row)
    session.flush()
    return row


def member(session: Session, org: Organisation, role: Role = Role.OWNER, name: str = "Alice") -> Actor:
    """A member of an organisation, as the actor services take."""
    person = Person(
        email=f"{name.lower().replace(' ', '-')}-{new_pid()}@example.org", name=name, language="en"
    )
    session.add(person)
    session.flush()
    session.add(Membership(person_id=person.id, organisation_id=org.id, role=role))
    session.flush()
    return Actor(person.id, org.id, role, name)


def campaign(session: Session, org: Organisation, **values: Any) -> Campaign:
    """A campaign whose third day is today in Paris, without days or frames yet."""
    start = clock.today("Europe/Paris") - timedelta(days=2)
    defaults: dict[str, Any] = {
        "slug": f"hope-{new_pid()[:6]}",
        "title": "La semaine de Maïa",
        "cause": "Apprendre à lire à tout âge",
        "headline": "On m’a appris à lire à dix-neuf ans.",
        "summary": "Cette semaine, Maïa raconte l’atelier.",
        "starts_on": start,
        "length": 7,
        "state": State.LIVE,
        "goal_minor": 2_500_000,
        "contact_name": "Nora",
        "contact_phone": "+33 6 00 00 00 00",
    }
    row = Campaign(organisation_id=org.id, **{**defaults, **values})
    session.add(row)
    session.flush()
    return row


def account(session: Session, organisation_id: int, **values: Any) -> ChannelAccount:
    """A connected account on a channel; on Bluesky unless `channel` says another."""
    defaults: dict[str, Any] = {"channel": "bluesky", "handle": "lanternes.example"}
    row = ChannelAccount(organisation_id=organisation_id, **{"remote_id": new_pid(), **defaults, **values})
    session.add(row)
    session.flush()
    return row


def sign_in(session: Session, client: TestClient, actor: Actor) -> str:
    """Sign a browser in as a member; commits, and returns the CSRF token of its forms."""
    person = session.get(Person, actor.person_id)
    assert person is not None
    token = sessions.start(session, person, device="test")
    session.commit()
    client.cookies.set(cookie_name(), token)
    return keyed_hash("csrf", token_hash(token))
