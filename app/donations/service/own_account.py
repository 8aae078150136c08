"""An organisation's own Stripe account: connected by a restricted key, told of by a signed webhook, removed.

The key is tried at Stripe before it is kept, and refused when it lacks a permission: a drive must not open on a
key that cannot refund. No secret is ever shown again.
"""

from dataclasses import dataclass
from datetime import timedelta
from itertools import islice

from sqlmodel import Session

from app.core import clock
from app.core.db import reading, transaction
from app.core.errors import DomainError, NotFound
from app.core.i18n import Message, mark
from app.donations import sealing, tracing
from app.donations.models import StripeAccount
from app.donations.sealing import Secrets
from app.donations.service import doors, inbox
from app.payments.base import AccountFacts, PaymentError, PaymentGateway
from app.payments.door import fits, trying
from app.people import audit
from app.people.rules import Actor

KEPT_SECRETS = 2  # the new one and the one it replaces
LOOK_BACK = timedelta(days=1)
LOOK_AT = 100

_NOBODY = AccountFacts("", "", "", "", charges_enabled=True)


class Refused(DomainError):
    """The key cannot be used; nothing was kept. The message says what to do."""

    status = 422


@dataclass(frozen=True)
class Heard:
    """Of the events Stripe made in the last day, how many it was asked about and how many arrived here."""

    made: int
    arrived: int


def connect(actor: Actor, key: str) -> StripeAccount:
    """Try a key at Stripe and keep it, in the place of one there may be. Raises Refused.

    Another key of the same account keeps the webhook; another account begins anew.
    """
    if not fits(key):
        raise Refused(
            mark(
                "This key is of another mode than this server. Where no real money moves, only keys of the"
                " test account work; where it does, only keys of a live account."
            )
        )
    facts, livemode = _tried(key)
    with transaction() as session:
        row = tracing.stripe_account(session, actor.organisation_id)
        webhook: tuple[str, ...] = ()
        if row is not None and facts.id and row.remote_id == facts.id:
            webhook = _kept_webhook(row)
        elif row is not None:
            _retire(session, row)
            row = None
        row = row or StripeAccount(organisation_id=actor.organisation_id, connected_by=actor.person_id)
        row.remote_id, row.name, row.livemode = facts.id, facts.name[:200], livemode
        row.country, row.currency, row.hint = facts.country, facts.currency, key[-4:]
        sealing.seal(row, Secrets(key, webhook))
        session.add(row)
        _note(session, actor, "money.stripe-connected", row)
        session.flush()
        return row


def add_secret(actor: Actor, secret: str) -> None:
    """Keep the secret of a webhook beside the one it may replace: both vouch until the old one is retired."""
    with transaction() as session:
        row = _own(session, actor)
        kept = doors.secrets_of(row)
        others = tuple(one for one in kept.webhook if one != secret)
        sealing.seal(row, Secrets(kept.key, (secret, *others)[:KEPT_SECRETS]))
        session.add(row)
        _note(session, actor, "money.webhook-secret-added", row)


def retire_secret(actor: Actor) -> None:
    """Let only the newest secret vouch."""
    with transaction() as session:
        row = _own(session, actor)
        kept = doors.secrets_of(row)
        sealing.seal(row, Secrets(kept.key, kept.webhook[:1]))
        session.add(row)
        _note(session, actor, "money.webhook-secret-retired", row)


def listen(actor: Actor) -> Heard:
    """Ask Stripe what it made lately and look whether it arrived here. Raises Refused."""
    with reading() as session:
        row = _own(session, actor)
        gateway = doors.door_for(session, row.pid).gateway
    try:
        made = list(islice(gateway.list_events(clock.now() - LOOK_BACK), LOOK_AT))
    except PaymentError as error:
        raise Refused(_why(error)) from error
    with reading() as session:
        names = [inbox.event_id(event, row.pid) for event in made]
        return Heard(len(made), tracing.arrived(session, names))


def remove(actor: Actor) -> None:
    """Forget the key and the secrets. New gifts go to the instance's account; what came through this one stays."""
    with transaction() as session:
        row = _own(session, actor)
        _retire(session, row)
        _note(session, actor, "money.stripe-removed", row)


def _tried(key: str) -> tuple[AccountFacts, bool]:
    with trying(key) as gateway:
        try:
            facts = _account(gateway)
            missing = gateway.missing_permissions()
        except PaymentError as error:
            raise Refused(_why(error)) from error
    if missing:
        text = mark("The key lacks permissions. Edit it at Stripe, then paste it again: %(names)s.")
        raise Refused(text.with_values(names=", ".join(missing)))
    if not facts.charges_enabled:
        raise Refused(
            mark("Stripe does not let this account take payments yet. Finish its set-up there first.")
        )
    return facts, gateway.livemode


def _account(gateway: PaymentGateway) -> AccountFacts:
    """Whose key it is; a restricted key need not be allowed to say, and works without."""
    try:
        return gateway.get_account()
    except PaymentError as error:
        if error.code == "key_lacks_permission":
            return _NOBODY
        raise


def _why(error: PaymentError) -> Message:
    if error.code == "key_unknown":
        return mark("Stripe does not know this key. Copy it again, whole.")
    if error.code == "key_lacks_permission":
        return mark("The key may not read events. Edit its permissions at Stripe.")
    return mark("Stripe does not answer. Nothing was changed; try again in a minute.")


def _kept_webhook(row: StripeAccount) -> tuple[str, ...]:
    """A new key replaces one whose seal no longer opens too; its webhook secrets are then lost with it."""
    try:
        return doors.secrets_of(row).webhook
    except doors.NoDoor:
        return ()


def _own(session: Session, actor: Actor) -> StripeAccount:
    row = tracing.stripe_account(session, actor.organisation_id)
    if row is None:
        raise NotFound
    return row


def _retire(session: Session, row: StripeAccount) -> None:
    row.sealed, row.secrets, row.removed_at = "", 0, clock.now()
    session.add(row)
    session.flush()


def _note(session: Session, actor: Actor, action: str, row: StripeAccount) -> None:
    audit.record(session, actor, action, subject=row.name or row.remote_id or "Stripe", subject_pid=row.pid)
