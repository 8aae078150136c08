"""Which rows of followers have served their time, for the schedule: nobody is written to by what is kept longer."""

from datetime import datetime

from sqlalchemy import ColumnElement
from sqlmodel import col, select

from app.campaigns.models import Campaign
from app.campaigns.rules import State
from app.followers.models import Delivery, DeviceNotice, Dispatch, FollowDevice, Follower
from app.followers.rules import Ending, FollowState


def unconfirmed_before(before: datetime) -> ColumnElement[bool]:
    return (col(Follower.state) == FollowState.ASKED) & (col(Follower.asked_at) < before)


def left_before(before: datetime) -> ColumnElement[bool]:
    ended = (col(Follower.state) == FollowState.ENDED) & (col(Follower.ended_at) < before)
    return ended & (col(Follower.ending) != Ending.COMPLAINED)


def complained_before(before: datetime) -> ColumnElement[bool]:
    return (col(Follower.ending) == Ending.COMPLAINED) & (col(Follower.ended_at) < before)


def followed_before(before: datetime) -> ColumnElement[bool]:
    over = select(Campaign.id).where(Campaign.state == State.CLOSED, col(Campaign.closed_at) < before)
    return (col(Follower.state) == FollowState.ACTIVE) & col(Follower.campaign_id).in_(over)


def devices_before(before: datetime) -> ColumnElement[bool]:
    over = select(Campaign.id).where(Campaign.state == State.CLOSED, col(Campaign.closed_at) < before)
    return col(FollowDevice.campaign_id).in_(over)


def noticed_before(before: datetime) -> ColumnElement[bool]:
    ended = select(Dispatch.id).where(col(Dispatch.ended_at) < before)
    return col(DeviceNotice.dispatch_id).in_(ended)


def told_before(before: datetime) -> ColumnElement[bool]:
    ended = select(Dispatch.id).where(col(Dispatch.ended_at) < before)
    return col(Delivery.dispatch_id).in_(ended)
