"""Tables of media. A row exists only for a file that was decoded and written again by us."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import BigInteger
from sqlmodel import Field

from app.core import clock
from app.core.db import EnumText, Row, UtcDateTime
from app.core.ids import new_pid
from app.media.rules import Shows


class MediaKind(StrEnum):
    IMAGE = "image"
    VIDEO = "video"


class Media(Row, table=True):
    __tablename__ = "media"

    id: int = Field(default=None, primary_key=True)
    pid: str = Field(default_factory=new_pid, unique=True, max_length=16)
    organisation_id: int = Field(foreign_key="organisation.id", index=True)
    kind: MediaKind = Field(sa_type=EnumText(MediaKind))
    mime: str = Field(max_length=40)  # of the full-size file we wrote
    width: int
    height: int
    seconds: float = 0
    bytes: int = Field(sa_type=BigInteger)
    sha256: str = Field(max_length=64, index=True)
    original_name: str = Field(default="", max_length=200)
    is_public: bool = False  # may be shown in public, once a page does; other evidence stays private
    created_at: datetime = Field(default_factory=clock.now, sa_type=UtcDateTime)


class Portrait(Row, table=True):
    """Who can be recognised in a medium, and that they agreed: by whom, since when, until when."""

    __tablename__ = "portrait"

    id: int = Field(default=None, primary_key=True)
    media_id: int = Field(foreign_key="media.id", unique=True, ondelete="CASCADE")
    shows: Shows = Field(sa_type=EnumText(Shows))
    who: str = Field(default="", max_length=120)
    guardian: str = Field(default="", max_length=120)  # who agreed for a child
    agreed_on: date | None = None
    expires_on: date | None = None  # the last day it may be shown; none: until withdrawn
    kept_at: str = Field(default="", max_length=200)  # where the signed agreement lies
    withdrawn_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    declared_by: int | None = Field(default=None, foreign_key="person.id")
    declared_at: datetime = Field(default_factory=clock.now, sa_type=UtcDateTime)
