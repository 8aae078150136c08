"""From what was published to one row a follower or device: each publication once, each once, whoever dies meanwhile.

A dispatch is one row a key; its recipients are written down in pieces, each with the cursor that says how far.
"""

from collections.abc import Sequence
from datetime import datetime

import structlog
from sqlalchemy import ColumnElement, Insert, and_, case, exists, insert, literal, or_, update
from sqlalchemy import select as sql_select
from sqlmodel import Session, col, select

from app.campaigns.models import Campaign
from app.core import clock, i18n
from app.core.db import UtcDateTime, insert_into, reading, transaction
from app.core.ids import new_pid
from app.followers import due, published, queries
from app.followers.models import Delivery, DeviceNotice, Dispatch, FollowDevice, Follower
from app.followers.published import Publication
from app.followers.rules import (
    NOTICED,
    SETTLED,
    DeliveryState,
    DispatchState,
    FollowState,
    NoticeState,
    Rhythm,
    mask_of,
)

log = structlog.get_logger("followers")

PIECE = 2_000
"""Followers or devices written down in one transaction: some hundredths of a second on SQLite, where others wait."""


def announce() -> int:
    """Make a dispatch of whatever was published since; returns how many were made."""
    made = 0
    for campaign in _followed():
        with reading() as session, i18n.speaking(campaign.language):
            found = published.publications(session, campaign)
            known = set(session.exec(select(Dispatch.key).where(Dispatch.campaign_id == campaign.id)))
        new = [one for one in found if one.key not in known]
        if new:
            with transaction() as session:
                made += sum(begin(session, campaign.id, one) for one in new)
    return made


def _followed() -> Sequence[Campaign]:
    with reading() as session:
        follows = exists().where(
            col(Follower.campaign_id) == Campaign.id, col(Follower.state) == FollowState.ACTIVE
        )
        on_device = exists().where(col(FollowDevice.campaign_id) == Campaign.id)
        told = or_(follows, on_device)
        return session.exec(select(Campaign).where(told)).all()


def begin(session: Session, campaign_id: int, one: Publication) -> bool:
    """Whether the publication had no dispatch yet. Two processes with one publication make one."""
    statement = (
        insert_into(session, Dispatch)
        .values(
            pid=new_pid(),
            campaign_id=campaign_id,
            key=one.key,
            topics=mask_of(one.topics),
            title=one.title[:200],
            state=DispatchState.FILLING,
            cursor=0,
            device_cursor=0,
            created_at=clock.now(),
            sent=0,
            failed=0,
            skipped=0,
            unsure=0,
            devices=0,
        )
        .on_conflict_do_nothing(index_elements=["campaign_id", "key"])
        .returning(col(Dispatch.id))
    )
    return session.execute(statement).first() is not None


def fill() -> int:
    """Write down the recipients of what is to be told, a piece of each dispatch; returns how many."""
    with reading() as session:
        open_ones = session.exec(
            select(Dispatch.id).where(Dispatch.state == DispatchState.FILLING).order_by(col(Dispatch.id))
        ).all()
    written = 0
    for dispatch_id in open_ones:
        with transaction() as session:
            written += fill_one(session, dispatch_id)
    return written


def fill_one(session: Session, dispatch_id: int) -> int:
    """The next piece, devices after followers; the cursor moves in the same transaction, so that a piece is written
    once or not at all."""
    row = session.exec(select(Dispatch).where(Dispatch.id == dispatch_id).with_for_update()).one()
    campaign = session.get_one(Campaign, row.campaign_id)
    if row.state is not DispatchState.FILLING or campaign.paused_at is not None:
        return 0
    ids = session.exec(
        select(Follower.id).where(_wants(row, campaign)).order_by(col(Follower.id)).limit(PIECE)
    ).all()
    if ids:
        until = ids[-1]
        session.execute(_written(row, campaign, until))
        row.cursor = until
    written = len(ids)
    if written < PIECE:
        devices = _fill_devices(session, row, campaign)
        written += devices
        if devices < PIECE:
            row.state = DispatchState.SENDING
    session.add(row)
    return written


