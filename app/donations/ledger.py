"""The one door to the ledger: entries are added, each fact once, and never changed."""

from datetime import date

from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, select

from app.campaigns.models import Campaign
from app.core import clock
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
    insert = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    session.execute(
        insert(LedgerEntry)
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
