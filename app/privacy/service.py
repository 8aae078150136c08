"""Copies of what is kept about someone, and their erasure. Both go through one table of holders."""

import io
import json
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlmodel import Session

from app.core import clock
from app.core.i18n import Message, mark
from app.people import audit
from app.people.models import Organisation
from app.people.rules import Actor, Permission
from app.privacy.base import Kept, Subject
from app.privacy.holders import HOLDERS
from app.privacy.models import Erasure
from app.supporters import queries as supporters
from app.supporters.queries import Visit


@dataclass(frozen=True)
class Held:
    """How much of one kind of data is kept."""

    name: str
    title: Message
    count: int


def of_visit(visit: Visit) -> Subject:
    """Whose data a private page may ask for: the mailbox only when its link was mailed there."""
    known = visit.mailed and visit.supporter.email
    emails = frozenset({visit.supporter.email}) if known else frozenset[str]()
    return Subject(visit.supporter.organisation_id, emails, tuple(visit.ids), themselves=bool(known))


def of_address(session: Session, organisation_id: int, email: str) -> Subject:
    """Whoever an organisation knows by an address."""
    emails = frozenset({email.strip().lower()})
    ids = supporters.with_emails(session, organisation_id, emails)
    return Subject(organisation_id, emails, tuple(ids))


def held(session: Session, subject: Subject) -> list[Held]:
    """How much is kept about someone, kind by kind; what holds nothing is left out."""
    counted = [Held(one.name, one.title, len(one.copy(session, subject))) for one in HOLDERS]
    return [one for one in counted if one.count]


def copy(session: Session, subject: Subject) -> bytes:
    """Everything kept about someone, as a zip of JSON files and their own files (GDPR, articles 15 and 20)."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        organisation = session.get_one(Organisation, subject.organisation_id)
        archive.writestr("README.txt", _preface(organisation.legal_name or organisation.name))
        for holder in HOLDERS:
            rows = holder.copy(session, subject)
            if rows:
                archive.writestr(f"{holder.name}.json", _written(rows))
            for file in holder.files(session, subject):
                archive.write(file.path, f"files/{file.name}")
    return buffer.getvalue()


def _preface(name: str) -> str:
    said = mark("What %(name)s keeps about you, on %(day)s. Each file holds one kind of data, as JSON.")
    return f"{said.with_values(name=name, day=clock.now().date().isoformat())}\n"


def _written(rows: Sequence[Mapping[str, Any]]) -> str:
    def plain(value: object) -> str:
        return value.isoformat() if isinstance(value, date | datetime) else str(value)

    return json.dumps([dict(row) for row in rows], ensure_ascii=False, indent=2, default=plain)


def erase(session: Session, subject: Subject, actor: Actor | None = None) -> Erasure:
    """Erase someone: what the law keeps is listed, the rest is gone when the transaction is committed.

    `actor` is the member who does it for them; None when they do it themselves. Raises Forbidden.
    """
    if actor is not None:
        actor.require(Permission.ADMIN)
    counts = {one.name: one.count for one in held(session, subject)}
    kept = [stays for holder in HOLDERS for stays in holder.erase(session, subject) if stays.count]
    done = Erasure(
        organisation_id=subject.organisation_id,
        by_person=actor.person_id if actor else None,
        counts=counts,
        kept=[_told(one) for one in kept],
    )
    session.add(done)
    audit.record(
        session, actor, "privacy.erased", organisation_id=subject.organisation_id, subject_pid=done.pid
    )
    return done


def _told(kept: Kept) -> dict[str, Any]:
    return {"what": kept.what.text, "why": kept.why.text, "count": kept.count}
