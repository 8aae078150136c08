"""Which letters are whose to send now: claimed in rows, given back when a process dies, never handed over twice."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, or_, update
from sqlmodel import Session, col, select

from app.campaigns.models import Campaign
from app.core import clock, counting
from app.core.settings import get_settings
from app.followers.models import Delivery, Dispatch, Follower
from app.followers.rules import DeliveryState, DispatchState, FollowState, Rhythm

BATCH = 50
LEASE = timedelta(minutes=2)  # longer than any one conversation with the server may take
WINDOW = 10  # seconds over which the rate is held


@dataclass(frozen=True)
class Parcel:
    """What one follower is told now: one thing, or the things of a digest."""

    follower: Follower
    deliveries: Sequence[Delivery]
    told: Sequence[Dispatch]
    today: date  # in the campaign's zone

    @property
    def ids(self) -> list[int]:
        return [one.id for one in self.deliveries]


def give_back_abandoned(session: Session) -> int:
    """Settle what a process that died had claimed. What it had not begun to hand over waits again; what it had
    may have arrived, and is not sent twice."""
    now = clock.now()
    over = col(Delivery.claimed_until) < now
    again = session.execute(
        update(Delivery)
        .where(col(Delivery.state) == DeliveryState.CLAIMED, over)
        .values(state=DeliveryState.WAITING, claimed_by="", claimed_until=None)
        .returning(col(Delivery.id))
    ).all()
    doubtful = session.execute(
        update(Delivery)
        .where(col(Delivery.state) == DeliveryState.HANDING, over)
        .values(
            state=DeliveryState.UNSURE,
            settled_at=now,
            claimed_until=None,
            error="the process stopped while it was sending",
        )
        .returning(col(Delivery.id))
    ).all()
    return len(again) + len(doubtful)


def anything(session: Session) -> bool:
    """Whether a letter is due, or a claim has lapsed."""
    now = clock.now()
    lapsed = and_(
        col(Delivery.state).in_((DeliveryState.CLAIMED, DeliveryState.HANDING)),
        col(Delivery.claimed_until) < now,
    )
    due = and_(col(Delivery.state) == DeliveryState.WAITING, col(Delivery.due_at) <= now)
    return session.exec(select(Delivery.id).where(or_(due, lapsed)).limit(1)).first() is not None


def claim(session: Session, holder: str) -> list[Parcel]:
    """Take what is due for this process, as much as the rate allows now. A paused campaign's letters wait."""
    room = _room(session)
    if not room:
        return []
    ids = session.exec(
        select(Delivery.id)
        .join(Dispatch, col(Dispatch.id) == Delivery.dispatch_id)
        .join(Campaign, col(Campaign.id) == Dispatch.campaign_id)
        .where(
            Delivery.state == DeliveryState.WAITING,
            Delivery.due_at <= clock.now(),
            col(Campaign.paused_at).is_(None),
        )
        .order_by(col(Delivery.due_at), col(Delivery.id))
        .limit(room)
        .with_for_update(skip_locked=True, of=Delivery)
    ).all()
    wanted = [*ids, *_rest_of_digests(session, ids)]
    claimed = session.execute(
        update(Delivery)
        .where(col(Delivery.id).in_(wanted), col(Delivery.state) == DeliveryState.WAITING)
        .values(
            state=DeliveryState.CLAIMED,
            claimed_by=holder,
            claimed_until=clock.now() + LEASE,
            attempts=col(Delivery.attempts) + 1,
        )
        .returning(col(Delivery.id))
        .execution_options(synchronize_session=False)
    ).all()
    parcels = _packed(session, [row[0] for row in claimed])
    if parcels:
        counting.add(session, "follower-mails", "instance", seconds=WINDOW, many=len(parcels))
    return parcels


