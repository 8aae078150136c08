"""Accounts connected by what a person pastes, and asked about again: an app password, a bot's token, an address.

The platform says who it is before anything is kept, outside any transaction; nothing is kept of what it refuses.
"""

import hashlib
import secrets as randomness
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Self
from urllib.parse import urlsplit

from app.accounts import queries, rules, service
from app.accounts.forms import AddressForm, AppPasswordForm, BotForm
from app.accounts.models import ChannelAccount
from app.accounts.rules import AccountState, Kind
from app.channels import net, registry
from app.channels.base import Account, Identity, ReconnectNeeded, Unreachable
from app.channels.tries import NotPublic, SaidNo
from app.core import vault
from app.core.db import reading, transaction
from app.core.errors import Conflict, DomainError, NotFound
from app.core.i18n import mark
from app.people.rules import Actor, Permission

BLUESKY = "https://bsky.social"

LOST_KEY = mark("This server can no longer open what it kept for the account.")


class CannotConnect(DomainError):
    """The platform did not go along; nothing was kept. The message says what to do."""

    status = 422

    @classmethod
    def no_answer(cls, name: str) -> Self:
        return cls(
            mark("%(channel)s does not answer. Check what you typed, or try again in a moment.").with_values(
                channel=name
            )
        )

    @classmethod
    def said_no(cls, name: str, said: str = "") -> Self:
        if not said:
            return cls(
                mark("%(channel)s refused. Check what you typed, then try again.").with_values(channel=name)
            )
        return cls(mark("%(channel)s refused: %(said)s").with_values(channel=name, said=said))


@dataclass(frozen=True)
class Made:
    """An account just connected, and a secret to show once, for the person to set up on the other side."""

    account: ChannelAccount
    secret: str = field(default="", repr=False)


@dataclass
class _Rotated:
    """Collects the secrets that a platform gives in exchange while it is asked who the account is."""

    secrets: Mapping[str, str] = field(repr=False)

    def keep(self, secrets: Mapping[str, str]) -> None:
        self.secrets = secrets


def with_app_password(actor: Actor, kind: Kind, form: AppPasswordForm) -> Made:
    """Connect by a handle and an app password. Raises Forbidden, CannotConnect."""
    actor.require(Permission.ADMIN)
    if form.server is not None:
        refuse_private(kind.name, form.server)
    secrets = {"identifier": form.handle, "password": form.password}
    return Made(_proved(actor, kind, server=form.server or BLUESKY, secrets=secrets))


def with_bot(actor: Actor, kind: Kind, form: BotForm) -> Made:
    """Connect a channel that a bot may write in. Raises Forbidden, CannotConnect."""
    actor.require(Permission.ADMIN)
    return Made(_proved(actor, kind, remote_id=form.chat, secrets={"token": form.token}))


def with_address(actor: Actor, kind: Kind, form: AddressForm) -> Made:
    """Connect an address that takes signed deliveries; its signing secret is made here and shown once.

    An address may hold a key of its own, so it is sealed too. It is not asked: it cannot know the secret yet.
    Raises Forbidden, CannotConnect.
    """
    actor.require(Permission.ADMIN)
    refuse_private(kind.name, form.address)
    secret = randomness.token_urlsafe(32)
    who = Identity(
        hashlib.sha256(form.address.encode()).hexdigest()[:32], urlsplit(form.address).hostname or ""
    )
    with transaction() as session:
        account = service.connect(
            session,
            actor,
            channel=kind.code,
            server="",
            who=who,
            secrets={"address": form.address, "secret": secret},
        )
    return Made(account, secret)


def check(actor: Actor, pid: str) -> ChannelAccount:
    """Ask the platform now whether the permission still holds, and note what it says.

    An account whose permission turns out to be over asks to be connected again; its message is the row's.
    Raises Forbidden, NotFound, Conflict (disconnected, or a platform this server has given up), CannotConnect
    (the platform does not answer).
    """
    actor.require(Permission.ADMIN)
    with reading() as session:
        row = queries.account(session, actor.organisation_id, pid)
    if row is None:
        raise NotFound
    if row.state is AccountState.DISCONNECTED:
        raise Conflict(mark("This account was disconnected. Connect it again first."))
    name = rules.name_of(row.channel)
    if row.channel not in registry.CHANNELS:
        raise Conflict(mark("This server does not publish to %(channel)s.").with_values(channel=name))
    try:
        who = registry.get(row.channel).identify(service.opened(row))
    except (ReconnectNeeded, vault.CannotOpen) as error:
        problem = str(LOST_KEY) if isinstance(error, vault.CannotOpen) else str(error)
        with transaction() as session:
            service.lose(session, row.id, problem)
            return session.get_one(ChannelAccount, row.id)
    except Unreachable as error:
        raise CannotConnect.no_answer(name) from error
    with transaction() as session:
        return service.seen(session, row.id, who)


def refuse_private(name: str, address: str) -> None:
    """Raises CannotConnect for an address inside this server's own network, or of no server."""
    try:
        net.reachable(address)
    except (NotPublic, SaidNo) as error:
        raise CannotConnect.no_answer(name) from error


def identified(kind: Kind, account: Account) -> Identity:
    """Who an account is on its platform. Raises CannotConnect."""
    try:
        return registry.get(kind.code).identify(account)
    except ReconnectNeeded as error:
        raise CannotConnect.said_no(kind.name, str(error)) from error
    except Unreachable as error:
        raise CannotConnect.no_answer(kind.name) from error


def _proved(
    actor: Actor, kind: Kind, *, server: str = "", remote_id: str = "", secrets: Mapping[str, str]
) -> ChannelAccount:
    given = _Rotated(secrets)
    who = identified(kind, Account("", server, remote_id, "", secrets, given.keep))
    with transaction() as session:
        return service.connect(
            session, actor, channel=kind.code, server=server, who=who, secrets=given.secrets
        )
