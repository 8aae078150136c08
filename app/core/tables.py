"""The ground floor's own tables: rate counts, the scheduler's lease and the visible list of jobs."""

from datetime import datetime

from sqlmodel import Field

from app.core.db import Row, UtcDateTime


class RateCount(Row, table=True):
    """How often something was tried in one window of time. `bucket` is a keyed hash, never an address."""

    __tablename__ = "rate_count"

    bucket: str = Field(primary_key=True, max_length=64)
    window: int = Field(primary_key=True)
    count: int = 0
    expires_at: datetime = Field(sa_type=UtcDateTime, index=True)


class Lease(Row, table=True):
    """Which process may act alone under a name, and until when."""

    __tablename__ = "lease"

    name: str = Field(primary_key=True, max_length=40)
    holder: str = Field(max_length=80)
    until: datetime = Field(sa_type=UtcDateTime)
    beat_at: datetime = Field(sa_type=UtcDateTime)


class JobRun(Row, table=True):
    """The last run of each job, for the health pages."""

    __tablename__ = "job_run"

    name: str = Field(primary_key=True, max_length=60)
    started_at: datetime = Field(sa_type=UtcDateTime)
    finished_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    seconds: float = 0
    handled: int = 0
    error: str = ""
