"""Use cases of the inbox: claim, decide, edit, pass on, look, take back. Two people never decide one thing.

Refuses a decision about words one wrote oneself, about what somebody else is reading, and about what changed since
it was shown.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlmodel import Session, col, select, update

from app.campaigns.models import Campaign
from app.core import clock
from app.core.errors import Conflict, DomainError
from app.core.i18n import Message, mark
from app.core.templating import absolute
from app.intake import screening
from app.intake import service as intake
from app.intake.models import Item
from app.intake.rules import ItemState
from app.mail import service as mail
from app.moderation import queries, reasons
from app.moderation.desks import DESKS
from app.moderation.models import Look
from app.moderation.reasons import Choice
from app.moderation.rules import BECOMES, DECIDABLE, LEASE, UNDO, UNDONE, Verb
from app.people import audit
from app.people.rules import Actor, Role
from app.supporters import service as supporters
from app.supporters.models import Supporter

AT_ONCE = 300
"""How many of the same words one decision takes: a request stays short; the next press takes the rest."""

OWN = mark("Nobody decides about their own words: a colleague does.")
TAKEN = mark("Somebody else is reading this, or it was decided or changed meanwhile. Nothing was done.")
WITH_OWNER = mark("This was passed to an owner, who decides.")
NO_REASON = mark("Choose the reason its author will read.")


class Taken(Conflict):
    """Somebody else reads it, decided it or changed it: the page shows who and what."""

    def __init__(self) -> None:
        super().__init__(TAKEN)


@dataclass(frozen=True)
class Ruling:
    """What a moderator decides: the verb, or None where the reason says which; the reason's code; more words."""

    verb: Verb | None
    reason: str = ""
    more: str = ""


@dataclass
class Outcome:
    """What became of many at once: how many were decided, and why some were not."""

    done: int = 0
    left: list[tuple[Item, Message | str]] = field(default_factory=list)
    more: int = 0  # the same words again, beyond what one request takes


def claim(session: Session, actor: Actor, item: Item) -> bool:
    """Begin to read an item, or go on: it is the actor's for ten minutes. False while somebody else reads it.

    Reading one thing ends the claim on any other, so that nothing stays blocked behind a forgotten tab.
    """
    if item.state not in DECIDABLE:
        return False
    now = clock.now()
    session.execute(
        update(Item)
        .where(col(Item.claimed_by) == actor.person_id, col(Item.id) != item.id)
        .values(claimed_by=None, claimed_until=None)
    )
    held = session.execute(
        update(Item)
        .where(
            col(Item.id) == item.id,
            col(Item.state).in_(DECIDABLE),
            intake.free_for(actor.person_id, now),
        )
        .values(claimed_by=actor.person_id, claimed_until=now + LEASE)
        .returning(col(Item.id))
    ).first()
    session.refresh(item)
    return held is not None


def release(session: Session, actor: Actor, item: Item) -> None:
    """Put an item back for the others."""
    session.execute(
        update(Item)
        .where(col(Item.id) == item.id, col(Item.claimed_by) == actor.person_id)
        .values(claimed_by=None, claimed_until=None)
    )


@dataclass(frozen=True)
class _Settled:
    """A ruling with its reason found: what is done to each item, all at one instant."""

    verb: Verb
    choice: Choice | None
    more: str
    at: datetime


def decide(
    session: Session, actor: Actor, item: Item, ruling: Ruling, *, version: int, alike: bool = False
) -> Outcome:
    """Decide one item as it was shown, and with `alike` all that wait with the same words.

    Raises Taken; Conflict for one's own words, what is with an owner, and what its room refuses.
    """
    settled = _settled(session, actor, ruling)
    _decide(session, actor, item, version, settled, _own(session, [item]), _languages(session, [item]))
    outcome = Outcome(done=1)
    if alike:
        same = queries.alike(session, actor, item, limit=AT_ONCE + 1)
        _each(session, actor, [(one, one.version) for one in same[:AT_ONCE]], settled, outcome)
        outcome.more = len(same) - len(same[:AT_ONCE])
    audit.record(session, actor, _NOTED[settled.verb], count=outcome.done)
    return outcome


