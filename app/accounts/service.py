"""Connect, open, lose, rename and disconnect accounts. Secrets are opened per call; services ask no platform."""

from collections.abc import Callable, Mapping
from datetime import datetime

from sqlmodel import Session

from app.accounts import queries, rules, sealing
from app.accounts.models import ChannelAccount
from app.accounts.rules import AccountState
from app.channels.base import Account, Identity, Renewed
from app.core import clock
from app.core.db import transaction
from app.core.errors import NotFound
from app.core.ids import new_pid
from app.core.templating import absolute
from app.mail import service as mail
from app.people import audit
from app.people.models import Organisation
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
    row = queries.same(
        session, actor.organisation_id, channel=channel, server=server, remote_id=who.remote_id
    ) or _new(actor, channel, server, who)
    row.handle, row.url = who.handle[:200], who.url[:500]
    row.state, row.problem = AccountState.CONNECTED, ""
    sealing.seal_account(row, secrets)
    row.expires_at, row.connected_by = expires_at, actor.person_id
    row.connected_at = row.checked_at = clock.now()
    row.version += 1
    session.add(row)
    session.flush()
    _note(session, actor, "channel.connected", row)
    return row


def _new(actor: Actor, channel: str, server: str, who: Identity) -> ChannelAccount:
    """The row of an account seen for the first time, with the name its platform gives it."""
    return ChannelAccount(
        pid=new_pid(),
        organisation_id=actor.organisation_id,
        channel=channel,
        server=server,
        remote_id=who.remote_id,
        handle=who.handle,
        name=who.name[:120],
    )


def opened(row: ChannelAccount) -> Account:
    """The account as a channel takes it. Raises vault.CannotOpen when it was sealed elsewhere or by a lost key."""
    return Account(
        pid=row.pid,
        server=row.server,
        remote_id=row.remote_id,
        handle=row.handle,
        secrets=sealing.open_account(row),
        keep=_keeper(row.id),
    )


def keep_renewed(session: Session, account_id: int, renewed: Renewed) -> None:
    """Seal what replaced an account's secrets; one that was disconnected meanwhile stays without."""
    row = session.get_one(ChannelAccount, account_id)
    if row.state is AccountState.DISCONNECTED:
        return
    sealing.seal_account(row, renewed.secrets)
    row.expires_at, row.renewed_at = renewed.expires_at, clock.now()
    session.add(row)


def seen(session: Session, account_id: int, who: Identity) -> ChannelAccount:
    """The platform accepts the permission, for all that it once said: note when, and the handle it has now."""
    row = session.get_one(ChannelAccount, account_id)
    if row.state is AccountState.RECONNECT:
        row.state, row.problem = AccountState.CONNECTED, ""
        row.version += 1
    row.checked_at = clock.now()
    row.handle, row.url = who.handle[:200] or row.handle, who.url[:500] or row.url
    session.add(row)
    return row


def lose(session: Session, account_id: int, problem: str) -> None:
    """The platform ended the permission: the account asks to be connected again, and its owners are written to.

    Said twice, told once.
    """
    row = session.get_one(ChannelAccount, account_id)
    if row.state is not AccountState.CONNECTED:
        return
    row.state, row.problem = AccountState.RECONNECT, problem[:400]
    row.version += 1
    session.add(row)
    _note(session, None, "channel.lost", row)
    _tell_owners(session, row)


def rename(session: Session, actor: Actor, pid: str, *, name: str) -> None:
    """Give an account the name the team calls it by; none shows its handle alone. Raises Forbidden, NotFound."""
    row = _own(session, actor, pid)
    row.name = name[:120]
    row.version += 1
    session.add(row)


def disconnect(session: Session, actor: Actor, pid: str) -> None:
    """Forget an account's secrets at once; its row stays for the history of its posts.

    Raises Forbidden, NotFound.
    """
    row = _own(session, actor, pid)
    if row.state is AccountState.DISCONNECTED:
        return
    row.state, row.sealed, row.problem, row.expires_at = AccountState.DISCONNECTED, "", "", None
    row.version += 1
    session.add(row)
    _note(session, actor, "channel.disconnected", row)


def _own(session: Session, actor: Actor, pid: str) -> ChannelAccount:
    actor.require(Permission.ADMIN)
    row = queries.account(session, actor.organisation_id, pid)
    if row is None:
        raise NotFound
    return row


def _note(session: Session, actor: Actor | None, action: str, row: ChannelAccount) -> None:
    audit.record(
        session,
        actor,
        action,
        subject=row.handle,
        subject_pid=row.pid,
        organisation_id=row.organisation_id,
        channel=rules.name_of(row.channel),
    )


def _tell_owners(session: Session, row: ChannelAccount) -> None:
    """A mail to each owner with the way back; posts wait meanwhile."""
    organisation = session.get_one(Organisation, row.organisation_id)
    context = {
        "channel": rules.name_of(row.channel),
        "handle": row.handle,
        "problem": row.problem,
        "organisation": organisation.name,
        "link": absolute("/studio/channels"),
    }
    for owner in queries.owners(session, row.organisation_id):
        mail.queue(session, kind="channel-lost", to=owner.email, language=owner.language, context=context)


def _keeper(account_id: int) -> Callable[[Mapping[str, str]], None]:
    """Keeps secrets that a platform rotated in the middle of a call, at once and durably."""

    def keep(secrets: Mapping[str, str]) -> None:
        with transaction() as session:
            row = session.get_one(ChannelAccount, account_id)
            keep_renewed(session, account_id, Renewed(secrets, row.expires_at))

    return keep
