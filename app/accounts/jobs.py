"""Where time acts on connections: permissions are extended before they end, what is over is forgotten, old seals
are replaced. Platforms are asked outside any transaction; one that does not answer is asked again in an hour."""

from collections.abc import Sequence

import structlog
from sqlalchemy import update
from sqlmodel import col, delete, select

from app.accounts import queries, rules, sealing, service
from app.accounts.models import ChannelAccount, ChannelApp, Connecting
from app.accounts.proving import LOST_KEY
from app.accounts.rules import AccountState
from app.channels import registry
from app.channels.base import ReconnectNeeded, Renewed, Unreachable
from app.core import clock, i18n, vault
from app.core.db import reading, transaction
from app.core.i18n import Message, mark
from app.people.models import Organisation

log = structlog.get_logger("accounts")

ENDED = mark("Its term is over.")
BATCH = 20  # permissions asked about in one ring: each may wait for its platform's time-out


def extend_permissions() -> int:
    """Extend permissions that end soon; returns how many platforms were asked.

    An account whose platform refuses, or whose permission ended and cannot be extended, is lost: its owners
    are told. The old secret stays until the new one is written, so a crash in between costs one more request.
    """
    now = clock.now()
    with reading() as session:
        ending = queries.ending(session, asked_before=now - rules.ASK_AGAIN, limit=500)
    due = [row for row in ending if _is_due(row)][:BATCH]
    return sum(_extend(row) for row in due)


def _is_due(row: ChannelAccount) -> bool:
    if row.channel not in registry.CHANNELS or row.expires_at is None:
        return False
    return rules.must_extend(row.expires_at, registry.get(row.channel).renews_before, clock.now())


def _extend(row: ChannelAccount) -> bool:
    """Ask for one account, if no other process has; what came of it is written down."""
    if not _claim(row):
        return False
    channel = registry.get(row.channel)
    if channel.renews_before is None:
        _lose(row, ENDED)
        return True
    try:
        _record(row, channel.renew(service.opened(row)))
        log.info("permission extended", account=row.pid, channel=row.channel)
    except Unreachable:
        log.warning("a platform does not answer", account=row.pid, channel=row.channel)
    except ReconnectNeeded as error:
        _lose(row, str(error))
    except vault.CannotOpen:
        _lose(row, LOST_KEY)
        log.warning("a secret does not open: was a key dropped too early?", account=row.pid)
    return True


def _claim(row: ChannelAccount) -> bool:
    """Mark the account as asked about now; False when another process, or a person, has changed it since."""
    with transaction() as session:
        taken = session.exec(
            update(ChannelAccount)
            .where(
                col(ChannelAccount.id) == row.id,
                col(ChannelAccount.state) == AccountState.CONNECTED,
                col(ChannelAccount.sealed) == row.sealed,
                col(ChannelAccount.checked_at).is_(None)
                if row.checked_at is None
                else col(ChannelAccount.checked_at) == row.checked_at,
            )
            .values(checked_at=clock.now())
        )
        return taken.rowcount == 1


def _record(row: ChannelAccount, renewed: Renewed) -> None:
    """Keep what was extended, unless a person has connected the account anew meanwhile: theirs is the newer."""
    with transaction() as session:
        present = session.get_one(ChannelAccount, row.id)
        if present.connected_at == row.connected_at:
            service.keep_renewed(session, row.id, renewed)


def _lose(row: ChannelAccount, problem: Message | str) -> None:
    """The account asks to be connected again; our own words are in the organisation's language."""
    with transaction() as session:
        present = session.get_one(ChannelAccount, row.id)
        if present.connected_at != row.connected_at:
            return
        organisation = session.get_one(Organisation, row.organisation_id)
        with i18n.speaking(organisation.language):
            service.lose(session, row.id, str(problem))


def forget_connecting() -> int:
    """Delete connections that were begun and are over, whether or not they succeeded; returns how many."""
    with transaction() as session:
        gone = session.exec(delete(Connecting).where(col(Connecting.expires_at) <= clock.now()))
        return gone.rowcount


def seal_again() -> int:
    """Seal with the newest key what an older one sealed, so that the older may be dropped; returns how many."""
    with reading() as session:
        accounts = session.exec(select(ChannelAccount).where(ChannelAccount.sealed != "")).all()
        apps = session.exec(select(ChannelApp)).all()
    rows: Sequence[ChannelAccount | ChannelApp] = [*accounts, *apps]
    return sum(_seal_again(row) for row in rows if not vault.is_current(row.sealed))


def _seal_again(row: ChannelAccount | ChannelApp) -> bool:
    """Only if nobody has sealed something else there since it was read."""
    try:
        sealed = sealing.sealed_again(row)
    except vault.CannotOpen:
        return False  # no key of this instance opens it: it is lost when it is next needed
    table = type(row)
    with transaction() as session:
        done = session.exec(
            update(table)
            .where(col(table.id) == row.id, col(table.sealed) == row.sealed)
            .values(sealed=sealed)
        )
        return done.rowcount == 1
