"""Telling devices: each thing once or not at all, by day, and only what is public at that moment.

A notice is claimed in a commit of its own before it is sent, a few at a time: a process that dies meanwhile leaves
those few in doubt, and a doubt is never sent again.
"""

import json
import os
import secrets
import socket
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta

import httpx
import structlog
from sqlalchemy import ColumnElement, and_, or_, update
from sqlmodel import Session, col, select

from app.campaigns.models import Campaign
from app.campaigns.rules import State
from app.core import clock, i18n, vault
from app.core.db import reading, transaction
from app.core.templating import absolute
from app.followers import devices, due, published
from app.followers.models import DeviceNotice, Dispatch, FollowDevice
from app.followers.rules import BITS, NEWS_FOR, DispatchState, NoticeState, Topic
from app.push import door
from app.push.rules import Notice

log = structlog.get_logger("followers")

BATCH = 32
HANDS = 8  # calls at once: push services answer in some tenths of a second
LEASE = timedelta(minutes=3)  # longer than a batch takes whose every call runs into its timeout
KEPT = 12 * 3600  # seconds a push service keeps a notice for a device that is off
LONGEST = 160  # characters of a line; screens show less


@dataclass(frozen=True)
class Errand:
    """One notice on its way, with all that is needed outside a transaction."""

    notice_id: int
    device_id: int
    pid: str
    sealed: str
    said: Notice | None  # None: it is public no more


def anything(session: Session) -> bool:
    """Whether a notice is due, or a claim has lapsed."""
    wanted = or_(_lapsed(), and_(_due(), col(Campaign.paused_at).is_(None)))
    return (
        session.exec(
            select(DeviceNotice.id)
            .join(Dispatch, col(Dispatch.id) == DeviceNotice.dispatch_id)
            .join(Campaign, col(Campaign.id) == Dispatch.campaign_id)
            .where(col(DeviceNotice.state).in_((NoticeState.WAITING, NoticeState.SENDING)), wanted)
            .limit(1)
        ).first()
        is not None
    )


def _due() -> ColumnElement[bool]:
    return and_(col(DeviceNotice.state) == NoticeState.WAITING, col(DeviceNotice.due_at) <= clock.now())


def _lapsed() -> ColumnElement[bool]:
    since = clock.now() - LEASE
    return and_(col(DeviceNotice.state) == NoticeState.SENDING, col(DeviceNotice.claimed_at) < since)


class Notifier:
    """Tells devices in the name of one process, batch by batch."""

    def __init__(self, *, stopping: Callable[[], bool] = lambda: False) -> None:
        self.holder = f"{socket.gethostname()[:40]}:{os.getpid()}:{secrets.token_hex(4)}"
        self._stopping = stopping

    def batch(self) -> int:
        """Tell a few; returns how many notices were settled."""
        if self._stopping():
            return 0
        with transaction() as session:
            settled = _tidy(session)
            taken = _claim(session, self.holder)
        if not taken:
            return settled
        with reading() as session:
            errands = _errands(session, taken)
        with door.line() as over, ThreadPoolExecutor(HANDS, "notices") as hands:
            outcomes = list(hands.map(lambda one: _tell(one, over), errands))
        with transaction() as session:
            for one, outcome in zip(errands, outcomes, strict=True):
                _record(session, one, outcome, self.holder)
        log.info("notices", taken=len(taken), told=sum(one is NoticeState.TOLD for one in outcomes))
        return settled + len(taken)


def _tidy(session: Session) -> int:
    """Settle what a process left behind and what is news no more; what would come at night waits for the morning."""
    left = session.execute(
        update(DeviceNotice)
        .where(_lapsed())
        .values(state=NoticeState.UNSURE, settled_at=clock.now())
        .returning(col(DeviceNotice.id))
    ).all()
    over = (
        select(Dispatch.id)
        .join(Campaign, col(Campaign.id) == Dispatch.campaign_id)
        .where(
            or_(
                col(Dispatch.created_at) < clock.now() - NEWS_FOR,
                col(Dispatch.state) == DispatchState.STOPPED,
                col(Campaign.state).in_((State.CLOSED, State.DRAFT, State.READY)),
            )
        )
    )
    skipped = session.execute(
        update(DeviceNotice)
        .where(_due(), col(DeviceNotice.dispatch_id).in_(over))
        .values(state=NoticeState.SKIPPED, settled_at=clock.now())
        .returning(col(DeviceNotice.id))
        .execution_options(synchronize_session=False)
    ).all()
    _put_off(session)
    return len(left) + len(skipped)


def _put_off(session: Session) -> None:
    """Move what is due into the day, where it is night: an hour at which nobody sent is no reason to wake people."""
    rows = session.execute(
        select(Dispatch.id, Campaign.timezone)
        .join(Campaign, col(Campaign.id) == Dispatch.campaign_id)
        .where(col(Dispatch.id).in_(select(DeviceNotice.dispatch_id).where(_due())))
    ).all()
    for dispatch_id, zone in rows:
        at = due.notice_at(zone)
        if at > clock.now():
            session.execute(
                update(DeviceNotice)
                .where(_due(), col(DeviceNotice.dispatch_id) == dispatch_id)
                .values(due_at=at)
                .execution_options(synchronize_session=False)
            )


