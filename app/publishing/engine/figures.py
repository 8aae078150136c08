"""How the engine does: the last ring, what is due, how many posts stand where. For health pages and figures."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlmodel import Session, col

from app.core import clock
from app.core.db import reading
from app.core.tables import JobRun
from app.publishing.engine.claim import SCHEDULED, connected, post, running
from app.publishing.rules import HAND, PostState

RING = "publish what is due"
"""The name of the job that rings the engine."""

SILENT = timedelta(seconds=90)  # a ring that found nothing is noted once a minute
STUCK = timedelta(minutes=5)  # what is later than two minutes is given another hour: beyond, nobody judges


def last_ring(session: Session) -> datetime | None:
    """When an engine of any process last looked for due posts."""
    found: datetime | None = session.connection().scalar(
        select(col(JobRun.started_at)).where(col(JobRun.name) == RING)
    )
    return found


def oldest_due(session: Session) -> datetime | None:
    """The hour of the post that waits longest for the engine; None when none does."""
    found: datetime | None = session.connection().scalar(
        select(func.min(post.c.send_at)).where(
            SCHEDULED,
            post.c.channel != HAND,
            post.c.send_at <= clock.now(),
            running(),
            connected(),
        )
    )
    return found


def by_state(session: Session) -> Mapping[PostState, int]:
    """How many posts that the engine publishes stand in each state."""
    rows = session.connection().execute(
        select(post.c.state, func.count()).where(post.c.channel != HAND).group_by(post.c.state)
    )
    return {state: count for state, count in rows}  # noqa: C416 - rows are not pairs to mypy


def is_silent(session: Session) -> bool:
    """Whether no process publishes: none rang lately, or a due post waits far beyond its hour."""
    now = clock.now()
    rung, oldest = last_ring(session), oldest_due(session)
    return rung is None or now - rung > SILENT or (oldest is not None and now - oldest > STUCK)


def states_for_metrics() -> Mapping[str, float]:
    with reading() as session:
        return {state.value: float(count) for state, count in by_state(session).items()}


def waiting_for_metrics() -> Mapping[str, float]:
    """Seconds: how long the oldest due post waits, and since when nobody looked."""
    now = clock.now()
    with reading() as session:
        instants = {"oldest due": oldest_due(session), "last ring": last_ring(session)}
    return {name: (now - at).total_seconds() for name, at in instants.items() if at is not None}
