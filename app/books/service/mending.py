"""What a member can do about a difference: have Stripe asked again, book it, take it back, explain it.

Nothing in the ledger is changed: what is booked is a line of its own, what is taken back is a linked opposite.
"""

from sqlmodel import Session

from app.books import queries
from app.books.models import Finding
from app.books.rules import Cause, FindingState
from app.books.service import comparing
from app.campaigns.models import Campaign
from app.core import clock
from app.core.db import reading
from app.core.errors import Conflict
from app.core.i18n import mark
from app.donations import ledger
from app.donations.rules import EntryKind
from app.donations.service import doors
from app.people import audit
from app.people.rules import Actor, Permission

_CLOSED = mark("This difference is settled already.")
BOOKABLE = (Cause.ADJUSTMENT, Cause.FEE, Cause.DISPUTE)


def ask(account: str, key: str) -> None:
    """Have the payment behind a difference read again at Stripe, and everything of the account compared.

    Holds no transaction of the caller. Raises PaymentError when Stripe does not answer, NoDoor when the account
    is not connected any more.
    """
    gateway = doors.gateway_for(account)
    with reading() as session:
        source = queries.source_of(session, account, key)
    comparing.ask_again(gateway, source)
    comparing.compare(gateway)


def book_cost(session: Session, actor: Actor, finding: Finding, campaign: Campaign) -> None:
    """Enter what Stripe took or gave by itself as a fee of a campaign. Raises Conflict."""
    _open(actor, finding)
    if finding.cause not in BOOKABLE:
        raise Conflict(mark("Only a cost or a correction by Stripe can be booked to a campaign."))
    if campaign.currency != finding.currency:
        raise Conflict(mark("This campaign’s ledger is in another currency."))
    ledger.record(
        session,
        campaign,
        kind=EntryKind.FEE,
        amount_minor=finding.stripe_minor - finding.ledger_minor,
        source=f"{queries.own_source(finding.account)}{finding.pid}-{_round(session, finding)}:{finding.key}",
        on_date=clock.today(campaign.timezone),
        note=finding.key,
        created_by=actor.person_id,
    )
    finding.campaign_id = campaign.id
    _close(session, actor, finding, FindingState.MENDED, "books.booked")


def take_back(session: Session, actor: Actor, finding: Finding) -> None:
    """Enter the opposite of each line about a thing that Stripe does not have. Raises Conflict."""
    _open(actor, finding)
    if finding.cause is not Cause.UNBOOKED:
        raise Conflict(mark("Stripe has a movement for this: it cannot be taken back here."))
    entries = queries.entries_of(session, finding.account, finding.key)
    corrected = {entry.corrects_id for entry in entries}
    for entry in entries:
        if entry.corrects_id is None and entry.id not in corrected:
            campaign = queries.campaign(session, entry.campaign_id)
            ledger.record(
                session,
                campaign,
                kind=EntryKind.CORRECTION,
                amount_minor=-entry.amount_minor,
                currency=entry.currency,
                source=f"{queries.own_source(finding.account)}{entry.pid}:{finding.key}",
                on_date=clock.today(campaign.timezone),
                gift_id=entry.gift_id,
                corrects_id=entry.id,
                created_by=actor.person_id,
            )
    _close(session, actor, finding, FindingState.MENDED, "books.taken_back")


def explain(session: Session, actor: Actor, finding: Finding, note: str) -> None:
    """Say why a difference is right and concerns no campaign; it stays explained while its amounts stay."""
    _open(actor, finding)
    finding.note = note
    _close(session, actor, finding, FindingState.EXPLAINED, "books.explained")


def reopen(session: Session, actor: Actor, finding: Finding) -> None:
    """Take an explanation back. Raises Conflict for what is not explained."""
    actor.require(Permission.MONEY)
    if finding.state is not FindingState.EXPLAINED:
        raise Conflict(mark("Only an explanation can be taken back."))
    finding.state, finding.closed_at, finding.closed_by = FindingState.OPEN, None, None
    session.add(finding)
    _note(session, actor, finding, "books.reopened")


def _round(session: Session, finding: Finding) -> int:
    """How many lines about this thing there are: a second booking is another line."""
    return len(queries.entries_of(session, finding.account, finding.key))


def _open(actor: Actor, finding: Finding) -> None:
    actor.require(Permission.MONEY)
    if finding.state is not FindingState.OPEN:
        raise Conflict(_CLOSED)


def _close(session: Session, actor: Actor, finding: Finding, state: FindingState, action: str) -> None:
    finding.state, finding.closed_at, finding.closed_by = state, clock.now(), actor.person_id
    session.add(finding)
    session.flush()
    _note(session, actor, finding, action)


def _note(session: Session, actor: Actor, finding: Finding, action: str) -> None:
    audit.record(session, actor, action, subject=finding.key, subject_pid=finding.pid)
