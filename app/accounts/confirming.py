"""Addresses connected by a code that was mailed to them; refuses a code that is old, used up or someone else's.

The code is eight digits: five may be tried in thirty minutes, and the database keeps only its keyed hash.
"""

import secrets as randomness

from sqlmodel import Session, col, delete, update

from app.accounts import queries, rules, sealing, service
from app.accounts.forms import CodeForm, MailForm
from app.accounts.models import ChannelAccount, Connecting
from app.accounts.proving import CannotConnect, identified
from app.accounts.rules import CODE_LIFE, CODE_TRIES, Kind
from app.channels.base import Account
from app.core import clock, ratelimit, vault
from app.core.crypto import keyed_hash, same
from app.core.db import reading, transaction
from app.core.errors import Forbidden, Gone
from app.core.i18n import mark
from app.mail import service as mail
from app.people.models import Organisation, Person
from app.people.rules import Actor, Permission

CONFIRM = "/studio/channels/confirm"
CODE = "mail"  # of the kind: the only one that is confirmed so

OVER = mark("This code has been used, has run out, or was tried five times. Ask for another.")
WRONG = mark("This is not the code we mailed. Check the latest mail.")


def begin(actor: Actor, kind: Kind, form: MailForm) -> None:
    """Mail a code to the address; a code asked for before is over.

    Raises Forbidden, TooMany (five codes an hour to an address, twenty from an organisation).
    """
    actor.require(Permission.ADMIN)
    if actor.person_id is None:
        raise Forbidden  # a job reads no mail
    ratelimit.check("mail-code", form.email, times=5, seconds=3600)
    ratelimit.check("mail-codes-of", str(actor.organisation_id), times=20, seconds=3600)
    code = f"{randomness.randbelow(10**8):08}"
    row = Connecting(
        state_hash=_hash(actor.person_id, form.email, code),
        organisation_id=actor.organisation_id,
        person_id=actor.person_id,
        channel=kind.code,
        expires_at=clock.now() + CODE_LIFE,
    )
    sealing.seal_connecting(row, {"address": form.email})
    with transaction() as session:
        session.exec(delete(Connecting).where(col(Connecting.person_id) == actor.person_id))
        session.add(row)
        _mail(session, actor, form.email, code)


def waiting_address(actor: Actor) -> str:
    """The address whose code is waited for. Raises Forbidden, Gone."""
    actor.require(Permission.ADMIN)
    with reading() as session:
        return _address(_waiting(session, actor))


def finish(actor: Actor, form: CodeForm) -> ChannelAccount:
    """Connect the address whose code this is. Raises Forbidden, Gone, CannotConnect (another code)."""
    actor.require(Permission.ADMIN)
    row = _try(actor)
    address = _address(row)
    if not same(row.state_hash, _hash(row.person_id, address, form.code)):
        raise CannotConnect(WRONG)
    kind = next(kind for kind in rules.KINDS if kind.code == row.channel)
    who = identified(kind, Account("", "", "", "", {"address": address}))
    with transaction() as session:
        if not _use_up(session, row):
            raise Gone(OVER)
        sender = session.get_one(Organisation, actor.organisation_id).name
        return service.connect(
            session,
            actor,
            channel=kind.code,
            server="",
            who=who,
            secrets={"address": address, "sender": sender},
        )


def _try(actor: Actor) -> Connecting:
    """Count one try before the code is looked at, in a transaction of its own: a wrong one stays counted."""
    with transaction() as session:
        row = _waiting(session, actor)
        counted = session.exec(
            update(Connecting)
            .where(col(Connecting.id) == row.id, col(Connecting.tries) < CODE_TRIES)
            .values(tries=col(Connecting.tries) + 1)
        )
        if counted.rowcount != 1:
            raise Gone(OVER)
        return row


def _use_up(session: Session, row: Connecting) -> bool:
    """Of two right answers at one time, one counts."""
    gone = session.exec(delete(Connecting).where(col(Connecting.id) == row.id))
    return gone.rowcount == 1


def _waiting(session: Session, actor: Actor) -> Connecting:
    row = queries.to_confirm(
        session,
        channel=CODE,
        organisation_id=actor.organisation_id,
        person_id=actor.person_id,
        now=clock.now(),
    )
    if row is None or row.tries >= CODE_TRIES:
        raise Gone(OVER)
    return row


def _address(row: Connecting) -> str:
    try:
        return sealing.open_connecting(row)["address"]
    except vault.CannotOpen as error:
        raise Gone(OVER) from error


def _hash(person_id: int, address: str, code: str) -> str:
    return keyed_hash("channel code", str(person_id), address, code)


def _mail(session: Session, actor: Actor, address: str, code: str) -> None:
    """In the language of whoever asks: they are the one to read it."""
    person = session.get_one(Person, actor.person_id)
    context = {
        "code": code,
        "organisation": session.get_one(Organisation, actor.organisation_id).name,
        "person": person.name,
        "minutes": int(CODE_LIFE.total_seconds() // 60),
    }
    mail.queue(session, kind="channel-code", to=address, language=person.language, context=context)
