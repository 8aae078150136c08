"""Organisations: made by owners of another one, described by their own owners, entered by their members."""

from collections.abc import Mapping
from typing import Any

from sqlmodel import Session, select

from app.core.errors import NotFound
from app.people import audit, queries
from app.people.forms import NewOrganisationForm, OrganisationForm, PublicCardForm
from app.people.models import Membership, Organisation
from app.people.rules import Actor, Permission, Role
from app.people.sessions import SignedIn


def create_organisation(
    session: Session, me: SignedIn, actor: Actor, form: NewOrganisationForm
) -> Organisation:
    """Make another organisation, owned by the actor, and act for it from now on in this browser."""
    actor.require(Permission.ADMIN)
    made = Organisation(**form.model_dump())
    session.add(made)
    session.flush()
    session.add(Membership(person_id=me.person.id, organisation_id=made.id, role=Role.OWNER))
    owner = Actor(me.person.id, made.id, Role.OWNER, me.person.name)
    audit.record(session, owner, "organisation.created", subject=made.name, subject_pid=made.pid)
    me.session.organisation_id = made.id
    session.add(me.session)
    session.flush()
    return made


def describe_organisation(session: Session, actor: Actor, form: OrganisationForm) -> list[str]:
    """Change the organisation's identity and settings; returns the names of the fields that changed."""
    actor.require(Permission.ADMIN)
    organisation = queries.organisation(session, actor)
    wanted = form.model_dump() | {"email": form.email or "", "website": form.website or ""}
    return _change(session, actor, organisation, wanted)


def describe_card(session: Session, actor: Actor, form: PublicCardForm) -> list[str]:
    """Change what the public card says beyond the identity; returns the names of the fields that changed."""
    actor.require(Permission.ADMIN)
    return _change(session, actor, queries.organisation(session, actor), form.columns())


def _change(
    session: Session, actor: Actor, organisation: Organisation, wanted: Mapping[str, Any]
) -> list[str]:
    changed = [name for name, value in wanted.items() if getattr(organisation, name) != value]
    for name in changed:
        setattr(organisation, name, wanted[name])
    if changed:
        session.add(organisation)
        audit.record(
            session,
            actor,
            "organisation.changed",
            subject=organisation.name,
            subject_pid=organisation.pid,
            fields=changed,
        )
    return changed


def enter_organisation(session: Session, me: SignedIn, pid: str) -> None:
    """Act for another organisation one belongs to, in this browser. Raises NotFound for any other."""
    found = session.exec(
        select(Organisation.id)
        .join(Membership)
        .where(Organisation.pid == pid, Membership.person_id == me.person.id)
    ).first()
    if found is None:
        raise NotFound
    me.session.organisation_id = found
    session.add(me.session)
