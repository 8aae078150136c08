"""Tables of notices: what was reported, each decision with its reasons, each appeal. A decision is never changed."""

from datetime import datetime

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field

from app.core import clock
from app.core.db import EnumText, Row, UtcDateTime
from app.core.ids import new_pid
from app.intake.rules import ItemState
from app.notices.rules import Category, Ground, NoticeState, Outcome, Side


class Notice(Row, table=True):
    """Someone believes that a content is illegal (article 16). Kept even where a machine doubts it."""

    __tablename__ = "notice"
    __table_args__ = (Index("ix_notice_register", "organisation_id", "state", "created_at"),)

    id: int = Field(default=None, primary_key=True)
    pid: str = Field(default_factory=new_pid, unique=True, max_length=16)
    organisation_id: int = Field(foreign_key="organisation.id")
    campaign_id: int | None = Field(default=None, foreign_key="campaign.id", index=True)
    item_id: int | None = Field(
        default=None, foreign_key="intake_item.id", index=True, ondelete="SET NULL"
    )  # what somebody sent; None: a page of the organisation's own
    category: Category = Field(sa_type=EnumText(Category))
    address: str = Field(max_length=500)  # path, query and fragment on this instance
    reason: str = Field(max_length=4000)
    quoted: str = Field(default="", max_length=4000)  # the words that stood there when it came
    name: str = Field(default="", max_length=120)
    email: str = Field(default="", max_length=254)
    language: str = Field(default="fr", max_length=2)
    doubtful: bool = False  # a machine may have sent it: read all the same, answered on its page only
    source: str = Field(default="", max_length=43)  # keyed hash of network and browser, anew each day
    state: NoticeState = Field(default=NoticeState.RECEIVED, sa_type=EnumText(NoticeState))
    claimed_by: int | None = Field(default=None, foreign_key="person.id")
    claimed_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    authority_at: datetime | None = Field(default=None, sa_type=UtcDateTime)  # article 18: they were told
    authority_note: str = Field(default="", max_length=400)
    version: int = 1
    created_at: datetime = Field(default_factory=clock.now, sa_type=UtcDateTime)

    @property
    def reference(self) -> str:
        """What people quote: the first eight characters of its public id."""
        return self.pid[:8].upper()


class NoticeLink(Row, table=True):
    """A capability: whoever holds it reads a notice as its notifier, or as the author of what it is about."""

    __tablename__ = "notice_link"

    id: int = Field(default=None, primary_key=True)
    notice_id: int = Field(foreign_key="notice.id", index=True, ondelete="CASCADE")
    side: Side = Field(sa_type=EnumText(Side))
    token_hash: str = Field(unique=True, max_length=64)
    created_at: datetime = Field(default_factory=clock.now, sa_type=UtcDateTime)


class NoticeDecision(Row, table=True):
    """One decision by a person, with its statement of reasons (article 17). A later one may reverse it."""

    __tablename__ = "notice_decision"
    __table_args__ = (UniqueConstraint("notice_id", "round"),)

    id: int = Field(default=None, primary_key=True)
    pid: str = Field(default_factory=new_pid, unique=True, max_length=16)
    notice_id: int = Field(foreign_key="notice.id", ondelete="CASCADE")
    round: int  # 1 is the first; each appeal makes one more
    outcome: Outcome = Field(sa_type=EnumText(Outcome))
    ground: Ground | None = Field(default=None, sa_type=EnumText(Ground))
    basis: str = Field(default="", max_length=600)  # which law or rule
    facts: str = Field(max_length=3000)
    unfounded: bool = False  # manifestly: counted, so that misuse shows
    alone: bool = False  # nobody else of the team could decide
    before: ItemState | None = Field(default=None, sa_type=EnumText(ItemState))  # of the item it restricted
    task_by: datetime | None = Field(default=None, sa_type=UtcDateTime)  # a page of one's own to change
    done_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    done_note: str = Field(default="", max_length=600)
    supporter_id: int | None = Field(
        default=None, foreign_key="supporter.id", index=True, ondelete="SET NULL"
    )  # whose words they were
    author_email: str = Field(default="", max_length=254)
    author_language: str = Field(default="", max_length=2)
    person_id: int | None = Field(default=None, foreign_key="person.id")
    at: datetime = Field(default_factory=clock.now, sa_type=UtcDateTime)


class NoticeAppeal(Row, table=True):
    """A side contests a decision, once."""

    __tablename__ = "notice_appeal"
    __table_args__ = (UniqueConstraint("notice_id", "side"),)

    id: int = Field(default=None, primary_key=True)
    pid: str = Field(default_factory=new_pid, unique=True, max_length=16)
    notice_id: int = Field(foreign_key="notice.id", ondelete="CASCADE")
    decision_id: int = Field(foreign_key="notice_decision.id", index=True, ondelete="CASCADE")  # contested
    side: Side = Field(sa_type=EnumText(Side))
    text: str = Field(max_length=3000)
    answer_id: int | None = Field(default=None, foreign_key="notice_decision.id", ondelete="CASCADE")
    created_at: datetime = Field(default_factory=clock.now, sa_type=UtcDateTime)
