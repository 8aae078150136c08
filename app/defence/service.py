"""Who is led to a payment page and who has to wait or prove first; what is learnt from what became of the gifts.

Keeps counts and keyed hashes that lapse. Says to nobody which limit they met, nor what a bank said of a card.
Every part may fail but the database: then a donor waits some seconds instead of proving, and gives.
"""

from dataclasses import dataclass
from datetime import timedelta

import structlog
from sqlalchemy import delete, update
from sqlmodel import Session, col

from app.core import clock, counting
from app.core.crypto import keyed_hash
from app.core.db import insert_into, reading, transaction
from app.defence import queries, rules, telling, tickets
from app.defence.models import GivingMinute, GivingSource, Shield
from app.defence.rules import Lane, Mood, State
from app.intake import proof
from app.people import audit
from app.people.rules import Actor, Permission

log = structlog.get_logger("defence")

KEPT = timedelta(days=7)
"""How long the counts of minutes are kept, for the team to look at."""

PAGE_KEPT = timedelta(hours=3)
"""How long where a gift was begun is known: longer than its payment page lives, with the news that comes late."""


@dataclass(frozen=True)
class Caller:
    """Who wants to give: an address, and what their form brought."""

    address: str
    proof: str = ""
    ticket: str = ""

    @property
    def source(self) -> str:
        """The address as it is kept."""
        return keyed_hash("giving-source", self.address)


@dataclass(frozen=True)
class Answer:
    """Led on, or asked to press again in ``wait`` seconds with a ``ticket``. The same for whatever reason."""

    admitted: bool
    wait: int = 0
    ticket: str = ""


def admit(organisation_id: int, caller: Caller) -> Answer:
    """Whether somebody may open a payment page now. Each count is a short transaction of its own."""
    now = clock.now()
    with reading() as session:
        state = queries.state(session, organisation_id)
    mood = state.mood(now)
    if mood is Mood.PAUSED and state.paused_until is not None:
        left = int((state.paused_until - now).total_seconds()) + 1
        return _held(organisation_id, caller, at_least=left)
    waited = tickets.read(organisation_id, caller.source, caller.ticket) if caller.ticket else None
    ready = waited is not None and waited.ready
    heated = _hot(caller.source)
    proven = bool(caller.proof) and not heated and _proven(caller.proof)
    for lane in rules.lanes(mood, hot=heated, proven=proven, waited=ready):
        turn, _ = counting.count(f"giving-{lane.value}", caller.source, seconds=rules.PER)
        if turn <= rules.TURNS[lane] and _room(organisation_id, lane, waited):
            return Answer(admitted=True)
    return _held(organisation_id, caller)


def begun(session: Session, organisation_id: int, gift_ref: str, source: str) -> None:
    """A gift is about to get its payment page: where from is known until it is paid or the page has lapsed."""
    session.add(
        GivingSource(
            gift_ref=gift_ref,
            organisation_id=organisation_id,
            source=source,
            expires_at=clock.now() + PAGE_KEPT,
        )
    )
    _count(session, organisation_id, "admitted")
    _judge(session, organisation_id)


def refused(session: Session, gift_ref: str) -> None:
    """A bank declined a card on the page of a gift. In the transaction that notes the news."""
    row = queries.source_to_change(session, gift_ref)
    if row is None:
        return
    row.refused += 1
    session.add(row)
    counting.add(session, "giving-faults", row.source, seconds=rules.FAULTS_WITHIN)
    _count(session, row.organisation_id, "refused")
    _judge(session, row.organisation_id)


def paid(session: Session, gift_ref: str) -> None:
    """A gift was paid: its address did well. Counts once."""
    row = queries.source_to_change(session, gift_ref)
    if row is None:
        return
    counting.add(session, "giving-paid", row.source, seconds=rules.FAULTS_WITHIN)
    _count(session, row.organisation_id, "paid")
    session.delete(row)


def closed(session: Session, gift_ref: str) -> None:
    """The payment page of a gift is closed: nothing more is learnt of it."""
    session.execute(delete(GivingSource).where(col(GivingSource.gift_ref) == gift_ref))


def watch(session: Session, actor: Actor, *, on: bool) -> None:
    """Watch for ten minutes by hand, to see it or because something is announced; or end it. Raises Forbidden."""
    actor.require(Permission.MONEY)
    now = clock.now()
    row = _shield(session, actor.organisation_id)
    row.watch_until = now + timedelta(minutes=10) if on else now
    row.paused_until = row.paused_until if on else None
    session.add(row)
    audit.record(session, actor, "money.watch_begun" if on else "money.watch_ended")


