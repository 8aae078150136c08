"""Accounts connected by agreeing at the platform: lead a person there, take the answer once, keep the token.

The platform is asked outside any transaction. An answer counts once, within ten minutes, for the person who
began and in the organisation they began it for; whatever else comes to the callback is refused.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, delete, update

from app.accounts import queries, rules, sealing, service
from app.accounts.models import ChannelAccount, ChannelApp, Connecting
from app.accounts.proving import CannotConnect, identified, refuse_private
from app.accounts.rules import CONNECT_LIFE, Kind, Way
from app.channels import oauth
from app.channels.base import Account, Identity, Unreachable
from app.channels.oauth import App, Grant, Offer
from app.core import clock, vault
from app.core.db import reading, transaction
from app.core.errors import Forbidden, Gone
from app.core.i18n import mark
from app.core.ids import new_token, token_hash
from app.core.settings import get_settings
from app.core.templating import absolute
from app.people.rules import Actor, Permission

CALLBACK = "/studio/channels/callback"

TOO_LATE = mark("This connection was finished, begun by someone else, or left for ten minutes. Begin again.")


class NotAgreed(CannotConnect):
    """The answer brought no account of this platform."""

    def __init__(self, error: CannotConnect, kind: Kind) -> None:
        super().__init__(error.message)
        self.kind = kind


@dataclass(frozen=True)
class Answer:
    """What the platform's page sent back with the person."""

    state: str
    code: str = ""
    error: str = ""  # "access_denied", as OAuth names it
    said: str = ""  # the platform's reason, in its own words


def app_given(kind: Kind) -> App | None:
    """This instance as an application of Meta's, when its administrator has set one up for the platform."""
    settings = get_settings()
    name, secret = {
        "facebook": (settings.meta_app_id, settings.meta_app_secret),
        "instagram": (settings.instagram_app_id, settings.instagram_app_secret),
        "threads": (settings.threads_app_id, settings.threads_app_secret),
    }[kind.code]
    opened = secret.get_secret_value()
    return App(name, opened) if name and opened else None


def begin(actor: Actor, kind: Kind, *, server: str = "") -> str:
    """Where to lead a person so that they agree. Raises Forbidden, CannotConnect."""
    actor.require(Permission.ADMIN)
    state, redirect, kept = new_token(), absolute(CALLBACK), {"verifier": new_token()}
    if kind.way is Way.SERVER:
        refuse_private(kind.name, server)
        app = _app_of(kind, server)
        # The answer is exchanged as the very application that asked, whatever is registered meanwhile.
        kept |= {"client": app.client_id, "secret": app.client_secret}
        page = oauth.mastodon_page(server, app, redirect=redirect, state=state, verifier=kept["verifier"])
    elif kind.way is Way.PAGES:
        page = oauth.pages_page(_set_app(kind), redirect=redirect, state=state)
    else:
        page = oauth.login_page(kind.code, _set_app(kind), redirect=redirect, state=state)
    with transaction() as session:
        _wait(session, actor, kind, server=server, state=state, kept=kept)
    return page


def finish(actor: Actor, answer: Answer) -> ChannelAccount | None:
    """Take the platform's answer; None when the person must still choose among accounts.

    Raises Forbidden, Gone (unknown, used, someone else's or too old), NotAgreed.
    """
    actor.require(Permission.ADMIN)
    waiting = _take(actor, answer.state)
    kind = next(kind for kind in rules.KINDS if kind.code == waiting.channel)
    try:
        if answer.error or not answer.code:
            raise _refused(kind, answer)
        with _asking(kind):
            if kind.way is Way.PAGES:
                return _met(actor, kind, waiting, answer.code)
            return _joined(actor, kind, waiting, _granted(kind, waiting, answer.code))
    except CannotConnect as error:
        raise NotAgreed(error, kind) from error


@contextmanager
def _asking(kind: Kind) -> Iterator[None]:
    """What a platform's sign-in may answer, in words for a person. Raises CannotConnect."""
    try:
        yield
    except oauth.Refused as error:
        raise CannotConnect.said_no(kind.name, error.said) from error
    except Unreachable as error:
        raise CannotConnect.no_answer(kind.name) from error


@contextmanager
def _still_open() -> Iterator[None]:
    """What was kept on the way may be of another step, or sealed by a key that is gone. Raises Gone."""
    try:
        yield
    except (KeyError, vault.CannotOpen) as error:
        raise Gone(TOO_LATE) from error


def _joined(actor: Actor, kind: Kind, waiting: Connecting, grant: Grant) -> ChannelAccount:
    secrets = {"token": grant.token}
    who = identified(kind, Account("", waiting.server, "", "", secrets))
    with transaction() as session:
        _forget(session, actor)
        return service.connect(
            session,
            actor,
            channel=kind.code,
            server=waiting.server,
            who=who,
            secrets=secrets,
            expires_at=grant.expires_at,
        )


def to_choose(actor: Actor) -> tuple[Kind, Sequence[Identity]]:
    """The accounts that the person's agreement opens. Raises Forbidden, Gone, CannotConnect."""
    kind, offers = _offers(actor)
    return kind, [offer.who for offer in offers]


def choose(actor: Actor, remote_id: str) -> ChannelAccount:
    """Connect one of the accounts on offer. Raises Forbidden, Gone, CannotConnect."""
    kind, offers = _offers(actor)
    chosen = next((offer for offer in offers if offer.who.remote_id == remote_id), None)
    if chosen is None:
        raise CannotConnect(mark("Choose one of the options."))
    return _keep(actor, kind, chosen)


