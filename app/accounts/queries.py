"""Reads of connected accounts, and of connections under way."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlmodel import Session, col, or_, select

from app.accounts.models import ChannelAccount, ChannelApp, Connecting
from app.accounts.rules import AccountState
from app.people.models import Membership, Person
from app.people.rules import Role


def account(session: Session, organisation_id: int, pid: str) -> ChannelAccount | None:
    """An account of the organisation."""
    return session.exec(
        select(ChannelAccount).where(
            ChannelAccount.organisation_id == organisation_id, ChannelAccount.pid == pid
        )
    ).first()


def accounts(
    session: Session, organisation_id: int, *, with_disconnected: bool = False
) -> Sequence[ChannelAccount]:
    """The accounts of an organisation by channel and handle; disconnected ones only when asked for."""
    statement = select(ChannelAccount).where(ChannelAccount.organisation_id == organisation_id)
    if not with_disconnected:
        statement = statement.where(ChannelAccount.state != AccountState.DISCONNECTED)
    return session.exec(statement.order_by(col(ChannelAccount.channel), col(ChannelAccount.handle))).all()


def by_id(session: Session, ids: Collection[int]) -> Mapping[int, ChannelAccount]:
    """Accounts by their ids."""
    if not ids:
        return {}
    rows = session.exec(select(ChannelAccount).where(col(ChannelAccount.id).in_(ids))).all()
    return {row.id: row for row in rows}


def same(
    session: Session, organisation_id: int, *, channel: str, server: str, remote_id: str
) -> ChannelAccount | None:
    """The organisation's row of an account of a platform, connected or not."""
    return session.exec(
        select(ChannelAccount).where(
            ChannelAccount.organisation_id == organisation_id,
            ChannelAccount.channel == channel,
            ChannelAccount.server == server,
            ChannelAccount.remote_id == remote_id,
        )
    ).first()


def connected(session: Session, channel: str) -> Sequence[ChannelAccount]:
    """Every connected account of a channel, whosever it is: for what the server itself receives."""
    return session.exec(
        select(ChannelAccount).where(
            ChannelAccount.channel == channel, ChannelAccount.state == AccountState.CONNECTED
        )
    ).all()


def lost(session: Session) -> Sequence[ChannelAccount]:
    """Every account that asks to be connected again, whosever it is: nothing is published for it."""
    return session.exec(
        select(ChannelAccount)
        .where(ChannelAccount.state == AccountState.RECONNECT)
        .order_by(col(ChannelAccount.id))
    ).all()


def owners(session: Session, organisation_id: int) -> Sequence[Person]:
    """Those who can connect an account again."""
    return session.exec(
        select(Person)
        .join(Membership, col(Membership.person_id) == col(Person.id))
        .where(
            Membership.organisation_id == organisation_id,
            Membership.role == Role.OWNER,
            col(Person.disabled_at).is_(None),
        )
        .order_by(col(Person.id))
    ).all()


def ending(session: Session, *, asked_before: datetime, limit: int) -> Sequence[ChannelAccount]:
    """Connected accounts whose permission ends some day and that were not asked about since, soonest first."""
    return session.exec(
        select(ChannelAccount)
        .where(
            ChannelAccount.state == AccountState.CONNECTED,
            col(ChannelAccount.expires_at).is_not(None),
            or_(col(ChannelAccount.checked_at).is_(None), col(ChannelAccount.checked_at) <= asked_before),
        )
        .order_by(col(ChannelAccount.expires_at))
        .limit(limit)
    ).all()


def app_of(session: Session, channel: str, server: str) -> ChannelApp | None:
    """This instance's registration with a server."""
    return session.exec(
        select(ChannelApp).where(ChannelApp.channel == channel, ChannelApp.server == server)
    ).first()


def serves_somebody(session: Session, channel: str, server: str) -> bool:
    """Whether anyone is connected through a server, so that it remembers our registration."""
    found = session.exec(
        select(ChannelAccount.id)
        .where(
            ChannelAccount.channel == channel,
            ChannelAccount.server == server,
            ChannelAccount.state == AccountState.CONNECTED,
        )
        .limit(1)
    ).first()
    return found is not None


def under_way(session: Session, *, state_hash: str, now: datetime) -> Connecting | None:
    """A connection that waits for the platform's answer."""
    return session.exec(
        select(Connecting).where(
            Connecting.state_hash == state_hash,
            col(Connecting.answered_at).is_(None),
            col(Connecting.expires_at) > now,
        )
    ).first()


def to_choose(
    session: Session, *, organisation_id: int, person_id: int | None, now: datetime
) -> Connecting | None:
    """What a person has agreed to and not yet chosen from, the latest."""
    return session.exec(
        select(Connecting)
        .where(
            Connecting.organisation_id == organisation_id,
            Connecting.person_id == person_id,
            col(Connecting.answered_at).is_not(None),
            col(Connecting.expires_at) > now,
        )
        .order_by(col(Connecting.id).desc())
    ).first()


def to_confirm(
    session: Session, *, channel: str, organisation_id: int, person_id: int | None, now: datetime
) -> Connecting | None:
    """What a person has begun on a channel and must still prove, the latest."""
    return session.exec(
        select(Connecting)
        .where(
            Connecting.channel == channel,
            Connecting.organisation_id == organisation_id,
            Connecting.person_id == person_id,
            col(Connecting.answered_at).is_(None),
            col(Connecting.expires_at) > now,
        )
        .order_by(col(Connecting.id).desc())
    ).first()