def forget_old() -> int:
    """Delete the counts and hashes that have lapsed; returns how many."""
    now = clock.now()
    with transaction() as session:
        old = session.execute(
            delete(GivingSource)
            .where(col(GivingSource.expires_at) < now)
            .returning(col(GivingSource.gift_ref))
        ).all()
        before = queries.minute_of(now - KEPT)
        session.execute(delete(GivingMinute).where(col(GivingMinute.minute) < before))
    return len(old)


def _held(organisation_id: int, caller: Caller, *, at_least: int = 0) -> Answer:
    """Sent back with the slip it has, or a new one."""
    found = tickets.read(organisation_id, caller.source, caller.ticket) if caller.ticket else None
    ticket = found if found and not found.ready else tickets.issue(organisation_id, caller.source)
    with transaction() as session:
        _count(session, organisation_id, "held")
    return Answer(admitted=False, wait=max(ticket.left, at_least), ticket=ticket.text)


def _proven(given: str) -> bool:
    """A sum of ours that nobody gave before. Should the sums themselves break, nobody is shut out: they wait."""
    try:
        with transaction() as session:
            return proof.spend(session, given)
    except Exception:
        log.exception("the proof of work does not work: donors are asked to wait instead")
        return False


def _room(organisation_id: int, lane: Lane, ticket: tickets.Ticket | None) -> bool:
    """Whether a way that is shared by all has room; a ticket is used up by it."""
    if lane not in rules.IN_ALL:
        return True
    in_all, _ = counting.count(f"giving-{lane.value}-all", str(organisation_id), seconds=60)
    return in_all <= rules.IN_ALL[lane] and ticket is not None and tickets.use(ticket)


def _hot(source: str) -> bool:
    with reading() as session:
        faults = counting.tries(session, "giving-faults", source, seconds=rules.FAULTS_WITHIN)
        good = counting.tries(session, "giving-paid", source, seconds=rules.FAULTS_WITHIN) if faults else 0
    return rules.hot(faults, good)


def _count(session: Session, organisation_id: int, what: str) -> None:
    one = {"organisation_id": organisation_id, "minute": queries.minute_of(clock.now())}
    none = {"admitted": 0, "held": 0, "refused": 0, "paid": 0}
    session.execute(
        insert_into(session, GivingMinute)
        .values(**one, **{**none, what: 1})
        .on_conflict_do_update(
            index_elements=["organisation_id", "minute"], set_={what: getattr(GivingMinute, what) + 1}
        )
    )


def _judge(session: Session, organisation_id: int) -> None:
    """Begin to watch or to rest when what has happened says so; the first to see it tells the team."""
    now, before = clock.now(), queries.state(session, organisation_id)
    after = rules.judge(queries.sums(session, organisation_id, now), before, now)
    if after == before or not _changes(before, after):
        return
    row = _shield(session, organisation_id)
    fresh = State(row.watch_until, row.paused_until, row.tripped_at)
    if after.tripped_at == now and fresh.tripped_at != before.tripped_at:
        return  # another process has just seen the same
    row.watch_until, row.paused_until, row.tripped_at = (
        after.watch_until,
        after.paused_until,
        after.tripped_at,
    )
    session.add(row)
    session.flush()
    if after.tripped_at != before.tripped_at:
        log.warning("cards are tried: a donation page rests", organisation=organisation_id)
        telling.attacked(session, organisation_id, now)


def _changes(before: State, after: State) -> bool:
    """Whether it is worth writing: a watch is made longer by minutes, not by moments."""
    if before.tripped_at != after.tripped_at or before.watch_until is None or after.watch_until is None:
        return True
    return after.watch_until - before.watch_until > timedelta(minutes=1)


def _shield(session: Session, organisation_id: int) -> Shield:
    session.execute(
        insert_into(session, Shield)
        .values(organisation_id=organisation_id)
        .on_conflict_do_nothing(index_elements=["organisation_id"])
    )
    session.execute(
        update(Shield)
        .where(col(Shield.organisation_id) == organisation_id)
        .values(organisation_id=organisation_id)
    )  # takes the row until the transaction ends
    row = session.get_one(Shield, organisation_id)
    session.refresh(row)
    return row
