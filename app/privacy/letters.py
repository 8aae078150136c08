"""How long the schedule keeps those who follow campaigns, by e-mail or on a device, and what they were told."""

from datetime import timedelta

from sqlmodel import Session, col, delete

from app.core.i18n import mark
from app.followers import devices
from app.followers import forgetting as following
from app.followers import service as followers
from app.followers.models import Delivery, DeviceNotice, FollowDevice, Follower
from app.privacy.base import Rule

YEAR = timedelta(days=365)


def _forget_followers(session: Session, ids: list[int]) -> None:
    followers.forget(session, ids)


def _forget_deliveries(session: Session, ids: list[int]) -> None:
    session.execute(delete(Delivery).where(col(Delivery.id).in_(ids)))


def _forget_devices(session: Session, ids: list[int]) -> None:
    devices.forget(session, ids)


def _forget_notices(session: Session, ids: list[int]) -> None:
    session.execute(delete(DeviceNotice).where(col(DeviceNotice.id).in_(ids)))


RULES: tuple[Rule, ...] = (
    Rule(
        "unconfirmed",
        mark("Addresses that asked for letters and never confirmed"),
        mark("After seven days"),
        timedelta(days=7),
        Follower,
        following.unconfirmed_before,
        _forget_followers,
    ),
    Rule(
        "left",
        mark("Addresses that left, or whose mailbox is gone"),
        mark("After ninety days"),
        timedelta(days=90),
        Follower,
        following.left_before,
        _forget_followers,
    ),
    Rule(
        "complained",
        mark("Addresses that complained of our letters, so that none is sent again"),
        mark("After three years"),
        3 * YEAR,
        Follower,
        following.complained_before,
        _forget_followers,
    ),
    Rule(
        "followed",
        mark("Addresses that follow a campaign"),
        mark("When they leave, and three years after the campaign closed at the latest"),
        3 * YEAR,
        Follower,
        following.followed_before,
        _forget_followers,
    ),
    Rule(
        "devices",
        mark("Browsers that follow a campaign on a device"),
        mark("When they stop, and ninety days after the campaign closed at the latest"),
        timedelta(days=90),
        FollowDevice,
        following.devices_before,
        _forget_devices,
    ),
    Rule(
        "noticed",
        mark("Which device was told what"),
        mark("Ninety days after all of them were told; counts stay"),
        timedelta(days=90),
        DeviceNotice,
        following.noticed_before,
        _forget_notices,
    ),
    Rule(
        "told",
        mark("Which letter each follower was sent"),
        mark("Ninety days after all of them left; counts stay"),
        timedelta(days=90),
        Delivery,
        following.told_before,
        _forget_deliveries,
    ),
)
