"""When a post is late and how it stands. Pure decisions."""

from datetime import datetime, timedelta
from enum import StrEnum

GRACE = timedelta(hours=2)
"""How long after its hour a planned post is only waited for; beyond, it is missed."""


class PostState(StrEnum):
    PLANNED = "planned"
    POSTED = "posted"
    DECLINED = "declined"  # the carrier cannot


class Standing(StrEnum):
    """How a post stands at a moment: its state, and what the clock adds to it."""

    PLANNED = "planned"
    DUE = "due"  # its hour has come
    MISSED = "missed"
    POSTED = "posted"
    DECLINED = "declined"


def is_missed(state: PostState, due_at: datetime, now: datetime) -> bool:
    """Whether a planned post is past its hour and its grace."""
    return state is PostState.PLANNED and now > due_at + GRACE


def standing(state: PostState, due_at: datetime, now: datetime) -> Standing:
    """How a post stands."""
    if state is not PostState.PLANNED:
        return Standing(state.value)
    if is_missed(state, due_at, now):
        return Standing.MISSED
    return Standing.DUE if now >= due_at else Standing.PLANNED
