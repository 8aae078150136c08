"""Tables of the defence. They hold counts, instants and keyed hashes that lapse; never an address."""

from datetime import datetime

from sqlmodel import Field

from app.core.db import Row, UtcDateTime


class Shield(Row, table=True):
    """How an organisation's donation pages are guarded at this moment."""

    __tablename__ = "shield"

    organisation_id: int = Field(primary_key=True, foreign_key="organisation.id")
    watch_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    paused_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    tripped_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class GivingMinute(Row, table=True):
    """What happened in one minute at an organisation's donation pages. ``minute`` counts from 1970."""

    __tablename__ = "giving_minute"

    organisation_id: int = Field(primary_key=True, foreign_key="organisation.id")
    minute: int = Field(primary_key=True)
    admitted: int = 0  # payment pages opened
    held: int = 0  # asked to wait or to prove
    refused: int = 0  # payments a bank declined
    paid: int = 0


class GivingSource(Row, table=True):
    """Where a gift that is not paid was begun, as a keyed hash, as long as its payment page may be used."""

    __tablename__ = "giving_source"

    gift_ref: str = Field(primary_key=True, max_length=16)
    organisation_id: int = Field(foreign_key="organisation.id", index=True)
    source: str = Field(max_length=64)
    refused: int = 0  # cards declined on its page
    expires_at: datetime = Field(sa_type=UtcDateTime, index=True)
