"""The account of the demo: a real webhook, signed like any other, that delivers to this server's own inbox."""

import hashlib
import secrets

from sqlmodel import Session

from app.accounts import inbox, queries, sealing, service
from app.accounts.models import ChannelAccount
from app.channels.base import Identity
from app.core import i18n, vault
from app.core.db import reading, transaction
from app.core.i18n import mark
from app.core.templating import absolute
from app.people import queries as people
from app.people.rules import Actor

NAME = mark("Inbox of the demo")


def connect(session: Session, owner: Actor) -> ChannelAccount:
    """Connect the inbox for an organisation, in its language."""
    organisation = people.organisation(session, owner)
    with i18n.speaking(organisation.language):
        name = str(NAME)
    known_as = hashlib.sha256(f"{inbox.PATH} of {organisation.pid}".encode()).hexdigest()[:32]
    return service.connect(
        session,
        owner,
        channel="webhook",
        server="",
        who=Identity(known_as, "127.0.0.1", name, absolute(inbox.PATH)),
        secrets={"address": inbox.address(), "secret": secrets.token_urlsafe(32)},
    )


def follow_the_server() -> None:
    """The demo may be started again on another port: its accounts deliver where its inbox now is."""
    with reading() as session:
        moved = [row for row in queries.connected(session, "webhook") if _has_moved(row)]
    if not moved:
        return
    with transaction() as session:
        for row in moved:
            present = session.get_one(ChannelAccount, row.id)
            sealing.seal_account(present, sealing.open_account(present) | {"address": inbox.address()})
            present.url = absolute(inbox.PATH)
            session.add(present)


def _has_moved(row: ChannelAccount) -> bool:
    try:
        at = sealing.open_account(row)["address"]
    except vault.CannotOpen:
        return False
    return at.endswith(inbox.PATH) and at != inbox.address()
