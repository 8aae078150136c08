"""Tables of accounts. Every secret is sealed and bound to its row: moved to another, it does not open."""

from datetime import datetime

from sqlalchemy import UniqueConstraint
from sqlmodel import Field

from app.accounts.rules import AccountState
from app.core import clock
from app.core.db import EnumText, Row, UtcDateTime
from app.core.ids import new_pid


class ChannelAccount(Row, table=True):
    """An organisation's account on a platform."""

    __tablename__ = "channel_account"
    __table_args__ = (UniqueConstraint("organisation_id", "channel", "server", "remote_id"),)

    id: int = Field(default=None, primary_key=True)
    pid: str = Field(default_factory=new_pid, unique=True, max_length=16)
    organisation_id: int = Field(foreign_key="organisation.id", index=True)
    channel: str = Field(max_length=20)
    server: str = Field(default="", max_length=200)
    remote_id: str = Field(max_length=200)
    handle: str = Field(max_length=200)
    name: str = Field(default="", max_length=120)  # what the team calls it
    url: str = Field(default="", max_length=500)
    state: AccountState = Field(default=AccountState.CONNECTED, sa_type=EnumText(AccountState))
    problem: str = Field(default="", max_length=400)  # what the platform said when it refused
    sealed: str = Field(default="", max_length=8000)
    expires_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    renewed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    checked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    connected_by: int | None = Field(default=None, foreign_key="person.id")
    connected_at: datetime = Field(default_factory=clock.now, sa_type=UtcDateTime)
    version: int = 1


class ChannelApp(Row, table=True):
    """This instance as an application of one server: Mastodon servers each give their own registration."""

    __tablename__ = "channel_app"
    __table_args__ = (UniqueConstraint("channel", "server"),)

    id: int = Field(default=None, primary_key=True)
    channel: str = Field(max_length=20)
    server: str = Field(max_length=200)
    client_id: str = Field(max_length=200)
    sealed: str = Field(max_length=2000)
    created_at: datetime = Field(default_factory=clock.now, sa_type=UtcDateTime)


class Connecting(Row, table=True):
    """A connection under way: who began it, and the proof that the answer is theirs. Used once, for minutes."""

    __tablename__ = "channel_connecting"

    id: int = Field(default=None, primary_key=True)
    state_hash: str = Field(unique=True, max_length=64)
    organisation_id: int = Field(foreign_key="organisation.id")
    person_id: int = Field(foreign_key="person.id")
    channel: str = Field(max_length=20)
    server: str = Field(default="", max_length=200)
    sealed: str = Field(default="", max_length=2000)  # the verifier (PKCE) and who asks; later, the token
    tries: int = 0  # of a code that a person types
    answered_at: datetime | None = Field(default=None, sa_type=UtcDateTime)  # never twice
    expires_at: datetime = Field(sa_type=UtcDateTime)
