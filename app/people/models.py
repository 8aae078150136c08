"""Tables of people. Tokens are kept as hashes only; e-mail addresses in lower case."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, UniqueConstraint
from sqlmodel import Field

from app.core import clock
from app.core.db import EnumText, Row, UtcDateTime
from app.core.ids import new_pid
from app.people.identity import LegalKind
from app.people.rules import Role, SignInWay


class LinkPurpose(StrEnum):
    """What a one-time link opens."""

    SETUP = "setup"
    SIGN_IN = "sign-in"


class Organisation(Row, table=True):
    __tablename__ = "organisation"

    id: int = Field(default=None, primary_key=True)
    pid: str = Field(default_factory=new_pid, unique=True, max_length=16)
    name: str = Field(max_length=120)
    language: str = Field(default="fr", max_length=2)
    timezone: str = Field(default="Europe/Paris", max_length=60)
    currency: str = Field(default="EUR", max_length=3)
    legal_name: str = Field(default="", max_length=200)
    legal_kind: LegalKind | None = Field(default=None, sa_type=EnumText(LegalKind))
    legal_number: str = Field(default="", max_length=20)
    address: str = Field(default="", max_length=400)
    country: str = Field(default="FR", max_length=2)
    email: str = Field(default="", max_length=254)
    phone: str = Field(default="", max_length=40)
    website: str = Field(default="", max_length=300)
    publication_director: str = Field(default="", max_length=120)
    hosting: str = Field(default="", max_length=400)
    governance: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSON)  # [{"name", "role"}]
    accounts: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSON)  # [{"year", "url"}]
    money_path: str = Field(default="", max_length=600)  # who receives gifts and who is paid from them
    tax_status: str = Field(default="", max_length=400)  # what donors may deduct, in the organisation's words
    created_at: datetime = Field(default_factory=clock.now, sa_type=UtcDateTime)


class Person(Row, table=True):
    """An organiser's account. Influencers, followers and donors have none."""

    __tablename__ = "person"

    id: int = Field(default=None, primary_key=True)
    pid: str = Field(default_factory=new_pid, unique=True, max_length=16)
    email: str = Field(unique=True, max_length=254)
    name: str = Field(max_length=120)
    password_hash: str = Field(default="", max_length=200)
    language: str = Field(default="fr", max_length=2)
    created_at: datetime = Field(default_factory=clock.now, sa_type=UtcDateTime)
    disabled_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class Membership(Row, table=True):
    __tablename__ = "membership"
    __table_args__ = (UniqueConstraint("person_id", "organisation_id"),)

    id: int = Field(default=None, primary_key=True)
    pid: str = Field(default_factory=new_pid, unique=True, max_length=16)
    person_id: int = Field(foreign_key="person.id", index=True)
    organisation_id: int = Field(foreign_key="organisation.id", index=True)
    role: Role = Field(sa_type=EnumText(Role))
    calendar_series: int = 0  # part of the private calendar's address: one more ends the address before
    created_at: datetime = Field(default_factory=clock.now, sa_type=UtcDateTime)


class Invitation(Row, table=True):
    __tablename__ = "invitation"

    id: int = Field(default=None, primary_key=True)
    pid: str = Field(default_factory=new_pid, unique=True, max_length=16)
    organisation_id: int = Field(foreign_key="organisation.id", index=True)
    email: str = Field(max_length=254)
    role: Role = Field(sa_type=EnumText(Role))
    token_hash: str = Field(unique=True, max_length=64)
    invited_by: int = Field(foreign_key="person.id")
    created_at: datetime = Field(default_factory=clock.now, sa_type=UtcDateTime)
    expires_at: datetime = Field(sa_type=UtcDateTime)
    accepted_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    revoked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class SignInSession(Row, table=True):
    """A browser that is signed in. Deleting the row signs it out, whatever cookie it keeps."""

    __tablename__ = "sign_in_session"

    id: int = Field(default=None, primary_key=True)
    pid: str = Field(default_factory=new_pid, unique=True, max_length=16)
    token_hash: str = Field(unique=True, max_length=64)
    person_id: int = Field(foreign_key="person.id", index=True)
    organisation_id: int | None = Field(default=None, foreign_key="organisation.id")
    device: str = Field(default="", max_length=120)
    how: SignInWay = Field(default=SignInWay.PASSWORD, sa_type=EnumText(SignInWay))
    created_at: datetime = Field(default_factory=clock.now, sa_type=UtcDateTime)
    seen_at: datetime = Field(default_factory=clock.now, sa_type=UtcDateTime)
    expires_at: datetime = Field(sa_type=UtcDateTime)


class OneTimeLink(Row, table=True):
    """A link that works once: the first set-up, or a sign-in by e-mail."""

    __tablename__ = "one_time_link"

    id: int = Field(default=None, primary_key=True)
    purpose: LinkPurpose = Field(sa_type=EnumText(LinkPurpose))
    token_hash: str = Field(unique=True, max_length=64)
    person_id: int | None = Field(default=None, foreign_key="person.id", index=True)
    created_at: datetime = Field(default_factory=clock.now, sa_type=UtcDateTime)
    expires_at: datetime = Field(sa_type=UtcDateTime)
    used_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class AuditEntry(Row, table=True):
    """Who did what of consequence, and when. Only added to."""

    __tablename__ = "audit_entry"

    id: int = Field(default=None, primary_key=True)
    organisation_id: int | None = Field(default=None, foreign_key="organisation.id", index=True)
    person_id: int | None = Field(default=None, foreign_key="person.id")
    actor_name: str = Field(default="", max_length=120)
    action: str = Field(max_length=60)  # verb of the room, e.g. "campaign.paused"
    subject: str = Field(default="", max_length=200)  # what it was done to, in words
    subject_pid: str = Field(default="", max_length=16)
    details: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    at: datetime = Field(default_factory=clock.now, sa_type=UtcDateTime, index=True)
