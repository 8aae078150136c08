"""Reads of connected accounts."""

from collections.abc import Collection, Mapping, Sequence

from sqlmodel import Session, col, select

from app.accounts.models import ChannelAccount
from app.accounts.rules import AccountState


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
