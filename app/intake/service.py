"""Filing what the public sends, and every change of where it stands. Two people never decide one item."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, case, literal, or_, tuple_
from sqlmodel import Session, col, select, update

from app.campaigns.models import Campaign
from app.campaigns.rules import Policy
from app.core import clock
from app.core.db import UtcDateTime
from app.intake import queries, rules
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
    if Signal.FLOOD in screening.signals:
        _push_back(session, item, screening)
    return item


def file_again(session: Session, campaign: Campaign, item: Item, screening: Screening) -> None:
    """Its author changed it: it is read again before anyone sees it, unless the policy shows it unread."""
    item.state = ItemState.PENDING
    item.reason = item.reason_text = ""
    item.decided_by = item.decided_at = item.claimed_by = item.claimed_until = item.tell_at = None
    item.forgotten_at = None
    _screened(item, campaign, screening, alike_itself=item.likeness == screening.likeness)
    item.version += 1
    item.changed_at = clock.now()
    session.add(item)


def reworded(session: Session, campaign: Campaign, item: Item, screening: Screening) -> None:
    """A moderator corrected its words with the author's consent: what the words say is looked at again."""
    of_the_form = {Signal.REPEATED, Signal.FLOOD, Signal.HASTE, Signal.UNPROVEN}
    kept = [one for one in item.signals if one["signal"] in of_the_form]
    found = [{"signal": one.value, "found": count} for one, count in screening.signals.items()]
    item.excerpt, item.language = screening.excerpt, screening.language
    item.signals = [*kept, *found]
    item.urgency = rules.urgency(signals(item))
    item.public = rules.is_public(item.state, campaign.moderation, signals(item))
    item.version += 1
    item.changed_at = clock.now()
    session.add(item)


def _screened(item: Item, campaign: Campaign, screening: Screening, *, alike_itself: bool = False) -> None:
    found = dict(screening.signals)
    if alike_itself and found.get(Signal.REPEATED):
        found[Signal.REPEATED] -= 1
    found = {signal: count for signal, count in found.items() if count}
    item.excerpt, item.language = screening.excerpt, screening.language
    item.signals = [{"signal": one.value, "found": count} for one, count in found.items()]
    item.urgency = rules.urgency(found)
    item.source, item.network = screening.source, screening.network
    item.likeness, item.alike = screening.likeness, found.get(Signal.REPEATED, 0)
    item.public = rules.is_public(item.state, campaign.moderation, found)


def _push_back(session: Session, item: Item, screening: Screening) -> None:
    """What came just before from there is part of the flood too: it waits behind the others, seen by nobody.

    A few with proof are left alone by a flood without: they may be a neighbour's.
    """
    proven = Signal.UNPROVEN not in screening.signals
    earlier = queries.earlier_of_flood(session, item)
    with_proof = [one for one in earlier if Signal.UNPROVEN not in signals(one)]
    spared = with_proof if not proven and len(with_proof) <= rules.SOURCE_UNPROVEN else []
    for one in earlier:
        if one in spared:
            continue
        one.signals = [*one.signals, {"signal": Signal.FLOOD.value, "found": 1}]
        one.urgency, one.public = rules.urgency(signals(one)), False
        session.add(one)


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
    step = Step(after, person_id, clock.now(), reason)
    return bool(_moved(session, [item], step, reason_text, []))


@dataclass(frozen=True)
class Step:
    """Where several items go at one instant, by whom, why, and when their authors are told."""

    after: ItemState
    person_id: int | None
    at: datetime
    reason: str = ""
    tell_at: datetime | None = None


def move_all(
    session: Session, items: Sequence[Item], step: Step, *, texts: Mapping[int, str]
) -> Collection[int]:
    """Change where several items stand, as `move` does, but none that somebody else is reading.

    `texts` has what each author reads, by item id. Returns the ids of those that moved: a statement for each text,
    however many items. Rows are held in the order of their ids, so that two who decide at once wait for each other.
    """
    session.execute(
        select(Item.id)
        .where(col(Item.id).in_([item.id for item in items]))
        .order_by(col(Item.id))
        .with_for_update()
    )
    moved: set[int] = set()
    for text in set(texts.values()):
        told = [item for item in items if texts[item.id] == text]
        moved |= _moved(session, told, step, text, [free_for(step.person_id, step.at)])
    return moved


