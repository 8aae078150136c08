"""Tables of what the public sends: where each thing stands, the organisation's words to watch for, proofs given.

The texts themselves stay with their room.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Index, Text, UniqueConstraint
from sqlmodel import Field

from app.core import clock
from app.core.db import EnumText, Row, UtcDateTime
from app.core.ids import new_pid
from app.intake.rules import ItemState, Kind, Watch


class Item(Row, table=True):
    """One thing somebody sent. Rooms join it by kind and subject, and show only what is `public`."""

    __tablename__ = "intake_item"
    __table_args__ = (
        UniqueConstraint("kind", "subject_id"),
        Index("ix_intake_item_inbox", "organisation_id", "state", "urgency", "id"),
        Index("ix_intake_item_campaign_id_created_at", "campaign_id", "created_at"),
        Index("ix_intake_item_alike", "likeness", "state", "kind", "id"),
        Index("ix_intake_item_network", "campaign_id", "network", "created_at"),
        Index("ix_intake_item_decided", "decided_by", "decided_at"),
    )

    id: int = Field(default=None, primary_key=True)
    pid: str = Field(default_factory=new_pid, unique=True, max_length=16)
    organisation_id: int = Field(foreign_key="organisation.id")
    campaign_id: int = Field(foreign_key="campaign.id")
    kind: Kind = Field(sa_type=EnumText(Kind))
    subject_id: int  # the row id in the room that keeps it
    supporter_id: int | None = Field(
        default=None, foreign_key="supporter.id", index=True, ondelete="SET NULL"
    )
    state: ItemState = Field(default=ItemState.PENDING, sa_type=EnumText(ItemState))
    public: bool = False  # see `rules.is_public`
    excerpt: str = Field(default="", max_length=400)  # for lists; addresses and numbers masked
    language: str = Field(default="", max_length=8)  # as the words read, "" when too short to tell
    signals: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSON)  # [{"signal", "found"}]
    urgency: int = 2  # see `rules.urgency`: the order of the inbox before age
    source: str = Field(default="", max_length=43)  # keyed hash of network and browser; forgotten in a month
    network: str = Field(default="", max_length=43)  # the same of the network alone
    likeness: str = Field(default="", max_length=43)  # keyed hash of the plain words, for repeats
    alike: int = 0  # how many were alike when it came; the first of its kind has none
    escalated_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    escalated_by: int | None = Field(default=None, foreign_key="person.id")
    escalation: str = Field(default="", max_length=600)
    claimed_by: int | None = Field(default=None, foreign_key="person.id", index=True)
    claimed_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    decided_by: int | None = Field(default=None, foreign_key="person.id")
    decided_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    reason: str = Field(default="", max_length=40)  # its code, see moderation
    reason_text: str = Field(default="", max_length=1200)  # as the author reads it
    decided_words: str = Field(default="", sa_type=Text)  # as last accepted or returned, for the difference
    tell_at: datetime | None = Field(
        default=None, sa_type=UtcDateTime, index=True
    )  # when its author is told of the decision: late enough to undo it
    forgotten_at: datetime | None = Field(
        default=None, sa_type=UtcDateTime
    )  # nothing is left of its words; it only counts
    version: int = 1
    created_at: datetime = Field(default_factory=clock.now, sa_type=UtcDateTime)
    changed_at: datetime = Field(default_factory=clock.now, sa_type=UtcDateTime)


class LexiconWord(Row, table=True):
    """A word or phrase an organisation watches for, or lets pass although the house's list knows it."""

    __tablename__ = "lexicon_word"
    __table_args__ = (UniqueConstraint("organisation_id", "word"),)

    id: int = Field(default=None, primary_key=True)
    pid: str = Field(default_factory=new_pid, unique=True, max_length=16)
    organisation_id: int = Field(foreign_key="organisation.id", index=True)
    word: str = Field(max_length=60)  # as typed; compared without accents, capitals and disguises
    watch: Watch = Field(sa_type=EnumText(Watch))
    added_by: int | None = Field(default=None, foreign_key="person.id")
    created_at: datetime = Field(default_factory=clock.now, sa_type=UtcDateTime)


class SpentProof(Row, table=True):
    """A proof of work that was given: it counts once."""

    __tablename__ = "spent_proof"

    proof: str = Field(primary_key=True, max_length=43)
    expires_at: datetime = Field(sa_type=UtcDateTime, index=True)