def decide_many(
    session: Session, actor: Actor, shown: Sequence[tuple[str, int]], ruling: Ruling, *, alike: bool = False
) -> Outcome:
    """Decide many as they were shown, pid and version, with their repeats if asked. What is read by somebody else,
    changed or one's own stays as it is and is named. Raises Conflict without a reason where one is needed."""
    settled, outcome = _settled(session, actor, ruling), Outcome()
    found = queries.several(session, actor, [pid for pid, _ in shown])
    pairs = [(found[pid], version) for pid, version in shown if pid in found]
    if alike:
        for item, _ in list(pairs):
            same = queries.alike(session, actor, item, limit=AT_ONCE)
            room = max(0, AT_ONCE - len(pairs))
            pairs += [(one, one.version) for one in same[:room]]
            outcome.more += len(same) - len(same[:room])
    _each(session, actor, pairs, settled, outcome)
    if outcome.done:
        audit.record(session, actor, _NOTED[settled.verb], count=outcome.done)
    return outcome


def _each(
    session: Session,
    actor: Actor,
    pairs: Sequence[tuple[Item, int]],
    settled: _Settled,
    outcome: Outcome,
) -> None:
    items = [item for item, _ in pairs]
    own, languages = _own(session, items), _languages(session, items)
    for item, version in pairs:
        try:
            _decide(session, actor, item, version, settled, own, languages)
        except DomainError as refused:
            outcome.left.append((item, refused.message))
        else:
            outcome.done += 1


def _decide(
    session: Session,
    actor: Actor,
    item: Item,
    version: int,
    settled: _Settled,
    own: Mapping[int, int],
    languages: Mapping[int, str],
) -> None:
    if own.get(item.id) == actor.person_id:
        raise Conflict(OWN)
    if item.escalated_at is not None and actor.role is not Role.OWNER:
        raise Conflict(WITH_OWNER)
    if item.version != version or item.state not in DECIDABLE:
        raise Taken
    choice = settled.choice
    # A room may refuse once the item has moved: then this one stays where it was, and the others go on.
    with session.begin_nested():
        moved = intake.move(
            session,
            item,
            BECOMES[settled.verb],
            person_id=actor.person_id,
            reason=choice.code if choice else "",
            reason_text=reasons.told(choice, languages[item.id], settled.more) if choice else "",
            unless_read_by_another=True,
            tell_at=settled.at + UNDO if choice and item.supporter_id else None,
            at=settled.at,
        )
        if not moved:
            raise Taken
        DESKS[item.kind].decided(session, actor, item)


def _settled(session: Session, actor: Actor, ruling: Ruling) -> _Settled:
    """A ruling with its reason; accepting needs none. Raises Conflict."""
    now = clock.now()
    if ruling.verb is Verb.ACCEPT:
        return _Settled(Verb.ACCEPT, None, "", now)
    for choice in reasons.choices(session, actor.organisation_id):
        if choice.code == ruling.reason and ruling.verb in (None, choice.verb):
            return _Settled(choice.verb, choice, ruling.more, now)
    raise Conflict(NO_REASON)


def _own(session: Session, items: Sequence[Item]) -> dict[int, int]:
    """Which members wrote some items themselves."""
    own: dict[int, int] = {}
    for kind in {item.kind for item in items}:
        own |= DESKS[kind].authors(session, [item for item in items if item.kind is kind])
    return own


def _languages(session: Session, items: Sequence[Item]) -> dict[int, str]:
    """In which language each author reads: their own, or the campaign's."""
    campaigns = {item.campaign_id for item in items}
    authors = {item.supporter_id for item in items if item.supporter_id}
    spoken = dict(
        session.exec(select(Campaign.id, Campaign.language).where(col(Campaign.id).in_(campaigns))).all()
    )
    known: dict[int, str] = {}
    if authors:
        rows = session.exec(select(Supporter.id, Supporter.language).where(col(Supporter.id).in_(authors)))
        known = dict(rows.all())
    return {item.id: known.get(item.supporter_id or 0) or spoken[item.campaign_id] for item in items}


