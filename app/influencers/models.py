"""Tables of influencers. Personal links and their cookies are kept as hashes only."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, BigInteger
from sqlmodel import Field

from app.core import clock
from app.core.db import EnumText, Row, UtcDateTime
from app.core.ids import new_pid
from app.influencers.rules import Agreement, Stage


class Influencer(Row, table=True):
    __tablename__ = "influencer"

    id: int = Field(default=None, primary_key=True)
    pid: str = Field(default_factory=new_pid, unique=True, max_length=16)
    organisation_id: int = Field(foreign_key="organisation.id", index=True)
    campaign_id: int = Field(foreign_key="campaign.id", index=True)
    name: str = Field(max_length=120)
    public_role: str = Field(default="", max_length=160)  # « ancienne élève »
    tie: str = Field(default="", max_length=1200)  # the personal tie to the cause
    email: str = Field(default="", max_length=254)
    language: str = Field(default="fr", max_length=2)
    handles: list[dict[str, Any]] = Field(
        default_factory=list, sa_type=JSON
    )  # [{"network", "handle", "audience"}]
    vetting: list[dict[str, Any]] = Field(
        default_factory=list, sa_type=JSON
    )  # [{"question", "answer", "ok"}]
    stage: Stage = Field(default=Stage.SHORTLISTED, sa_type=EnumText(Stage))
    decision_note: str = Field(default="", max_length=1200)
    decided_by: int | None = Field(default=None, foreign_key="person.id")
    decided_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    agreement: Agreement | None = Field(default=None, sa_type=EnumText(Agreement))
    agreement_value_minor: int = Field(default=0, sa_type=BigInteger)
    agreement_note: str = Field(default="", max_length=1200)
    contract_on: date | None = None  # the day a written contract was signed, where the law asks for one
    contract_points: list[str] = Field(
        default_factory=list, sa_type=JSON
    )  # what the contract was seen to hold
    person_key: str = Field(default="", max_length=16)  # the same in two campaigns: the same person
    disclosure: str = Field(default="", max_length=80)  # the label every post of theirs carries
    invited_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    answered_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    created_at: datetime = Field(default_factory=clock.now, sa_type=UtcDateTime)


class AgreementEntry(Row, table=True):
    """What one person received or was promised, excluding VAT. Never changed: a mistake has its opposite entry."""

    __tablename__ = "agreement_entry"

    id: int = Field(default=None, primary_key=True)
    pid: str = Field(default_factory=new_pid, unique=True, max_length=16)
    organisation_id: int = Field(foreign_key="organisation.id", index=True)
    campaign_id: int = Field(foreign_key="campaign.id", index=True)
    influencer_id: int = Field(foreign_key="influencer.id", index=True)
    kind: Agreement = Field(sa_type=EnumText(Agreement))  # paid or in kind
    amount_minor: int = Field(sa_type=BigInteger)  # below zero in an opposite entry
    currency: str = Field(max_length=3)
    on_date: date  # the day it was agreed; its calendar year counts
    note: str = Field(default="", max_length=400)
    by_terms: bool = False  # made by settling the terms, and undone by settling them anew
    corrects_id: int | None = Field(default=None, foreign_key="agreement_entry.id", unique=True)
    person_id: int | None = Field(default=None, foreign_key="person.id")
    created_at: datetime = Field(default_factory=clock.now, sa_type=UtcDateTime)


class PersonalLink(Row, table=True):
    """A capability: whoever holds it reads one influencer's brief of one campaign. Revocable."""

    __tablename__ = "personal_link"

    id: int = Field(default=None, primary_key=True)
    influencer_id: int = Field(foreign_key="influencer.id", index=True)
    token_hash: str = Field(unique=True, max_length=64)
    created_at: datetime = Field(default_factory=clock.now, sa_type=UtcDateTime)
    expires_at: datetime = Field(sa_type=UtcDateTime)
    revoked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    seen_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class BriefSession(Row, table=True):
    """A phone that exchanged a personal link for a cookie."""

    __tablename__ = "brief_session"

    id: int = Field(default=None, primary_key=True)
    token_hash: str = Field(unique=True, max_length=64)
    link_id: int = Field(foreign_key="personal_link.id", index=True)
    created_at: datetime = Field(default_factory=clock.now, sa_type=UtcDateTime)
    expires_at: datetime = Field(sa_type=UtcDateTime)