def _claim(session: Session, holder: str) -> Sequence[int]:
    """Take what is due for this process, once and for all. What a pause holds back waits."""
    ids = session.exec(
        select(DeviceNotice.id)
        .join(Dispatch, col(Dispatch.id) == DeviceNotice.dispatch_id)
        .join(Campaign, col(Campaign.id) == Dispatch.campaign_id)
        .where(_due(), col(Campaign.paused_at).is_(None))
        .order_by(col(DeviceNotice.due_at), col(DeviceNotice.id))
        .limit(BATCH)
        .with_for_update(skip_locked=True, of=DeviceNotice)
    ).all()
    claimed = session.execute(
        update(DeviceNotice)
        .where(col(DeviceNotice.id).in_(ids), col(DeviceNotice.state) == NoticeState.WAITING)
        .values(state=NoticeState.SENDING, claimed_by=holder, claimed_at=clock.now())
        .returning(col(DeviceNotice.id))
        .execution_options(synchronize_session=False)
    ).all()
    return [row[0] for row in claimed]


def _errands(session: Session, ids: Sequence[int]) -> list[Errand]:
    rows = session.exec(
        select(DeviceNotice.id, FollowDevice, Dispatch, Campaign)
        .join(FollowDevice, col(FollowDevice.id) == DeviceNotice.device_id)
        .join(Dispatch, col(Dispatch.id) == DeviceNotice.dispatch_id)
        .join(Campaign, col(Campaign.id) == Dispatch.campaign_id)
        .where(col(DeviceNotice.id).in_(ids))
        .order_by(col(DeviceNotice.id))
    ).all()
    said: dict[tuple[int, str, int], Notice | None] = {}
    errands = []
    for notice_id, device, dispatch, campaign in rows:
        key = (dispatch.id, device.language, device.topics & dispatch.topics)
        if key not in said:
            said[key] = words(session, campaign, dispatch, device.language, device.topics)
        errands.append(Errand(notice_id, device.id, device.pid, device.sealed, said[key]))
    return errands


def words(
    session: Session, campaign: Campaign, dispatch: Dispatch, language: str, topics: int
) -> Notice | None:
    """What a screen shows: what was published, and of which campaign. None when it may not be told any more."""
    if campaign.paused_at is not None:
        return None
    with i18n.speaking(language):
        found = (one for one in published.pieces(session, campaign, dispatch.key) if BITS[one.topic] & topics)
        first = next(found, None)
        if first is None:
            return None
        title = first.title
        if first.topic is Topic.CORRECTIONS:
            title = i18n.gettext("Correction: %(right)s") % {"right": title}
    body = first.kicker if title == campaign.title else f"{campaign.title} – {first.kicker}"
    return Notice(title[:LONGEST], body[:LONGEST], absolute(f"/c/{campaign.slug}{first.path}"))


def _tell(one: Errand, over: httpx.Client) -> NoticeState | None:
    """Send one notice; what became of it, None when its device is no more. Acts outside transactions."""
    if one.said is None:
        return NoticeState.SKIPPED
    try:
        subscription = json.loads(vault.unseal(one.sealed, bound_to=devices.place(one.pid)))
        door.send(subscription, one.said, over=over, ttl=KEPT, urgency="normal")
    except (door.Ended, vault.CannotOpen):
        return None
    except door.NoAnswer as error:
        log.info("no answer to a notice", device=one.pid, error=str(error))
        return NoticeState.UNSURE
    except door.Failed as error:
        log.info("a notice was not taken", device=one.pid, answer=str(error))
        return NoticeState.FAILED
    return NoticeState.TOLD


def _record(session: Session, one: Errand, outcome: NoticeState | None, holder: str) -> None:
    """Write down what became of a notice, and what it says of its device. No answer says nothing of it."""
    if outcome is None:
        devices.gone(session, one.device_id, sealed=one.sealed)
        return
    session.execute(
        update(DeviceNotice)
        .where(
            col(DeviceNotice.id) == one.notice_id,
            col(DeviceNotice.claimed_by) == holder,
            col(DeviceNotice.state).in_((NoticeState.SENDING, NoticeState.UNSURE)),
        )
        .values(state=outcome, settled_at=clock.now())
        .execution_options(synchronize_session=False)
    )
    if outcome is NoticeState.FAILED:
        devices.refused(session, one.device_id)
    elif outcome is NoticeState.TOLD:
        devices.reached(session, [one.device_id])


def tell_due() -> int:
    """Tell what is due until nothing is; returns how many notices were settled."""
    notifier, done = Notifier(), 0
    while settled := notifier.batch():
        done += settled
    return done
