"""Tables of the log. Entries are only added, by triggers as the ledger; words and salt beside them may be erased."""

from datetime import datetime

from sqlalchemy import DDL, Text, UniqueConstraint, event
from sqlmodel import Field, SQLModel

from app.core.db import Row, UtcDateTime


class LogEntry(Row, table=True):
    """One sealed fact. `hash` covers the entry and the hash before it."""

    __tablename__ = "log_entry"
    __table_args__ = (
        UniqueConstraint("campaign_id", "seq"),
        UniqueConstraint("campaign_id", "kind", "subject"),  # a fact is sealed once
    )

    id: int = Field(default=None, primary_key=True)
    campaign_id: int = Field(foreign_key="campaign.id")
    seq: int  # 1, 2, 3 … within a campaign
    at: str = Field(max_length=20)  # when it was sealed, as the text that is hashed
    kind: str = Field(max_length=20)  # a `Kind`, as the text that is hashed
    subject: str = Field(max_length=60)  # public ids, joined by points
    digest: str = Field(max_length=64)
    hash: str = Field(max_length=64)


class LogContent(Row, table=True):
    """What was sealed, and the salt of its digest. Deleted when somebody takes it back by right; never changed."""

    __tablename__ = "log_content"

    entry_id: int = Field(primary_key=True, foreign_key="log_entry.id")
    salt: str = Field(max_length=32)
    body: str = Field(sa_type=Text)  # canonical JSON


class LogHead(Row, table=True):
    """The newest entry of a campaign's log, which who seals locks; and the last time all of it was checked."""

    __tablename__ = "log_head"

    campaign_id: int = Field(primary_key=True, foreign_key="campaign.id")
    seq: int = 0
    hash: str = Field(max_length=64)
    checked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    checked_seq: int = 0
    broken_seq: int | None = None  # the first entry that did not hold then


SQLITE_APPEND_ONLY = [
    (
        "CREATE TRIGGER log_entry_no_update BEFORE UPDATE ON log_entry "
        "BEGIN SELECT RAISE(ABORT, 'the log is only added to'); END"
    ),
    (
        "CREATE TRIGGER log_entry_no_delete BEFORE DELETE ON log_entry "
        "BEGIN SELECT RAISE(ABORT, 'the log is only added to'); END"
    ),
    (
        "CREATE TRIGGER log_content_no_update BEFORE UPDATE ON log_content "
        "BEGIN SELECT RAISE(ABORT, 'the log is only added to'); END"
    ),
]
POSTGRES_APPEND_ONLY = {
    "log_entry": [
        (
            "CREATE FUNCTION log_entry_refuse() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION 'the log is only added to'; END $$"
        ),
        (
            "CREATE TRIGGER log_entry_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON log_entry "
            "EXECUTE FUNCTION log_entry_refuse()"
        ),
    ],
    "log_content": [
        (
            "CREATE TRIGGER log_content_no_update BEFORE UPDATE ON log_content "
            "EXECUTE FUNCTION log_entry_refuse()"
        ),
    ],
}
for _statement in SQLITE_APPEND_ONLY:
    _table = SQLModel.metadata.tables["log_content" if "log_content" in _statement else "log_entry"]
    event.listen(_table, "after_create", DDL(_statement).execute_if(dialect="sqlite"))  # type: ignore[no-untyped-call]
for _name, _statements in POSTGRES_APPEND_ONLY.items():
    for _statement in _statements:
        event.listen(
            SQLModel.metadata.tables[_name],
            "after_create",
            DDL(_statement).execute_if(dialect="postgresql"),  # type: ignore[no-untyped-call]
        )