def _fill_devices(session: Session, row: Dispatch, campaign: Campaign) -> int:
    """The next piece of the devices that followed when it was published and asked for its like."""
    wants = and_(
        col(FollowDevice.campaign_id) == row.campaign_id,
        col(FollowDevice.created_at) <= row.created_at,
        col(FollowDevice.topics).op("&")(row.topics) != 0,
    )
    beyond = and_(wants, col(FollowDevice.id) > row.device_cursor)
    ids = session.exec(
        select(FollowDevice.id).where(beyond).order_by(col(FollowDevice.id)).limit(PIECE)
    ).all()
    if ids:
        at = literal(due.notice_at(campaign.timezone), UtcDateTime())
        waiting = literal(NoticeState.WAITING.value)
        columns = sql_select(literal(row.id), col(FollowDevice.id), waiting, at, literal(""))
        session.execute(
            insert(DeviceNotice).from_select(
                ["dispatch_id", "device_id", "state", "due_at", "claimed_by"],
                columns.where(beyond, col(FollowDevice.id) <= ids[-1]).order_by(col(FollowDevice.id)),
                include_defaults=False,
            )
        )
        row.device_cursor = ids[-1]
    return len(ids)


def _wants(row: Dispatch, campaign: Campaign) -> ColumnElement[bool]:
    """Those beyond the cursor who followed when it was published, asked for its like, and do not pause."""
    today = clock.today(campaign.timezone)
    return and_(
        col(Follower.campaign_id) == row.campaign_id,
        col(Follower.id) > row.cursor,
        col(Follower.state) == FollowState.ACTIVE,
        col(Follower.confirmed_at) <= row.created_at,
        col(Follower.topics).op("&")(row.topics) != 0,
        or_(col(Follower.paused_until).is_(None), col(Follower.paused_until) <= today),
    )


def _written(row: Dispatch, campaign: Campaign, until: int) -> Insert:
    def at(rhythm: Rhythm) -> ColumnElement[datetime]:
        return literal(due.due_at(rhythm, campaign.timezone), UtcDateTime())

    turn = case(
        (col(Follower.rhythm) == Rhythm.DAILY, at(Rhythm.DAILY)),
        (col(Follower.rhythm) == Rhythm.WEEKLY, at(Rhythm.WEEKLY)),
        else_=at(Rhythm.EACH),
    )
    return insert(Delivery).from_select(
        ["dispatch_id", "follower_id", "state", "due_at", "attempts", "claimed_by", "error"],
        sql_select(
            literal(row.id),
            col(Follower.id),
            literal(DeliveryState.WAITING.value),
            turn,
            literal(0),
            literal(""),
            literal(""),
        ).where(_wants(row, campaign), col(Follower.id) <= until),
        include_defaults=False,
    )


def close_what_is_done() -> int:
    """Keep the counts of dispatches without an open letter or notice; returns how many ended."""
    states = (DispatchState.SENDING, DispatchState.STOPPED)
    open_delivery = exists().where(
        col(Delivery.dispatch_id) == Dispatch.id, col(Delivery.state).not_in(SETTLED)
    )
    open_notice = exists().where(
        col(DeviceNotice.dispatch_id) == Dispatch.id, col(DeviceNotice.state).not_in(NOTICED)
    )
    over = and_(col(Dispatch.ended_at).is_(None), ~open_delivery, ~open_notice)
    with reading() as session:
        done = session.exec(select(Dispatch.id).where(col(Dispatch.state).in_(states), over)).all()
    for dispatch_id in done:
        with transaction() as session:
            close(session, dispatch_id)
        log.info("told followers", dispatch=dispatch_id)
    return len(done)


def close(session: Session, dispatch_id: int) -> None:
    found = queries.counts(session, [dispatch_id]).get(dispatch_id, {})
    values = {
        "sent": found.get(DeliveryState.SENT, 0),
        "failed": found.get(DeliveryState.FAILED, 0),
        "skipped": found.get(DeliveryState.SKIPPED, 0),
        "unsure": found.get(DeliveryState.UNSURE, 0),
        "devices": queries.notices(session, [dispatch_id]).get(dispatch_id, {}).get(NoticeState.TOLD, 0),
    }
    session.execute(
        update(Dispatch)
        .where(col(Dispatch.id) == dispatch_id)
        .values(
            state=case(
                (col(Dispatch.state) == DispatchState.STOPPED, DispatchState.STOPPED.value),
                else_=DispatchState.DONE.value,
            ),
            ended_at=clock.now(),
            **values,
        )
    )
