"""E-mail: hands a post to this instance's own mail room, once for each recipient; refuses to say more than it knows.

The mail room is the platform: a mail is queued under a key made from the ticket's, and the same key never queues
a second one. SENT means queued, not read nor delivered: what the recipient's server answers stays with the queue,
which tries again for a day. Secrets of an account: {"address": where to, "sender": the organisation's name}.
"""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.exc import SQLAlchemyError

from app.channels import text, tries
from app.channels.base import (
    Account,
    Attachment,
    Fault,
    Identity,
    Limits,
    Outcome,
    Piece,
    ReconnectNeeded,
    Renewed,
    Report,
    Ticket,
)
from app.channels.tries import MayBePublic, SaidNo, T
from app.core import clock
from app.core.db import reading, transaction
from app.mail import queries as room
from app.mail import service as mail
from app.mail.models import MailState
from app.mail.rules import KEPT

LIMITS = Limits(text=10_000, media=10)
KINDS = ("image/jpeg", "image/png", "image/gif", "image/webp")
COLUMN = 560  # pixels, as `layouts/mail.html` has it
SUBJECT = 120  # characters; longer ones are cut by every mail program
HANDED_OVER = "handed to the mail room"
LANGUAGES = ("fr", "en")


class Mail:
    """One confirmed address, such as a mailing list or a newsletter's inbox."""

    code = "mail"
    name = "E-mail"
    in_flight = 20
    renews_before: timedelta | None = None

    def limits(self, account: Account | None = None) -> Limits:
        """Ours: mail has no limits that one could know."""
        return LIMITS

    def check(self, piece: Piece, limits: Limits | None = None) -> Sequence[Fault]:
        """What we would not put into a mail: a video, a story, more words than anybody reads."""
        return text.faults(piece, limits or LIMITS, len, KINDS)

    def key(self, pid: str, position: int, due_at: datetime) -> str:
        """What the keys of the mails are made from."""
        return tries.plain_key(pid, position, due_at)

    def publish(self, account: Account, piece: Piece, ticket: Ticket) -> Report:
        """Queue the mails, all or none; those a former try with this ticket queued stay the only ones."""

        def work() -> Report:
            tries.refuse(self.check(piece))
            with tries.Progress(ticket).asking():
                _asking_the_room(lambda: _queue(account, piece, ticket))
            return Report(Outcome.SENT, HANDED_OVER, remote_id=ticket.key)

        return tries.attempt(account, ticket, lambda: self.look_up(account, piece, ticket), work)

    def look_up(self, account: Account, piece: Piece, ticket: Ticket) -> Report:
        """What the mail room says of this ticket's mails; REFUSED when one came back."""

        def work() -> Report:
            if clock.now() - ticket.started_at >= KEPT:
                return Report(Outcome.UNKNOWN, "the mail room forgets after thirty days")
            return _asking_the_room(lambda: _seen(account, ticket))

        return tries.looked_up(account, work)

    def identify(self, account: Account) -> Identity:
        """The address itself: that it is theirs was proved by a code. Raises ReconnectNeeded."""
        addresses = recipients(account)
        return Identity(addresses[0], handle=addresses[0])

    def renew(self, account: Account) -> Renewed:
        """A confirmed address stays one."""
        return Renewed(account.secrets)


def recipients(account: Account) -> Sequence[str]:
    """Whom an account writes to: its confirmed address. Addresses of followers would be resolved here."""
    address = account.secrets.get("address", "")
    if not address:
        raise ReconnectNeeded("no address was confirmed")
    return [address]


def subject(piece: Piece, sender: str) -> str:
    """The first line of the words, cut at a word; where there are none, what stands in their place."""
    lines = (line for said in (piece.text, piece.label) for line in said.splitlines())
    alts = (one.alt for one in piece.media)
    line = next(
        (found for given in (*lines, *alts, sender) if (found := " ".join(given.split()))), "Septaine"
    )
    if len(line) <= SUBJECT:
        return line
    return (line[:SUBJECT].rpartition(" ")[0] or line[: SUBJECT - 1]).rstrip(" ,;:–-") + "…"


def _queue(account: Account, piece: Piece, ticket: Ticket) -> None:
    """Raises SaidNo for an address that no mail can be written to."""
    context, language = _context(account, piece), piece.language if piece.language in LANGUAGES else "en"
    with transaction() as session:
        for address in recipients(account):
            try:
                mail.queue_once(
                    session,
                    key=_key(ticket, address),
                    kind="post",
                    to=address,
                    language=language,
                    context=context,
                )
            except mail.UnsafeAddress as error:
                raise SaidNo("the address cannot be written to") from error


def _context(account: Account, piece: Piece) -> Mapping[str, Any]:
    sender = account.secrets.get("sender", "")
    return {
        "subject": subject(piece, sender),
        "parts": text.parts_of(piece),
        "pictures": [_fitted(one) for one in piece.media],
        "sender": sender,
        "language": piece.language,
    }


def _fitted(one: Attachment) -> Attachment:
    """A picture as wide as the column of a mail at most: some mail programs obey attributes only."""
    width = min(one.width, COLUMN)
    return replace(
        one, width=width, height=round(one.height * width / one.width) if one.width else one.height
    )


def _seen(account: Account, ticket: Ticket) -> Report:
    """SENT once all mails are queued: the same ticket may be repeated until they are."""
    with reading() as session:
        mails = [room.by_key(session, _key(ticket, address)) for address in recipients(account)]
    found = [one for one in mails if one is not None]
    if len(found) < len(mails):
        return Report(Outcome.LATER, "the mail room has no such mail")
    failed = next((one for one in found if one.state is MailState.FAILED), None)
    if failed is None:
        return Report(Outcome.SENT, HANDED_OVER, remote_id=ticket.key)
    outcome = Outcome.UNKNOWN if failed.unsure else Outcome.REFUSED
    return Report(outcome, tries.scrub(failed.error, account))


def _key(ticket: Ticket, address: str) -> str:
    return f"{ticket.key}-{hashlib.sha256(address.encode()).hexdigest()[:16]}"


def _asking_the_room(work: Callable[[], T]) -> T:
    """The mail room is a table: one that does not answer leaves in doubt whether it kept the mail."""
    try:
        return work()
    except SQLAlchemyError as error:
        raise MayBePublic(f"the mail room did not answer ({type(error).__name__})") from error
