"""Tables of claims: what is claimed, its sources with their archived copies, what was dismissed, corrections.

A claim names what says it by kind and public id: an undone removal brings a story back under another row id.
"""

from datetime import date, datetime

from sqlalchemy import Index, Text, UniqueConstraint
from sqlmodel import Field

from app.claims.rules import SubjectKind, Verdict
from app.core import clock
from app.core.db import EnumText, Row, UtcDateTime
from app.core.ids import new_pid


class Claim(Row, table=True):
    """The exact words somebody vouches for, and the check they had."""

    __tablename__ = "claim"
    __table_args__ = (Index("ix_claim_subject", "subject_pid", "subject"),)

    id: int = Field(default=None, primary_key=True)
    pid: str = Field(default_factory=new_pid, unique=True, max_length=16)
    campaign_id: int = Field(foreign_key="campaign.id", index=True)
    subject: SubjectKind = Field(sa_type=EnumText(SubjectKind))
    subject_pid: str = Field(max_length=16)
    words: str = Field(max_length=600)
    author_id: int | None = Field(default=None, foreign_key="person.id")  # who last wrote it or its sources
    verdict: Verdict | None = Field(default=None, sa_type=EnumText(Verdict))
    note: str = Field(default="", max_length=600)  # what the checker says of it, in public
    context: str = Field(default="", sa_type=Text)  # the sentence as it was checked
    valid_until: date | None = None  # the last day on which the check counts
    checked_by: int | None = Field(default=None, foreign_key="person.id")
    checked_as: str = Field(
        default="", max_length=120
    )  # the name shown in public; empty: someone of the team
    checked_alone: bool = False  # by its author, who is the only member
    checked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    warned: int = 0  # how many warnings of the check's end were mailed
    version: int = 1
    created_at: datetime = Field(default_factory=clock.now, sa_type=UtcDateTime)


class Source(Row, table=True):
    """Where a claim comes from; `archive` is the page as text, in case it changes or goes."""

    __tablename__ = "claim_source"

    id: int = Field(default=None, primary_key=True)
    pid: str = Field(default_factory=new_pid, unique=True, max_length=16)
    claim_id: int = Field(foreign_key="claim.id", index=True, ondelete="CASCADE")
    title: str = Field(max_length=200)
    publisher: str = Field(default="", max_length=120)
    url: str = Field(default="", max_length=500)
    published_on: date | None = None
    quote: str = Field(default="", max_length=1200)  # the passage that says it
    archive: str = Field(default="", sa_type=Text)
    archived_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    archive_sha256: str = Field(default="", max_length=64)
    fetched: bool = False  # by this server; else pasted by hand


class Dismissal(Row, table=True):
    """A sentence that looks like a fact and needs no source: somebody said so."""

    __tablename__ = "claim_dismissal"
    __table_args__ = (UniqueConstraint("campaign_id", "digest"),)

    id: int = Field(default=None, primary_key=True)
    campaign_id: int = Field(foreign_key="campaign.id")
    digest: str = Field(max_length=64)
    sentence: str = Field(max_length=1200)
    person_id: int | None = Field(default=None, foreign_key="person.id")
    at: datetime = Field(default_factory=clock.now, sa_type=UtcDateTime)


class NothingToSource(Row, table=True):
    """Somebody's word that nothing a campaign tells needs a source."""

    __tablename__ = "claim_nothing"

    id: int = Field(default=None, primary_key=True)
    campaign_id: int = Field(foreign_key="campaign.id", unique=True)
    person_id: int | None = Field(default=None, foreign_key="person.id")
    at: datetime = Field(default_factory=clock.now, sa_type=UtcDateTime)


class Correction(Row, table=True):
    """What was wrong in public and what is right. Never changed or removed: another one follows."""

    __tablename__ = "claim_correction"

    id: int = Field(default=None, primary_key=True)
    pid: str = Field(default_factory=new_pid, unique=True, max_length=16)
    campaign_id: int = Field(foreign_key="campaign.id", index=True)
    claim_id: int = Field(foreign_key="claim.id", index=True)
    said: str = Field(max_length=600)
    right: str = Field(max_length=600)
    since: date  # since when the wrong words stood in public
    why: str = Field(max_length=600)
    source_title: str = Field(default="", max_length=200)
    source_url: str = Field(default="", max_length=500)
    person_id: int | None = Field(default=None, foreign_key="person.id")
    at: datetime = Field(default_factory=clock.now, sa_type=UtcDateTime)
    frame_pid: str = Field(default="", max_length=16)  # the story that corrects it, once made