_NOTED = {Verb.ACCEPT: "item.accepted", Verb.RETURN: "item.returned", Verb.REJECT: "item.refused"}


def undo(session: Session, actor: Actor, *, at: datetime) -> int:
    """Take back what the actor decided at an instant of the last ten minutes; returns how many wait again.

    What its author changed or withdrew since stays as it is.
    """
    if at <= clock.now() - UNDO:
        raise Conflict(mark("This can no longer be taken back: its author has been told."))
    count = 0
    for item in queries.decided_at(session, actor, at):
        if item.state in UNDONE and intake.move(session, item, ItemState.PENDING):
            DESKS[item.kind].decided(session, actor, item)
            count += 1
    if count:
        audit.record(session, actor, "item.undone", count=count)
    return count


def escalate(session: Session, actor: Actor, item: Item, *, version: int, note: str) -> None:
    """Pass an item to the owners, with words that say why; they are told by mail. Raises Taken."""
    if item.version != version or item.state is not ItemState.PENDING:
        raise Taken
    now = clock.now()
    passed = session.execute(
        update(Item)
        .where(
            col(Item.id) == item.id,
            col(Item.version) == version,
            intake.free_for(actor.person_id, now),
        )
        .values(
            escalated_at=now,
            escalated_by=actor.person_id,
            escalation=note,
            claimed_by=None,
            claimed_until=None,
            version=version + 1,
        )
        .returning(col(Item.id))
    ).first()
    if passed is None:
        raise Taken
    session.refresh(item)
    audit.record(session, actor, "item.escalated", subject_pid=item.pid)
    for address, language in queries.moderators(session, item.organisation_id, owners_only=True):
        mail.queue(
            session,
            kind="item-escalated",
            to=address,
            language=language,
            context={"who": actor.name, "url": absolute(f"/studio/inbox/{item.pid}")},
        )


def edit(session: Session, actor: Actor, item: Item, *, version: int, words: Mapping[str, str]) -> None:
    """Correct the words of an item whose author agreed to it. Raises Taken, or Conflict without their consent."""
    if item.version != version or not claim(session, actor, item):
        raise Taken
    desk = DESKS[item.kind]
    if desk.authors(session, [item]).get(item.id) == actor.person_id:
        raise Conflict(OWN)
    desk.edit(session, actor, item, words)
    session.flush()
    campaign = session.get_one(Campaign, item.campaign_id)
    shown = desk.show(session, [item])[item.id]
    intake.reworded(session, campaign, item, screening.screen_words(session, campaign, shown.text))
    audit.record(session, actor, "item.edited", subject_pid=item.pid)


def look(session: Session, actor: Actor, item: Item) -> None:
    """See what is masked in an item; the journal keeps who asked."""
    if actor.person_id is None or queries.looked(session, actor, item):
        return
    session.add(Look(item_id=item.id, person_id=actor.person_id))
    audit.record(session, actor, "item.looked", subject_pid=item.pid)


def tell_authors(session: Session, *, limit: int = 100) -> int:
    """Mail the reason to authors whose words were returned or refused longer ago than a decision can be taken back."""
    due = session.exec(
        select(Item, Supporter)
        .join(Supporter, col(Supporter.id) == col(Item.supporter_id))
        .where(col(Item.tell_at) <= clock.now())
        .order_by(col(Item.tell_at))
        .limit(limit)
        .with_for_update(of=Item, skip_locked=True)
    ).all()
    for item, supporter in due:
        if supporter.email and item.state in (ItemState.RETURNED, ItemState.REJECTED):
            campaign = session.get_one(Campaign, item.campaign_id)
            mail.queue(
                session,
                kind="item-decided",
                to=supporter.email,
                language=supporter.language,
                context={
                    "campaign": campaign,
                    "returned": item.state is ItemState.RETURNED,
                    "reason": item.reason_text,
                    "url": supporters.new_link(session, supporter, mailed=True),
                },
            )
        item.tell_at = None
        session.add(item)
    return len(due)
