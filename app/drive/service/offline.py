"""Gifts that came in cash, by cheque, by transfer or in kind, and sums collected elsewhere.

A large one counts once a second member has seen it. Refuses to change what is entered: an opposite cancels it.
"""

from dataclasses import dataclass, field
from datetime import date, time
from typing import Any

from sqlmodel import Session

from app.campaigns import once
from app.campaigns.models import Campaign
from app.core import clock
from app.core.errors import Conflict, Forbidden
from app.core.i18n import mark
from app.core.ids import new_pid
from app.donations import ledger
from app.donations.aftermath.queries import treasurers
from app.donations.models import Gift, LedgerEntry
from app.donations.rules import EntryKind, GiftState, Tribute, Visibility, Way
from app.drive import queries, rules
from app.drive.models import GiftEntry
from app.drive.queries import Entered
from app.drive.rules import LineState
from app.people import audit
from app.people.rules import Actor, Permission


@dataclass(frozen=True)
class Given:
    """A gift as somebody tells it, in minor units of the campaign's currency. `address` is for a receipt."""

    way: Way
    amount_minor: int
    on_date: date
    donor_name: str = ""
    donor_email: str = ""
    company: str = ""
    company_number: str = ""
    address: dict[str, Any] = field(default_factory=dict)
    visibility: Visibility = Visibility.ORGANISATION
    proof: str = ""

    @property
    def hidden(self) -> bool:
        """Whether the donor is not written down."""
        return self.visibility is Visibility.NOBODY


def enter_gift(session: Session, actor: Actor, campaign: Campaign, given: Given, *, key: str = "") -> Gift:
    """Enter a gift; a large one waits for a second member, unless no other may handle money.

    ``key`` is of the form: the same press again finds the gift. Raises Conflict for a day to come.
    """
    actor.require(Permission.MONEY)
    once.take_turns(session, campaign)
    pid = once.name(key, campaign.pid, given)
    if known := queries.entered(session, campaign, pid):
        return known[0].gift
    if given.on_date > clock.today(campaign.timezone):
        raise Conflict(mark("Money is entered once it is there: this day is still to come."))
    large = rules.needs_second(given.amount_minor, campaign.currency)
    waits = large and len(treasurers(session, campaign.organisation_id)) > 1
    gift = _stored(session, actor, campaign, given, needs_second=waits, pid=pid)
    if not waits:
        _count(session, actor, campaign, gift, given.on_date)
    audit.record(
        session,
        actor,
        "money.gift_entered",
        subject=campaign.title,
        subject_pid=gift.pid,
        amount=given.amount_minor,
        way=given.way.value,
    )
    return gift


def take_transfer(
    session: Session,
    actor: Actor,
    campaign: Campaign,
    *,
    amount_minor: int,
    on_date: date,
    payer: str,
    proof: str,
) -> Gift:
    """A gift the bank itself tells of: it needs nobody else to have seen it. The caller notes it in the journal."""
    given = Given(Way.TRANSFER, amount_minor, on_date, donor_name=payer, proof=proof)
    gift = _stored(session, actor, campaign, given, needs_second=False, pid=new_pid())
    _count(session, actor, campaign, gift, on_date)
    return gift


def see(session: Session, actor: Actor, campaign: Campaign, entered: Entered) -> None:
    """A second member has seen a large gift: from here on it counts.

    Raises Forbidden for who entered it, Conflict when it does not wait.
    """
    actor.require(Permission.MONEY)
    gift, entry = _waiting(session, entered)
    if entry.entered_by == actor.person_id:
        raise Forbidden
    entry.seen_by, entry.seen_at = actor.person_id, clock.now()
    session.add(entry)
    _count(session, actor, campaign, gift, entry.on_date)
    audit.record(session, actor, "money.gift_seen", subject=campaign.title, subject_pid=gift.pid)


def refuse(session: Session, actor: Actor, campaign: Campaign, entered: Entered) -> None:
    """Take a gift that waits off the list: it never counted. Whoever entered it may do so too."""
    actor.require(Permission.MONEY)
    gift, entry = _waiting(session, entered)
    gift.state = GiftState.FAILED
    entry.seen_by, entry.seen_at = actor.person_id, clock.now()
    session.add_all((gift, entry))
    audit.record(session, actor, "money.gift_refused", subject=campaign.title, subject_pid=gift.pid)


