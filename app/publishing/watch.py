"""How publishing stands for an organisation: what waits, what is late, what asks for a person. Reads only."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session, col, func, select

from app.accounts import queries as accounts
from app.accounts.models import ChannelAccount
from app.accounts.rules import AccountState
from app.campaigns.models import Campaign
from app.campaigns.rules import State
from app.channels.base import Outcome
from app.core import clock, leases
from app.core.tables import JobRun
from app.publishing.models import Attempt, Outage, Post
from app.publishing.rules import HAND, TROUBLES, PostState
from app.stories.models import Frame

ALIVE = timedelta(seconds=90)
"""A worker renews its lease every 15 s: silent for longer than this, something is wrong."""
SHOWN = 50
RUNNING = (State.LIVE, State.DRIVE, State.REPORTING)


@dataclass(frozen=True)
class Asking:
    """A post that waits for a person, with what it is and where."""

    post: Post
    title: str
    campaign: Campaign


@dataclass(frozen=True)
class Watch:
    """What the page of the engine shows. Counts are of posts that go out by a connected account."""

    beat_at: datetime | None  # the worker's last sign of life
    alive: bool
    troubled: Sequence[str]  # jobs whose last run failed
    waiting: int
    next_at: datetime | None
    on_their_way: int
    oldest_due_at: datetime | None  # of those whose hour has come
    tried: Mapping[str, int]  # outcomes of the last 24 hours
    asking: Sequence[Asking]
    accounts: Sequence[ChannelAccount]  # that ask to be connected again
    outages: Sequence[tuple[Outage, Campaign]]


def watch(session: Session, organisation_id: int) -> Watch:
    """How publishing stands now, in nine queries whatever the number of campaigns."""
    now = clock.now()
    lease = leases.find(session, "scheduler")
    beat = lease.beat_at if lease else None
    states, next_at, oldest = _queue(session, organisation_id, now)
    return Watch(
        beat_at=beat,
        alive=beat is not None and now - beat <= ALIVE,
        troubled=session.exec(select(JobRun.name).where(JobRun.error != "").order_by(JobRun.name)).all(),
        waiting=states.get(PostState.SCHEDULED, 0),
        next_at=next_at,
        on_their_way=states.get(PostState.SENDING, 0),
        oldest_due_at=oldest,
        tried=_tried(session, organisation_id, now - timedelta(days=1)),
        asking=_asking(session, organisation_id),
        accounts=[
            one for one in accounts.accounts(session, organisation_id) if one.state is AccountState.RECONNECT
        ],
        outages=session.exec(
            select(Outage, Campaign)
            .join(Campaign, col(Campaign.id) == Outage.campaign_id)
            .where(Campaign.organisation_id == organisation_id, Outage.at >= now - timedelta(days=14))
            .order_by(col(Outage.at).desc())
            .limit(SHOWN)
        ).all(),
    )


def _queue(
    session: Session, organisation_id: int, now: datetime
) -> tuple[dict[PostState, int], datetime | None, datetime | None]:
    """Posts by state, the next to go out, and the oldest whose hour has come."""
    mine = (
        Campaign.organisation_id == organisation_id,
        col(Campaign.state).in_(RUNNING),
        Post.channel != HAND,
    )
    counted = session.exec(
        select(Post.state, func.count())
        .join(Campaign, col(Campaign.id) == Post.campaign_id)
        .where(*mine)
        .group_by(col(Post.state))
    ).all()
    instants = (
        select(func.min(col(Post.send_at)))
        .join(Campaign, col(Campaign.id) == Post.campaign_id)
        .where(*mine, Post.state == PostState.SCHEDULED)
    )
    next_at = session.exec(instants.where(col(Post.send_at) > now)).one()
    oldest = session.exec(instants.where(col(Post.send_at) <= now)).one()
    return {PostState(state): count for state, count in counted}, next_at, oldest


def _tried(session: Session, organisation_id: int, since: datetime) -> dict[str, int]:
    rows = session.exec(
        select(Attempt.outcome, func.count())
        .join(Post, col(Post.id) == Attempt.post_id)
        .join(Campaign, col(Campaign.id) == Post.campaign_id)
        .where(Campaign.organisation_id == organisation_id, Attempt.started_at >= since)
        .group_by(col(Attempt.outcome))
    ).all()
    return {Outcome(outcome).value: count for outcome, count in rows if outcome is not None}


def _asking(session: Session, organisation_id: int) -> list[Asking]:
    rows = session.exec(
        select(Post, Frame.title, Campaign)
        .join(Frame, col(Frame.id) == Post.frame_id)
        .join(Campaign, col(Campaign.id) == Post.campaign_id)
        .where(
            Campaign.organisation_id == organisation_id,
            col(Campaign.state).in_(RUNNING),
            col(Post.state).in_(TROUBLES),
        )
        .order_by(col(Post.due_at))
        .limit(SHOWN)
    ).all()
    return [Asking(*row) for row in rows]
