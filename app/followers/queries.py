"""Reads of followers: who stands behind a link or an address, and how many follow, are told, left or bounced."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, func, select

from app.campaigns.models import Campaign
from app.core import clock
from app.followers.models import Delivery, DeviceNotice, Dispatch, FollowDevice, Follower
from app.followers.rules import (
    BITS,
    NOTICED,
    SETTLED,
    DeliveryState,
    DispatchState,
    Ending,
    FollowState,
    NoticeState,
    Rhythm,
    Topic,
)

GROWTH_DAYS = 14


def by_pid(session: Session, pid: str) -> tuple[Follower, Campaign] | None:
    """A follower with the campaign."""
    return session.exec(
        select(Follower, Campaign)
        .join(Campaign, col(Campaign.id) == Follower.campaign_id)
        .where(Follower.pid == pid)
    ).first()


def of_address(session: Session, campaign_id: int, email: str) -> Follower | None:
    """What a campaign knows by an address."""
    return session.exec(
        select(Follower).where(Follower.campaign_id == campaign_id, Follower.email == email)
    ).first()


def with_emails(
    session: Session, organisation_id: int, emails: Collection[str]
) -> Sequence[tuple[Follower, Campaign]]:
    """What some addresses follow, or followed, at an organisation."""
    rows = session.exec(
        select(Follower, Campaign)
        .join(Campaign, col(Campaign.id) == Follower.campaign_id)
        .where(Follower.organisation_id == organisation_id, col(Follower.email).in_(emails))
        .order_by(col(Follower.id))
    ).all()
    return list(rows)


def letters_to(session: Session, follower_ids: Collection[int]) -> Sequence[tuple[int, str, datetime]]:
    """What some followers were told: follower, title, when."""
    rows = session.exec(
        select(col(Delivery.follower_id), col(Dispatch.title), col(Delivery.settled_at))
        .join(Dispatch, col(Dispatch.id) == Delivery.dispatch_id)
        .where(col(Delivery.follower_id).in_(follower_ids), Delivery.state == DeliveryState.SENT)
        .order_by(col(Delivery.id))
    ).all()
    return [(follower, title, at) for follower, title, at in rows if at is not None]


def active(session: Session, campaign_id: int) -> int:
    """How many follow a campaign."""
    return session.exec(
        select(func.count()).where(Follower.campaign_id == campaign_id, Follower.state == FollowState.ACTIVE)
    ).one()


def devices(session: Session, campaign_id: int) -> int:
    """How many devices follow a campaign."""
    return session.exec(select(func.count()).where(FollowDevice.campaign_id == campaign_id)).one()


@dataclass(frozen=True)
class Standing:
    """Followers in numbers. `paused` and those of the maps are among the active."""

    active: int
    asked: int
    paused: int
    left: int
    bounced: int
    complained: int
    by_topic: Mapping[Topic, int]
    by_rhythm: Mapping[Rhythm, int]
    by_language: Mapping[str, int]


def standing(session: Session, campaign: Campaign) -> Standing:
    """How many follow a campaign, what and how; one pass over its followers."""
    today = clock.today(campaign.timezone)
    waits = (col(Follower.paused_until) > today).label("waits")
    groups = (Follower.state, Follower.ending, Follower.topics, Follower.rhythm, Follower.language, waits)
    rows = session.execute(
        select(*groups, func.count())  # type: ignore[call-overload]
        .where(Follower.campaign_id == campaign.id)
        .group_by(*groups)
    ).all()
    here = [row for row in rows if row[0] is FollowState.ACTIVE]

    def ended(why: Ending) -> int:
        return sum(row[6] for row in rows if row[0] is FollowState.ENDED and row[1] is why)

    return Standing(
        active=sum(row[6] for row in here),
        asked=sum(row[6] for row in rows if row[0] is FollowState.ASKED),
        paused=sum(row[6] for row in here if row[5]),
        left=ended(Ending.LEFT),
        bounced=ended(Ending.BOUNCED),
        complained=ended(Ending.COMPLAINED),
        by_topic={topic: sum(row[6] for row in here if row[2] & BITS[topic]) for topic in Topic},
        by_rhythm={rhythm: sum(row[6] for row in here if row[3] is rhythm) for rhythm in Rhythm},
        by_language={code: sum(row[6] for row in here if row[4] == code) for code in ("fr", "en")},
    )


@dataclass(frozen=True)
class Growth:
    """One day: how many began and how many ended."""

    on: date
    came: int
    went: int


def growth(session: Session, campaign: Campaign) -> list[Growth]:
    """The last two weeks, day by day in the campaign's zone."""
    zone = ZoneInfo(campaign.timezone)
    first = clock.today(campaign.timezone) - timedelta(days=GROWTH_DAYS - 1)
    since = clock.now() - timedelta(days=GROWTH_DAYS + 1)

    def days(column: datetime | None) -> dict[date, int]:
        # By the local day, which the database would have to know the zone for.
        found: dict[date, int] = {}
        for at in session.exec(
            select(col(column)).where(Follower.campaign_id == campaign.id, col(column) >= since)
        ):
            if at is not None:
                on = at.astimezone(zone).date()
                found[on] = found.get(on, 0) + 1
        return found

    came, went = days(Follower.confirmed_at), days(Follower.ended_at)
    every = [first + timedelta(days=number) for number in range(GROWTH_DAYS)]
    return [Growth(on, came.get(on, 0), went.get(on, 0)) for on in every]