def void(session: Session, actor: Actor, campaign: Campaign, entered: Entered, *, reason: str) -> LedgerEntry:
    """Cancel a gift entered wrongly by its opposite; the line of the statement it came from is open again.

    Raises Conflict when it is cancelled already, or does not count yet.
    """
    actor.require(Permission.MONEY)
    gift = entered.gift
    session.refresh(gift, with_for_update=True)
    made = queries.counted(session, gift.id)
    if made is None:
        raise Conflict(mark("This entry is already cancelled."))
    opposite = ledger.cancel(session, campaign, made, reason=reason, by=actor.person_id)
    line = queries.line_of(session, gift.id)
    if line is not None:
        line.state, line.gift_id = LineState.OPEN, None
        session.add(line)
    audit.record(
        session, actor, "money.gift_voided", subject=campaign.title, subject_pid=gift.pid, reason=reason
    )
    return opposite


def declare(
    session: Session,
    actor: Actor,
    campaign: Campaign,
    *,
    amount_minor: int,
    on_date: date,
    origin: str,
    key: str = "",
) -> LedgerEntry:
    """Enter a sum collected elsewhere since the last one, with where it is told.

    The same press of the form with ``key`` again finds the entry. Raises Conflict for a day to come.
    """
    actor.require(Permission.MONEY)
    once.take_turns(session, campaign)
    source = f"declared:{once.name(key, campaign.pid, amount_minor, on_date, origin)}"
    if (before := queries.entry_of_source(session, source)) is not None:
        return before
    if on_date > clock.today(campaign.timezone):
        raise Conflict(mark("Money is entered once it is there: this day is still to come."))
    entry = ledger.record(
        session,
        campaign,
        kind=EntryKind.DECLARED,
        amount_minor=amount_minor,
        source=source,
        on_date=on_date,
        category=campaign.external_name,
        note=origin,
        created_by=actor.person_id,
    )
    audit.record(session, actor, "money.declared", subject=origin, subject_pid=entry.pid, amount=amount_minor)
    return entry


def undeclare(
    session: Session, actor: Actor, campaign: Campaign, entry: LedgerEntry, *, reason: str
) -> LedgerEntry:
    """Cancel a declared sum by its opposite. Raises Conflict the second time."""
    actor.require(Permission.MONEY)
    made = ledger.cancel(session, campaign, entry, reason=reason, by=actor.person_id)
    audit.record(session, actor, "money.undeclared", subject=entry.note, subject_pid=entry.pid, reason=reason)
    return made


def _stored(
    session: Session, actor: Actor, campaign: Campaign, given: Given, *, needs_second: bool, pid: str
) -> Gift:
    hidden = given.hidden
    gift = Gift(
        pid=pid,
        organisation_id=campaign.organisation_id,
        campaign_id=campaign.id,
        amount_minor=given.amount_minor,
        currency=campaign.currency,
        way=given.way,
        state=GiftState.PENDING,
        donor_name="" if hidden else given.donor_name,
        donor_email="" if hidden else given.donor_email,
        visibility=given.visibility,
        company="" if hidden else given.company,
        company_number="" if hidden else given.company_number,
        address={} if hidden else given.address,
        tribute=Tribute.NONE,
        language=campaign.language,
        livemode=True,  # no payment page is asked about it, whatever mode the instance is in
    )
    session.add(gift)
    session.flush()
    session.add(
        GiftEntry(
            gift_id=gift.id,
            on_date=given.on_date,
            proof=given.proof,
            needs_second=needs_second,
            entered_by=actor.person_id,
        )
    )
    session.flush()
    return gift


def _count(session: Session, actor: Actor, campaign: Campaign, gift: Gift, on_date: date) -> None:
    """The gift is there: midday of its day, so that a match of that day counts it."""
    gift.state = GiftState.PAID
    gift.paid_at = min(clock.now(), clock.resolve_wall(on_date, time(12, 0), campaign.timezone))
    session.add(gift)
    ledger.record(
        session,
        campaign,
        kind=EntryKind.IN_KIND if gift.way is Way.IN_KIND else EntryKind.GIFT,
        amount_minor=gift.amount_minor,
        source=f"offline:{gift.pid}",
        on_date=on_date,
        category=gift.way.value,
        gift_id=gift.id,
        created_by=actor.person_id,
    )
    session.flush()


def _waiting(session: Session, entered: Entered) -> tuple[Gift, GiftEntry]:
    gift = entered.gift
    session.refresh(gift, with_for_update=True)
    if gift.state is not GiftState.PENDING:
        raise Conflict(mark("This gift does not wait any more."))
    return gift, entered.entry
