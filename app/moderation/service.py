"""Use cases of the inbox: claim, decide, edit, pass on, look, take back. Two people never decide one thing.

Refuses a decision about words one wrote oneself, about what somebody else is reading, and about what changed since
it was shown.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlmodel import Session, col, or_, select, update

from app.campaigns.models import Campaign
from app.core import clock
from app.core.errors import Conflict
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
from app.moderation.rules import BECOMES, DECIDABLE, LEASE, UNDO, Verb
from app.people import audit
from app.people.models import Person
from app.people.rules import Actor, Role
from app.supporters.models import Supporter

Shown = tuple[Item, int]
"""An item, and the version of it that somebody saw."""

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
    """What became of many at once: which were decided, by pid, and why some were not."""

    done: list[str] = field(default_factory=list)
    left: list[tuple[Item, Message]] = field(default_factory=list)
    more: int = 0  # the same words again, beyond what one request takes


def claim(session: Session, actor: Actor, item: Item) -> bool:
    """Begin to read an item, or go on: it is the actor's for ten minutes. False while somebody else reads it.

    Reading one thing ends the claim on any other, so that nothing stays blocked behind a forgotten tab. What the
    actor may not decide, they read without keeping it from whoever may.
    """
    if item.state not in DECIDABLE or _with_owner(actor, item) or _own(session, actor, item):
        return False
    now = clock.now()
    _take_turns(session, actor, item)
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


def _take_turns(session: Session, actor: Actor, item: Item) -> None:
    """Two tabs of one moderator take turns, and two moderators who swap what they read lock it in one order."""
    session.exec(select(Person.id).where(Person.id == actor.person_id).with_for_update(key_share=True))
    touched = or_(col(Item.claimed_by) == actor.person_id, col(Item.id) == item.id)
    session.exec(select(Item.id).where(touched).order_by(col(Item.id)).with_for_update())


def _with_owner(actor: Actor, item: Item) -> bool:
    return item.escalated_at is not None and actor.role is not Role.OWNER


def _own(session: Session, actor: Actor, item: Item) -> bool:
    return DESKS[item.kind].authors(session, [item]).get(item.id) == actor.person_id


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
    settled, outcome = _settled(session, actor, ruling), Outcome()
    _each(session, actor, [(item, version)], settled, outcome)
    for _, why in outcome.left:
        raise Taken if why is TAKEN else Conflict(why)
    if alike:
        _each(session, actor, _repeats(session, actor, [item], outcome), settled, outcome)
    _note(session, actor, settled, outcome)
    return outcome


def decide_many(
    session: Session, actor: Actor, shown: Sequence[tuple[str, int]], ruling: Ruling, *, alike: bool = False
) -> Outcome:
    """Decide many as they were shown, pid and version, with their repeats if asked. What is read by somebody else,
    changed or one's own stays as it is and is named. Raises Conflict without a reason where one is needed."""
    settled, outcome = _settled(session, actor, ruling), Outcome()
    found = queries.several(session, actor, [pid for pid, _ in shown])
    pairs = [(found[pid], version) for pid, version in dict(shown).items() if pid in found]
    if alike:
        pairs += _repeats(session, actor, [item for item, _ in pairs], outcome)
    _each(session, actor, pairs, settled, outcome)
    _note(session, actor, settled, outcome)
    return outcome


def _repeats(session: Session, actor: Actor, items: Sequence[Item], outcome: Outcome) -> list[Shown]:
    """What waits with the same words, as many as one request takes, with their versions as they stand."""
    room = max(0, AT_ONCE - len(items))
    same = queries.alike(session, actor, items, limit=room + 1)
    outcome.more = len(same[room:])
    return [(one, one.version) for one in same[:room]]


def _each(
    session: Session, actor: Actor, pairs: Sequence[Shown], settled: _Settled, outcome: Outcome
) -> None:
    """Decide what can be decided, in a number of statements that does not grow with it; name the others."""
    hindered = _hindrances(session, actor, pairs, settled)
    free = [item for item, _ in pairs if item.id not in hindered]
    choice, languages = settled.choice, _languages(session, free)
    step = intake.Step(
        BECOMES[settled.verb],
        actor.person_id,
        settled.at,
        reason=choice.code if choice else "",
        tell_at=settled.at + UNDO if choice else None,
    )
    told = {one: reasons.told(choice, languages[one], settled.more) if choice else "" for one in languages}
    moved = intake.move_all(session, free, step, texts=told)
    decided = [item for item in free if item.id in moved]
    _tell_desks(session, actor, decided)
    if settled.verb is not Verb.REJECT:  # a refusal is the end of it
        intake.keep_words(session, _words(session, decided))
    outcome.done += [item.pid for item in decided]
    outcome.left += [(one, hindered.get(one.id, TAKEN)) for one, _ in pairs if one.id not in moved]


def _tell_desks(session: Session, actor: Actor, items: Sequence[Item]) -> None:
    for kind in {item.kind for item in items}:
        DESKS[kind].decided(session, actor, [item for item in items if item.kind is kind])


def _words(session: Session, items: Sequence[Item]) -> dict[int, str]:
    kinds = {item.kind for item in items}
    shown = [DESKS[kind].show(session, [one for one in items if one.kind is kind]) for kind in kinds]
    return {one: seen.text for some in shown for one, seen in some.items()}


def _hindrances(
    session: Session, actor: Actor, pairs: Sequence[Shown], settled: _Settled
) -> dict[int, Message]:
    """Why some items are not the actor's to decide, or not in this way, by item id."""
    found: dict[int, Message] = {}
    for kind in {item.kind for item, _ in pairs}:
        desk, items = DESKS[kind], [item for item, _ in pairs if item.kind is kind]
        found |= desk.refuses(session, items, BECOMES[settled.verb])
        found |= {one: OWN for one, who in desk.authors(session, items).items() if who == actor.person_id}
    for item, version in pairs:
        if item.version != version or item.state not in DECIDABLE:
            found[item.id] = TAKEN
        elif _with_owner(actor, item):
            found.setdefault(item.id, WITH_OWNER)
    return found


def _note(session: Session, actor: Actor, settled: _Settled, outcome: Outcome) -> None:
    """One line of the journal for one press of a button; it names every item."""
    if outcome.done:
        count = len(outcome.done)
        audit.record(session, actor, _NOTED[settled.verb], count=count, items=outcome.done)


def _settled(session: Session, actor: Actor, ruling: Ruling) -> _Settled:
    """A ruling with its reason; accepting needs none. Raises Conflict."""
    now = clock.now()
    if ruling.verb is Verb.ACCEPT:
        return _Settled(Verb.ACCEPT, None, "", now)
    for choice in reasons.choices(session, actor.organisation_id):
        if choice.code == ruling.reason and ruling.verb in (None, choice.verb):
            return _Settled(choice.verb, choice, ruling.more, now)
    raise Conflict(NO_REASON)


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
    items = queries.decided_at(session, actor, at)
    step = intake.Step(ItemState.PENDING, None, clock.now())
    moved = intake.move_all(session, items, step, texts=dict.fromkeys((item.id for item in items), ""))
    _tell_desks(session, actor, [item for item in items if item.id in moved])
    if moved:
        audit.record(session, actor, "item.undone", count=len(moved))
    return len(moved)


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
    if _own(session, actor, item):
        raise Conflict(OWN)
    if item.version != version or not claim(session, actor, item):
        raise Taken
    desk = DESKS[item.kind]
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
