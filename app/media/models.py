"""Tables of media. A row exists only for a file that was decoded and written again by us."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger
from sqlmodel import Field

from app.core import clock
from app.core.db import EnumText, Row, UtcDateTime
from app.core.ids import new_pid


class MediaKind(StrEnum):
    IMAGE = "image"
    VIDEO = "video"
    VOICE = "voice"  # without a size: 0 × 0


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
