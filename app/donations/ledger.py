"""The one door to the ledger: entries are added, each fact once, and never changed; an opposite cancels one."""

from datetime import date

from sqlmodel import Session, select

from app.campaigns.models import Campaign
from app.core import clock
from app.core.db import insert_into
from app.core.errors import Conflict
from app.core.i18n import mark
from app.core.ids import new_pid
from app.donations.models import LedgerEntry
from app.donations.rules import EntryKind


def record(
    session: Session,
    campaign: Campaign,
    *,
    kind: EntryKind,
    amount_minor: int,
    source: str,
    on_date: date,
    currency: str = "",
    category: str = "",
    note: str = "",
    gift_id: int | None = None,
    evidence_media_id: int | None = None,
    evidence_note: str = "",
    corrects_id: int | None = None,
    created_by: int | None = None,
) -> LedgerEntry:
    """Add an entry in minor units, of the campaign's currency unless given, signed as it moves the balance.

    `source` names the fact ("stripe:charge:ch_…"): the second time it is told, however concurrently,
    the entry that stands is returned and nothing is added.
    """
    session.execute(
        insert_into(session, LedgerEntry)
        .values(
            pid=new_pid(),
            organisation_id=campaign.organisation_id,
            campaign_id=campaign.id,
            kind=kind,
            amount_minor=amount_minor,
            currency=currency or campaign.currency,
            category=category,
            note=note,
            gift_id=gift_id,
            evidence_media_id=evidence_media_id,
            evidence_note=evidence_note,
            corrects_id=corrects_id,
            source=source,
            on_date=on_date,
            created_by=created_by,
            created_at=clock.now(),
        )
        .on_conflict_do_nothing(index_elements=["source"])
    )
    return session.exec(select(LedgerEntry).where(LedgerEntry.source == source)).one()


def is_cancelled(session: Session, entry_id: int) -> bool:
    """Whether an opposite entry cancels this one."""
    return session.exec(select(LedgerEntry.id).where(LedgerEntry.corrects_id == entry_id)).first() is not None


def cancel(
    session: Session, campaign: Campaign, entry: LedgerEntry, *, reason: str, by: int | None
) -> LedgerEntry:
    """Cancel an entry by its opposite of today; both stay. `by` is the member's row id.

    Raises Conflict the second time, also for two members at once: the entry's row is locked, not changed.
    """
    session.refresh(entry, with_for_update=True)
    if is_cancelled(session, entry.id):
        raise Conflict(mark("This entry is already cancelled."))
    return record(
        session,
        campaign,
        kind=EntryKind.CORRECTION,
        amount_minor=-entry.amount_minor,
        source=f"correction:{entry.pid}",
        on_date=clock.today(campaign.timezone),
        currency=entry.currency,
        category=entry.category,
        note=reason,
        gift_id=entry.gift_id,
        corrects_id=entry.id,
        created_by=by,
    )
