"""Sponsors: what one promises to add, the end of it, and the payment that brings it into the ledger.

Refuses to make a promise smaller than what the public was told, and to book more than the sponsor promised.
"""

from datetime import date, datetime

from sqlmodel import Session

from app.campaigns import once
from app.campaigns.models import Campaign
from app.core import clock
from app.core.errors import Conflict
from app.core.i18n import mark
from app.donations import ledger
from app.donations.models import LedgerEntry
from app.donations.rules import EntryKind
from app.drive import queries
from app.drive.models import SponsorMatch
from app.people import audit
from app.people.rules import Actor, Permission


def add_match(
    session: Session,
    actor: Actor,
    campaign: Campaign,
    *,
    sponsor: str,
    percent: int,
    cap_minor: int,
    starts_at: datetime,
    ends_at: datetime,
    rest_given: bool,
    key: str = "",
) -> SponsorMatch:
    """Announce that a sponsor adds `percent` of each gift paid between two instants, up to a cap.

    The same press of the form with ``key`` again finds the match.
    """
    actor.require(Permission.MONEY)
    once.take_turns(session, campaign)
    pid = once.name(key, campaign.pid, sponsor, percent, cap_minor, starts_at, ends_at, rest_given)
    if (before := queries.match(session, campaign, pid)) is not None:
        return before
    row = SponsorMatch(
        pid=pid,
        organisation_id=campaign.organisation_id,
        campaign_id=campaign.id,
        sponsor=sponsor,
        percent=percent,
        cap_minor=cap_minor,
        currency=campaign.currency,
        starts_at=starts_at,
        ends_at=ends_at,
        rest_given=rest_given,
        created_by=actor.person_id,
    )
    session.add(row)
    session.flush()
    audit.record(session, actor, "money.match_added", subject=sponsor, subject_pid=row.pid, cap=cap_minor)
    return row


def change_match(
    session: Session,
    actor: Actor,
    row: SponsorMatch,
    *,
    sponsor: str,
    percent: int,
    cap_minor: int,
    starts_at: datetime,
    ends_at: datetime,
    rest_given: bool,
) -> None:
    """Change a match. Once it has begun it may only become larger or last longer: the public read its terms.

    Raises Conflict otherwise.
    """
    actor.require(Permission.MONEY)
    now = clock.now()
    if row.starts_at <= now:
        same = (percent, starts_at) == (row.percent, row.starts_at) and rest_given >= row.rest_given
        if not same or cap_minor < row.cap_minor or ends_at < row.ends_at or row.ends_at <= now:
            raise Conflict(
                mark("It has begun: its amount may rise and its end may come later, nothing else changes.")
            )
    row.sponsor, row.percent, row.cap_minor = sponsor, percent, cap_minor
    row.starts_at, row.ends_at, row.rest_given = starts_at, ends_at, rest_given
    session.add(row)
    audit.record(session, actor, "money.match_changed", subject=sponsor, subject_pid=row.pid, cap=cap_minor)


def end_match(session: Session, actor: Actor, campaign: Campaign, row: SponsorMatch) -> None:
    """End a match now, or take it back before it begins. What it came to stays owed.

    Raises Conflict when it is over, or paid for before it began.
    """
    actor.require(Permission.MONEY)
    now = clock.now()
    if row.ends_at <= now:
        raise Conflict(mark("This match is over already."))
    if row.starts_at >= now:
        if queries.payments(session, campaign, row):
            raise Conflict(mark("The sponsor has paid already: cancel the payment first."))
        session.delete(row)
    else:
        row.ends_at = now
        session.add(row)
    audit.record(session, actor, "money.match_ended", subject=row.sponsor, subject_pid=row.pid)


def book_payment(
    session: Session,
    actor: Actor,
    campaign: Campaign,
    row: SponsorMatch,
    *,
    amount_minor: int,
    on_date: date,
    note: str,
    key: str = "",
) -> LedgerEntry:
    """Enter what the sponsor paid; the same press of the form with ``key`` again finds the entry.

    Raises Conflict beyond the cap, and for a day to come.
    """
    actor.require(Permission.MONEY)
    session.refresh(row, with_for_update=True)  # two members who book at once take turns
    source = f"match:{row.pid}:{once.name(key, amount_minor, on_date, note)}"
    if (before := queries.entry_of_source(session, source)) is not None:
        return before
    if on_date > clock.today(campaign.timezone):
        raise Conflict(mark("Money is entered once it is there: this day is still to come."))
    if queries.received(session, campaign, row) + amount_minor > row.cap_minor:
        raise Conflict(mark("This is more than the sponsor promised. What is given beyond is a gift."))
    entry = ledger.record(
        session,
        campaign,
        kind=EntryKind.MATCH,
        amount_minor=amount_minor,
        source=source,
        on_date=on_date,
        category=row.sponsor[:80],
        note=note,
        created_by=actor.person_id,
    )
    audit.record(
        session, actor, "money.match_paid", subject=row.sponsor, subject_pid=row.pid, amount=amount_minor
    )
    return entry


def undo_payment(
    session: Session, actor: Actor, campaign: Campaign, row: SponsorMatch, entry: LedgerEntry, *, reason: str
) -> LedgerEntry:
    """Cancel a payment entered wrongly by its opposite. Raises Conflict the second time."""
    actor.require(Permission.MONEY)
    session.refresh(row, with_for_update=True)
    made = ledger.cancel(session, campaign, entry, reason=reason, by=actor.person_id)
    audit.record(
        session, actor, "money.match_unpaid", subject=row.sponsor, subject_pid=row.pid, reason=reason
    )
    return made