def _may_move(item: Item, after: ItemState) -> bool:
    if item.forgotten_at is not None and after in (ItemState.PENDING, ItemState.ACCEPTED):
        return False  # nothing is left to be read or shown
    return rules.may_become(item.state, after)


def _moved(
    session: Session, items: Sequence[Item], step: Step, text: str, where: Sequence[ColumnElement[bool]]
) -> set[int]:
    as_read = [(item.id, item.version) for item in items if _may_move(item, step.after)]
    if not as_read:
        return set()
    authors = case((col(Item.supporter_id).is_not(None), literal(step.tell_at, UtcDateTime)))
    moved = session.scalars(
        update(Item)
        .where(tuple_(col(Item.id), col(Item.version)).in_(as_read), *where)
        .values(
            state=step.after,
            public=step.after is ItemState.ACCEPTED,
            decided_by=step.person_id,
            decided_at=step.at,
            reason=step.reason,
            reason_text=text,
            claimed_by=None,
            claimed_until=None,
            escalated_at=None,
            tell_at=authors if step.tell_at else None,
            version=col(Item.version) + 1,
            changed_at=step.at,
        )
        .returning(col(Item.id)),
        execution_options={"synchronize_session": False},
    ).all()
    fresh = select(Item).where(col(Item.id).in_(moved)).execution_options(populate_existing=True)
    session.exec(fresh).all()
    return set(moved)


def keep_words(session: Session, words: Mapping[int, str]) -> None:
    """Keep the words some items were decided on, by item id: what their author changes is then seen."""
    if words:
        session.execute(update(Item), [{"id": one, "decided_words": text} for one, text in words.items()])


def free_for(person_id: int | None, now: datetime) -> ColumnElement[bool]:
    """The condition that nobody else is reading an item."""
    return or_(
        col(Item.claimed_by).is_(None), col(Item.claimed_by) == person_id, col(Item.claimed_until) <= now
    )


def withdraw(session: Session, item: Item) -> None:
    """Its author takes it back: whatever anybody decided meanwhile, nobody sees it from now on."""
    item.state, item.public = ItemState.WITHDRAWN, False
    forget(session, item)


def lapse(session: Session, item: Item) -> None:
    """Its time is over: a no stays a no, without the words; anything else goes as if taken back."""
    if item.state in (ItemState.REJECTED, ItemState.RETURNED, ItemState.RESTRICTED):
        forget(session, item)
    else:
        withdraw(session, item)


def forget(session: Session, item: Item) -> None:
    """Nothing stays of what it said, where it came from and what was written about it; that it came still counts."""
    item.excerpt = item.source = item.network = item.likeness = item.escalation = item.reason_text = ""
    item.decided_words = ""
    item.signals = []
    item.claimed_by = item.claimed_until = item.escalated_at = item.tell_at = None
    item.forgotten_at = item.changed_at = clock.now()
    item.version += 1
    session.add(item)


def close_door(session: Session, campaign: Campaign) -> int:
    """The campaign now reads first: what shows unread no longer does. Returns how many that were.

    The other way round nothing changes: what waits was sent to be read first.
    """
    if campaign.moderation is not Policy.PRE:
        return 0
    hidden = session.execute(
        update(Item)
        .where(
            col(Item.campaign_id) == campaign.id,
            col(Item.state) == ItemState.PENDING,
            col(Item.public).is_(True),
        )
        .values(public=False)
        .returning(col(Item.id))
    )
    return len(hidden.all())


def forget_sources(session: Session, ids: Collection[int]) -> None:
    """Forget where some items came from, and the traces by which repeats are known."""
    session.execute(update(Item).where(col(Item.id).in_(ids)).values(source="", network="", likeness=""))


def signals(item: Item) -> Sequence[Signal]:
    """What a machine saw in an item."""
    return [Signal(one["signal"]) for one in item.signals]
