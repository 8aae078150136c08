"""What the log's tests tell in public: a promise, an entry with its opposite, an update with a figure."""

from collections.abc import Sequence
from decimal import Decimal

from sqlmodel import Session

from app.campaigns.models import Campaign
from app.donations.models import LedgerEntry
from app.impact import spending, updating
from app.impact.models import Promise
from app.people.rules import Actor
from app.transparency import service
from tests.impact.stage import used


def spend_and_undo(session: Session, owner: Actor, campaign: Campaign, minor: int, note: str) -> LedgerEntry:
    """Money used, cancelled by its opposite."""
    spend = spending.enter(session, owner, campaign, used(campaign, minor, note=note))
    entry = session.get_one(LedgerEntry, spend.ledger_entry_id)
    spending.undo(session, owner, campaign, entry, reason="saisi deux fois")
    return entry


def tell(session: Session, owner: Actor, campaign: Campaign, promise: Promise, spends: Sequence[int]) -> None:
    """An update that measures the promise and names ledger entries; everything public is sealed."""
    update = updating.write_update(
        session,
        owner,
        campaign,
        update=None,
        title="La rentrée",
        body="Vingt-quatre adultes sont inscrits depuis lundi.",
        figures={promise.id: Decimal(24)},
        spends=spends,
    )
    updating.publish_update(session, owner, campaign, update)
    service.seal_now(session, campaign)
    session.commit()