@dataclass(frozen=True)
class Course:
    """How far a dispatch has come. `waiting` counts those whose turn or evening is still to come."""

    dispatch: Dispatch
    counts: Mapping[DeliveryState, int]
    noticed: Mapping[NoticeState, int]

    @property
    def waiting(self) -> int:
        return sum(many for state, many in self.counts.items() if state not in SETTLED)

    @property
    def devices(self) -> int:
        """That were told."""
        return self.noticed.get(NoticeState.TOLD, 0)

    @property
    def devices_waiting(self) -> int:
        return sum(many for state, many in self.noticed.items() if state not in NOTICED)


def courses(session: Session, campaign: Campaign, *, limit: int = 40) -> list[Course]:
    """What was told to followers, the latest first."""
    rows = session.exec(
        select(Dispatch)
        .where(Dispatch.campaign_id == campaign.id)
        .order_by(col(Dispatch.id).desc())
        .limit(limit)
    ).all()
    running = [row.id for row in rows if row.ended_at is None]
    counted, noticed = counts(session, running), notices(session, running)
    return [
        Course(row, counted.get(row.id) or _kept(row), noticed.get(row.id) or {NoticeState.TOLD: row.devices})
        for row in rows
    ]


def counts(session: Session, dispatch_ids: Collection[int]) -> dict[int, dict[DeliveryState, int]]:
    """The deliveries of some dispatches by their state."""
    found: dict[int, dict[DeliveryState, int]] = {}
    rows = session.exec(
        select(Delivery.dispatch_id, Delivery.state, func.count())
        .where(col(Delivery.dispatch_id).in_(dispatch_ids))
        .group_by(col(Delivery.dispatch_id), col(Delivery.state))
    ).all()
    for dispatch_id, state, many in rows:
        found.setdefault(dispatch_id, {})[DeliveryState(state)] = many
    return found


def notices(session: Session, dispatch_ids: Collection[int]) -> dict[int, dict[NoticeState, int]]:
    """The notices of some dispatches by their state."""
    found: dict[int, dict[NoticeState, int]] = {}
    rows = session.exec(
        select(DeviceNotice.dispatch_id, DeviceNotice.state, func.count())
        .where(col(DeviceNotice.dispatch_id).in_(dispatch_ids))
        .group_by(col(DeviceNotice.dispatch_id), col(DeviceNotice.state))
    ).all()
    for dispatch_id, state, many in rows:
        found.setdefault(dispatch_id, {})[NoticeState(state)] = many
    return found


def sealed_devices(session: Session) -> Sequence[tuple[int, str, str]]:
    """Every device's number, public id and seal."""
    return session.exec(select(FollowDevice.id, FollowDevice.pid, FollowDevice.sealed)).all()


def _kept(row: Dispatch) -> dict[DeliveryState, int]:
    return {
        DeliveryState.SENT: row.sent,
        DeliveryState.FAILED: row.failed,
        DeliveryState.SKIPPED: row.skipped,
        DeliveryState.UNSURE: row.unsure,
    }


def dispatch(session: Session, campaign: Campaign, pid: str) -> Dispatch | None:
    """One dispatch of a campaign."""
    return session.exec(
        select(Dispatch).where(Dispatch.pid == pid, Dispatch.campaign_id == campaign.id)
    ).first()


def addresses(session: Session, campaign: Campaign) -> Sequence[Follower]:
    """Everyone who follows a campaign now, the oldest first."""
    return session.exec(
        select(Follower)
        .where(Follower.campaign_id == campaign.id, Follower.state == FollowState.ACTIVE)
        .order_by(col(Follower.id))
    ).all()


def unsettled(session: Session) -> int:
    """Letters that wait for their turn, for the metrics page."""
    open_ones = select(Dispatch.id).where(
        col(Dispatch.state).in_((DispatchState.FILLING, DispatchState.SENDING))
    )
    return session.exec(
        select(func.count()).where(
            Delivery.state == DeliveryState.WAITING, col(Delivery.dispatch_id).in_(open_ones)
        )
    ).one()