def _wait(
    session: Session, actor: Actor, kind: Kind, *, server: str, state: str, kept: Mapping[str, str]
) -> None:
    """Note that a person is on their way; what they had begun before is over."""
    _forget(session, actor)
    if actor.person_id is None:
        raise Forbidden  # nobody stands at the platform's page for a job
    row = Connecting(
        state_hash=token_hash(state),
        organisation_id=actor.organisation_id,
        person_id=actor.person_id,
        channel=kind.code,
        server=server,
        expires_at=clock.now() + CONNECT_LIFE,
    )
    sealing.seal_connecting(row, kept)
    session.add(row)


def _take(actor: Actor, state: str) -> Connecting:
    """The connection an answer belongs to, used up: of two answers one is taken. Raises Gone."""
    now, state_hash = clock.now(), token_hash(state)
    with transaction() as session:
        row = queries.under_way(session, state_hash=state_hash, now=now)
        taken = session.exec(
            update(Connecting)
            .where(
                col(Connecting.state_hash) == state_hash,
                col(Connecting.person_id) == actor.person_id,
                col(Connecting.organisation_id) == actor.organisation_id,
                col(Connecting.answered_at).is_(None),
                col(Connecting.expires_at) > now,
            )
            .values(answered_at=now)
        )
        if row is None or taken.rowcount != 1:
            raise Gone(TOO_LATE)
        return row


def _forget(session: Session, actor: Actor) -> None:
    session.exec(delete(Connecting).where(col(Connecting.person_id) == actor.person_id))


def _granted(kind: Kind, waiting: Connecting, code: str) -> Grant:
    redirect = absolute(CALLBACK)
    if kind.way is Way.LOGIN:
        return oauth.login_grant(kind.code, _set_app(kind), redirect=redirect, code=code)
    with _still_open():
        kept = sealing.open_connecting(waiting)
        app, verifier = App(kept["client"], kept["secret"]), kept["verifier"]
    return oauth.mastodon_grant(waiting.server, app, redirect=redirect, code=code, verifier=verifier)


def _met(actor: Actor, kind: Kind, waiting: Connecting, code: str) -> ChannelAccount | None:
    """Facebook's answer opens all Pages a person allowed: the only one is kept, several are put to them."""
    grant = oauth.pages_grant(_set_app(kind), redirect=absolute(CALLBACK), code=code)
    offers = oauth.pages_offers(grant.token)
    if not offers:
        raise CannotConnect(mark("This login runs no Page, or gave access to none."))
    if len(offers) == 1:
        return _keep(actor, kind, offers[0])
    with transaction() as session:
        row = session.get_one(Connecting, waiting.id)
        sealing.seal_connecting(row, {"token": grant.token})
        session.add(row)
    return None


def _offers(actor: Actor) -> tuple[Kind, Sequence[Offer]]:
    actor.require(Permission.ADMIN)
    with reading() as session:
        row = queries.to_choose(
            session, organisation_id=actor.organisation_id, person_id=actor.person_id, now=clock.now()
        )
    if row is None:
        raise Gone(TOO_LATE)
    with _still_open():
        token = sealing.open_connecting(row)["token"]
    kind = next(kind for kind in rules.KINDS if kind.code == row.channel)
    with _asking(kind):
        return kind, oauth.pages_offers(token)


def _keep(actor: Actor, kind: Kind, offer: Offer) -> ChannelAccount:
    """A Page's token, got by a long-lived login, holds until it is withdrawn."""
    with transaction() as session:
        _forget(session, actor)
        return service.connect(
            session, actor, channel=kind.code, server="", who=offer.who, secrets={"token": offer.token}
        )


def _set_app(kind: Kind) -> App:
    app = app_given(kind)
    if app is None:
        raise CannotConnect(mark("The administrator of this server has not set this platform up yet."))
    return app


def _app_of(kind: Kind, server: str) -> App:
    """Our registration with a server, made when there is none it is sure to remember.

    Servers forget applications that nobody uses (Mastodon 4.3: after a day), and one made for another
    address of ours would lead people there.
    """
    redirect = absolute(CALLBACK)
    with reading() as session:
        row = queries.app_of(session, kind.code, server)
        used = queries.serves_somebody(session, kind.code, server)
    if row is not None and (used or clock.now() - row.created_at < rules.APP_LIFE):
        with suppress(vault.CannotOpen):  # sealed by a key that is gone: registered anew
            secrets = sealing.open_app(row)
            if secrets.get("redirect") == redirect:
                return App(row.client_id, secrets["secret"])
    with _asking(kind):
        app = oauth.mastodon_register(server, redirect=redirect, website=get_settings().base_url)
    with suppress(IntegrityError), transaction() as session:  # somebody was first: theirs serves the next
        row = queries.app_of(session, kind.code, server) or ChannelApp(
            channel=kind.code, server=server, client_id="", sealed=""
        )
        row.client_id, row.created_at = app.client_id, clock.now()
        sealing.seal_app(row, {"secret": app.client_secret, "redirect": redirect})
        session.add(row)
    return app


def _refused(kind: Kind, answer: Answer) -> CannotConnect:
    if answer.error in ("access_denied", "user_denied"):
        return CannotConnect(
            mark("You did not agree on %(channel)s: nothing was connected.").with_values(channel=kind.name)
        )
    return CannotConnect.said_no(kind.name, answer.said or answer.error)
