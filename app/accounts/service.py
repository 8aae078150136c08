"""Connect, open and lose accounts. Secrets are sealed for one account of one organisation and opened per call."""

import json
from collections.abc import Callable, Mapping
from datetime import datetime

from sqlmodel import Session, select

from app.accounts.models import ChannelAccount
from app.accounts.rules import AccountState
from app.channels.base import Account, Identity, Renewed
from app.core import clock, vault
from app.core.db import transaction
from app.core.ids import new_pid
from app.people import audit
from app.people.rules import Actor, Permission


def connect(
    session: Session,
    actor: Actor,
    *,
    channel: str,
    server: str,
    who: Identity,
    secrets: Mapping[str, str],
    expires_at: datetime | None = None,
) -> ChannelAccount:
    """Keep a connection that a person has just given; the same account again renews it and frees its posts.

    Raises Forbidden.
    """
    actor.require(Permission.ADMIN)
    row = session.exec(
        select(ChannelAccount).where(
            ChannelAccount.organisation_id == actor.organisation_id,
            ChannelAccount.channel == channel,
            ChannelAccount.server == server,
            ChannelAccount.remote_id == who.remote_id,
        )
    ).first()
    if row is None:
        row = ChannelAccount(
            pid=new_pid(),
            organisation_id=actor.organisation_id,
            channel=channel,
            server=server,
            remote_id=who.remote_id,
            handle=who.handle,
        )
    row.handle, row.name, row.url = who.handle[:200], who.name[:120], who.url[:500]
    row.state, row.problem = AccountState.CONNECTED, ""
    row.sealed = _sealed(row.organisation_id, row.pid, secrets)
    row.expires_at, row.connected_by = expires_at, actor.person_id
    row.connected_at = row.checked_at = clock.now()
    row.version += 1
    session.add(row)
    session.flush()
    audit.record(
        session, actor, "channel.connected", subject=row.handle, subject_pid=row.pid, channel=channel
    )
    return row


def opened(row: ChannelAccount) -> Account:
    """The account as a channel takes it. Raises vault.CannotOpen when it was sealed elsewhere or by a lost key."""
    secrets: dict[str, str] = json.loads(
        vault.unseal(row.sealed, bound_to=_place(row.organisation_id, row.pid))
    )
    return Account(
        pid=row.pid,
        server=row.server,
        remote_id=row.remote_id,
        handle=row.handle,
        secrets=secrets,
        keep=_keeper(row.id),
    )


def keep_renewed(session: Session, account_id: int, renewed: Renewed) -> None:
    """Seal what replaced an account's secrets."""
    row = session.get_one(ChannelAccount, account_id)
    row.sealed = _sealed(row.organisation_id, row.pid, renewed.secrets)
    row.expires_at, row.renewed_at = renewed.expires_at, clock.now()
    session.add(row)


def lose(session: Session, account_id: int, problem: str) -> None:
    """The platform ended the permission: the account asks to be connected again. Said twice, told once."""
    row = session.get_one(ChannelAccount, account_id)
    if row.state is not AccountState.CONNECTED:
        return
    row.state, row.problem = AccountState.RECONNECT, problem[:400]
    row.version += 1
    session.add(row)
    audit.record(
        session,
        None,
        "channel.lost",
        subject=row.handle,
        subject_pid=row.pid,
        organisation_id=row.organisation_id,
        channel=row.channel,
    )


def _keeper(account_id: int) -> Callable[[Mapping[str, str]], None]:
    """Keeps secrets that a platform rotated in the middle of a call, at once and durably."""

    def keep(secrets: Mapping[str, str]) -> None:
        with transaction() as session:
            row = session.get_one(ChannelAccount, account_id)
            keep_renewed(session, account_id, Renewed(secrets, row.expires_at))

    return keep


def _sealed(organisation_id: int, pid: str, secrets: Mapping[str, str]) -> str:
    return vault.seal(json.dumps(dict(secrets)), bound_to=_place(organisation_id, pid))


def _place(organisation_id: int, pid: str) -> tuple[str, ...]:
    return ("account", str(organisation_id), pid)
