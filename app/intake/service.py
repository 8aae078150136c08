"""Filing what the public sends, and every change of where it stands. Two people never decide one item."""

from collections.abc import Sequence

from sqlmodel import Session, col, update

from app.campaigns.models import Campaign
from app.core import clock
from app.intake import rules
from app.intake.models import Item
from app.intake.rules import ItemState, Kind, Signal
from app.intake.screening import Screening


def file(
    session: Session,
    campaign: Campaign,
    *,
    kind: Kind,
    subject_id: int,
    screening: Screening,
    supporter_id: int | None = None,
) -> Item:
    """Put something new into the inbox; public at once only where the campaign's policy and the signals allow."""
    item = Item(
        organisation_id=campaign.organisation_id,
        campaign_id=campaign.id,
        kind=kind,
        subject_id=subject_id,
        supporter_id=supporter_id,
    )
    _screened(item, campaign, screening)
    session.add(item)
    session.flush()
    return item


def file_again(session: Session, campaign: Campaign, item: Item, screening: Screening) -> None:
    """Its author changed it: it is read again before anyone sees it, unless the policy shows it unread."""
    item.state = ItemState.PENDING
    item.reason = item.reason_text = ""
    item.decided_by = item.decided_at = item.claimed_by = item.claimed_until = None
    _screened(item, campaign, screening)
    item.version += 1
    item.changed_at = clock.now()
    session.add(item)


def _screened(item: Item, campaign: Campaign, screening: Screening) -> None:
    item.excerpt, item.language = screening.excerpt, screening.language
    item.signals = [{"signal": one.value, "found": found} for one, found in screening.signals.items()]
    item.urgency, item.source, item.likeness = screening.urgency, screening.source, screening.likeness
    item.public = rules.is_public(item.state, campaign.moderation, screening.signals)


def move(
    session: Session,
    item: Item,
    after: ItemState,
    *,
    person_id: int | None = None,
    reason: str = "",
    reason_text: str = "",
) -> bool:
    """Change where an item stands, if it still stands where the caller read it; False when it does not.

    Only an accepted item is public afterwards. Ends any claim.
    """
    if not rules.may_become(item.state, after):
        return False
    now = clock.now()
    moved = session.execute(
        update(Item)
        .where(col(Item.id) == item.id, col(Item.version) == item.version)
        .values(
            state=after,
            public=after is ItemState.ACCEPTED,
            decided_by=person_id,
            decided_at=now,
            reason=reason,
            reason_text=reason_text,
            claimed_by=None,
            claimed_until=None,
            version=item.version + 1,
            changed_at=now,
        )
        .returning(col(Item.id))
    ).first()
    if moved is None:
        return False
    session.refresh(item)
    return True


def withdraw(session: Session, item: Item) -> None:
    """Its author takes it back: whatever anybody decided meanwhile, nobody sees it from now on."""
    item.state, item.public = ItemState.WITHDRAWN, False
    item.excerpt, item.signals, item.likeness = "", [], ""
    item.claimed_by = item.claimed_until = None
    item.version += 1
    item.changed_at = clock.now()
    session.add(item)


def signals(item: Item) -> Sequence[Signal]:
    """What a machine saw in an item."""
    return [Signal(one["signal"]) for one in item.signals]
