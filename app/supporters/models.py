"""Tables of supporters. Links and cookies are kept as hashes only; an address is kept only if it was given."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Index
from sqlmodel import Field

from app.core import clock
from app.core.db import EnumText, Row, UtcDateTime
from app.core.ids import new_pid


class Subject(StrEnum):
    """What a consent is about."""

    TESTIMONIAL = "testimonial"
    QUESTION = "question"
    ACT = "act"  # a challenge taken, with a proof
    STREAK = "streak"  # remembering which challenges were taken
    PORTRAIT = "portrait"  # a picture of a beneficiary, given by the organisation
    FOLLOW = "follow"  # letters about a campaign


class Supporter(Row, table=True):
    """Someone as one browser or mailbox shows them to one organisation.

    An address typed into a form proves nothing: whoever comes by a link mailed to it sees all rows that carry it,
    every other browser only its own.
    """

    __tablename__ = "supporter"
    __table_args__ = (Index("ix_supporter_organisation_id_email", "organisation_id", "email"),)

    id: int = Field(default=None, primary_key=True)
    pid: str = Field(default_factory=new_pid, unique=True, max_length=16)
    organisation_id: int = Field(foreign_key="organisation.id")
    email: str = Field(default="", max_length=254)  # lower case; empty when none was given
    language: str = Field(default="fr", max_length=2)
    created_at: datetime = Field(default_factory=clock.now, sa_type=UtcDateTime, index=True)
    seen_at: datetime = Field(default_factory=clock.now, sa_type=UtcDateTime)


class SupporterLink(Row, table=True):
    """A capability: whoever holds it opens `/mine` as its supporter."""

    __tablename__ = "supporter_link"

    id: int = Field(default=None, primary_key=True)
    supporter_id: int = Field(foreign_key="supporter.id", index=True, ondelete="CASCADE")
    token_hash: str = Field(unique=True, max_length=64)
    mailed: bool = False  # sent to the address: who holds it reads that mailbox
    created_at: datetime = Field(default_factory=clock.now, sa_type=UtcDateTime)
    expires_at: datetime = Field(sa_type=UtcDateTime)


class SupporterVisit(Row, table=True):
    """A browser that sent something, or exchanged a link for a cookie."""

    __tablename__ = "supporter_visit"

    id: int = Field(default=None, primary_key=True)
    token_hash: str = Field(unique=True, max_length=64)
    supporter_id: int = Field(foreign_key="supporter.id", index=True, ondelete="CASCADE")
    mailed: bool = False  # came by a mailed link
    created_at: datetime = Field(default_factory=clock.now, sa_type=UtcDateTime)
    expires_at: datetime = Field(sa_type=UtcDateTime)


class Consent(Row, table=True):
    """Someone agreed to one use of one thing, in these words. Never changed; a withdrawal closes it."""

    __tablename__ = "consent"
    __table_args__ = (Index("ix_consent_subject_pid", "subject", "subject_pid"),)

    id: int = Field(default=None, primary_key=True)
    organisation_id: int = Field(foreign_key="organisation.id", index=True)
    supporter_id: int | None = Field(
        default=None, foreign_key="supporter.id", index=True, ondelete="SET NULL"
    )
    subject: Subject = Field(sa_type=EnumText(Subject))
    subject_pid: str = Field(max_length=16)
    use: str = Field(max_length=40)  # "page", "story", "report", "name"…
    wording: str = Field(max_length=600)  # the sentence that stood beside the box
    language: str = Field(max_length=2)
    guardian: str = Field(default="", max_length=120)  # who agreed for a minor
    given_at: datetime = Field(default_factory=clock.now, sa_type=UtcDateTime)
    withdrawn_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