def _room(session: Session) -> int:
    """How many may leave now: the rate is of all processes together, counted in the database."""
    most = max(1, get_settings().follower_mails_per_minute * WINDOW // 60)
    gone = counting.tries(session, "follower-mails", "instance", seconds=WINDOW)
    return max(0, min(BATCH, most - gone))


def _rest_of_digests(session: Session, ids: Sequence[int]) -> Sequence[int]:
    """What else is due to those among them who want one letter for all."""
    digested = (
        select(Follower.id)
        .join(Delivery, col(Delivery.follower_id) == Follower.id)
        .where(col(Delivery.id).in_(ids), Follower.rhythm != Rhythm.EACH)
    )
    return session.exec(
        select(Delivery.id).where(
            Delivery.state == DeliveryState.WAITING,
            Delivery.due_at <= clock.now(),
            col(Delivery.follower_id).in_(digested),
            col(Delivery.id).not_in(ids),
        )
    ).all()


def _packed(session: Session, ids: Sequence[int]) -> list[Parcel]:
    rows = session.exec(
        select(Delivery, Follower, Dispatch, Campaign.timezone)
        .join(Follower, col(Follower.id) == Delivery.follower_id)
        .join(Dispatch, col(Dispatch.id) == Delivery.dispatch_id)
        .join(Campaign, col(Campaign.id) == Dispatch.campaign_id)
        .where(col(Delivery.id).in_(ids))
        .order_by(col(Delivery.due_at), col(Delivery.id))
        .execution_options(populate_existing=True)
    ).all()
    packed: dict[tuple[int, int], list[tuple[Delivery, Follower, Dispatch, str]]] = {}
    for delivery, follower, dispatch, zone in rows:
        single = delivery.id if follower.rhythm is Rhythm.EACH else 0
        packed.setdefault((follower.id, single), []).append((delivery, follower, dispatch, zone))
    return [
        Parcel(group[0][1], [one[0] for one in group], [one[2] for one in group], clock.today(group[0][3]))
        for group in packed.values()
    ]


def hand(session: Session, parcel: Parcel, holder: str) -> bool:
    """Mark that a parcel is about to be sent; False when it may not be: they left, it was stopped, or another has it.

    This is the last word before the last dot: whoever ended it a moment ago receives nothing.
    """
    marked = session.execute(
        update(Delivery)
        .where(_mine(parcel, holder), col(Delivery.state) == DeliveryState.CLAIMED, _still_wanted(parcel))
        .values(state=DeliveryState.HANDING)
        .returning(col(Delivery.id))
        .execution_options(synchronize_session=False)
    ).all()
    return len(marked) == len(parcel.deliveries)


def _mine(parcel: Parcel, holder: str) -> ColumnElement[bool]:
    return and_(col(Delivery.id).in_(parcel.ids), col(Delivery.claimed_by) == holder)


def _still_wanted(parcel: Parcel) -> ColumnElement[bool]:
    reads = exists().where(
        col(Follower.id) == parcel.follower.id,
        col(Follower.state) == FollowState.ACTIVE,
        or_(col(Follower.paused_until).is_(None), col(Follower.paused_until) <= parcel.today),
    )
    told = [one.id for one in parcel.told]
    stopped = exists().where(col(Dispatch.id).in_(told), col(Dispatch.state) == DispatchState.STOPPED)
    paused = exists().where(
        col(Campaign.id) == parcel.follower.campaign_id, col(Campaign.paused_at).is_not(None)
    )
    return and_(reads, ~stopped, ~paused)


def let_go(
    session: Session, parcel: Parcel, holder: str, *, at: datetime | None = None, tried: bool = True
) -> None:
    """Give a parcel back unsent: to wait again, or to nobody when its follower wants nothing more or it was stopped.

    What was not even tried keeps its count of attempts.
    """
    row = session.get(Follower, parcel.follower.id, populate_existing=True)
    gone = row is None or row.state is not FollowState.ACTIVE
    waits = row is not None and row.paused_until is not None and row.paused_until > parcel.today
    stopped = select(Dispatch.id).where(col(Dispatch.state) == DispatchState.STOPPED)
    open_states = col(Delivery.state).in_((DeliveryState.CLAIMED, DeliveryState.HANDING))
    over = {"state": DeliveryState.SKIPPED, "settled_at": clock.now(), "claimed_until": None}
    mine = and_(_mine(parcel, holder), open_states)
    drop = mine if gone or waits else and_(mine, col(Delivery.dispatch_id).in_(stopped))
    session.execute(update(Delivery).where(drop).values(**over).execution_options(synchronize_session=False))
    again: dict[str, Any] = {
        "state": DeliveryState.WAITING,
        "claimed_by": "",
        "claimed_until": None,
        "attempts": col(Delivery.attempts) - (not tried),
    }
    if at is not None:
        again["due_at"] = at
    session.execute(update(Delivery).where(mine).values(**again).execution_options(synchronize_session=False))


def settle(session: Session, parcel: Parcel, holder: str, state: DeliveryState, error: str = "") -> None:
    """Write down what became of a parcel. A late answer still counts when another process gave it up as unsure."""
    open_states = (DeliveryState.CLAIMED, DeliveryState.HANDING, DeliveryState.UNSURE)
    session.execute(
        update(Delivery)
        .where(_mine(parcel, holder), col(Delivery.state).in_(open_states))
        .values(state=state, settled_at=clock.now(), claimed_until=None, error=error[:400])
        .execution_options(synchronize_session=False)
    )
