"""When a post is late, how it stands and what a person may decide about it. Pure decisions."""

from datetime import datetime, timedelta
from enum import StrEnum

from app.campaigns.rules import Approval

GRACE = timedelta(hours=2)
"""How long after its hour a planned post is only waited for; beyond, it is missed."""


HAND = "hand"
"""The channel of a post that its carrier publishes and says so."""


class PostState(StrEnum):
    DRAFT = "draft"  # not to be published as it is
    IN_REVIEW = "in_review"  # waits for the team, then for the influencer where the campaign asks both
    APPROVED = "approved"  # content agreed, but its hour has passed: it needs another
    SCHEDULED = "scheduled"  # goes out at its hour: by the engine, or by hand
    SENDING = "sending"  # a platform is being asked
    SENT = "sent"
    PARTIAL = "partial"  # some pieces are public, others not
    MISSED = "missed"  # its hour is over and nothing was sent
    UNCONFIRMED = "unconfirmed"  # nobody knows whether it went out: a person looks
    FAILED = "failed"  # the platform refused it
    HELD = "held"  # waits for a person, and says why
    DECLINED = "declined"  # the carrier cannot


OPEN = frozenset(
    {PostState.DRAFT, PostState.IN_REVIEW, PostState.APPROVED, PostState.SCHEDULED, PostState.HELD}
)
"""States in which a post may still be changed freely: nothing is public or on its way."""

OUT = frozenset({PostState.SENT, PostState.PARTIAL})
"""States in which something is public."""

ON_ITS_WAY = frozenset({PostState.SENDING})
"""States in which a process has the post in hand: nobody changes it meanwhile."""


TROUBLES = frozenset({PostState.UNCONFIRMED, PostState.FAILED, PostState.PARTIAL, PostState.HELD})
"""States that wait for a person's decision."""


class Hold(StrEnum):
    """Why a post is held."""

    LATE = "late"  # its hour passed during an outage, later than it may go out by itself
    PAUSE = "pause"  # its hour passed while the campaign was paused
    ACCOUNT = "account"  # its account must be connected again
    PERSON = "person"  # somebody stopped it
    WITHDRAWN = "withdrawn"  # whoever told it took it back: it goes out no more
    CLAIM = "claim"  # a fact in it was not checked at its hour


class Late(StrEnum):
    """What becomes of a post whose hour passed without it: chosen for each."""

    SEND = "send"  # it goes out late, up to its limit; beyond, a person is asked
    ASK = "ask"
    MISS = "miss"


class WordKind(StrEnum):
    COMMENT = "comment"
    SUBMITTED = "submitted"
    APPROVED = "approved"  # by the team
    AGREED = "agreed"  # by the influencer
    CHANGES = "changes"  # asked for, by either
    REFUSED = "refused"  # the influencer will not carry it
    REOPENED = "reopened"  # edited after its approval, or by another hand while it waits
    KEPT = "kept"  # planned before approval was asked: it stays as it then was
    REMINDED = "reminded"  # somebody was written to about it: the influencer it names, or the team


class Standing(StrEnum):
    """How a post stands at a moment: its state, and what the clock adds to it."""

    DRAFT = "draft"
    IN_REVIEW = "in_review"
    APPROVED = "approved"
    SCHEDULED = "scheduled"
    DUE = "due"  # its hour has come
    SENDING = "sending"
    SENT = "sent"
    PARTIAL = "partial"
    MISSED = "missed"
    UNCONFIRMED = "unconfirmed"
    FAILED = "failed"
    HELD = "held"
    DECLINED = "declined"


def is_missed(state: PostState, due_at: datetime, now: datetime) -> bool:
    """Whether a planned post is past its hour and its grace."""
    return state is PostState.SCHEDULED and now > due_at + GRACE


def standing(state: PostState, due_at: datetime, now: datetime) -> Standing:
    """How a post stands."""
    if state is not PostState.SCHEDULED:
        return Standing(state.value)
    if is_missed(state, due_at, now):
        return Standing.MISSED
    return Standing.DUE if now >= due_at else Standing.SCHEDULED


PUNCTUAL = timedelta(minutes=10)
"""What passes for "at its hour" once a post is out: a thumb is no robot."""


def minutes_late(posted_at: datetime | None, due_at: datetime) -> int:
    """How many whole minutes after its hour a post went out; 0 when it was punctual, early or is not out."""
    if posted_at is None or posted_at - due_at < PUNCTUAL:
        return 0
    return int((posted_at - due_at).total_seconds() // 60)


def planned_state(approval: Approval, *, approved: bool, agreed: bool, by_influencer: bool) -> PostState:
    """The state of a post that has just been planned, or planned again: it goes out once all have agreed."""
    if approval is Approval.NONE:
        return PostState.SCHEDULED
    if not approved:
        return PostState.DRAFT
    if approval is Approval.BOTH and by_influencer and not agreed:
        return PostState.IN_REVIEW
    return PostState.SCHEDULED


class Decision(StrEnum):
    """What a person may say of a post that the engine, or its carrier, leaves to them."""

    WENT_OUT = "went_out"  # nobody knew: it did
    NOT_OUT = "not_out"  # nobody knew: it did not
    SEND = "send"  # now; of a partial one only what is missing
    LEAVE = "leave"  # it is missed, and stays so
    HOLD = "hold"
    RELEASE = "release"
    POSTED = "posted"  # somebody published it by hand
    AGAIN = "again"  # neither posted nor declined after all
    REMOVE = "remove"


_LEFT = {PostState.HELD, PostState.MISSED, PostState.FAILED}


def decisions(state: PostState, *, by_hand: bool, is_ahead: bool, hold: Hold | None = None) -> list[Decision]:
    """What a person may decide about a post as it stands, the most likely first.

    `by_hand`: its carrier publishes it; `is_ahead`: its hour is still to come; `hold`: why it is held.
    """
    if state is PostState.HELD and hold is Hold.WITHDRAWN:
        return [Decision.REMOVE]
    if state in ON_ITS_WAY:
        return []
    if state is PostState.UNCONFIRMED:
        return [Decision.WENT_OUT, Decision.NOT_OUT]
    if state is PostState.PARTIAL:
        return [Decision.SEND]
    if state is PostState.SENT:
        return [Decision.AGAIN] if by_hand else []
    found: list[Decision] = []
    if state is PostState.HELD and (is_ahead or by_hand):
        found.append(Decision.RELEASE)
    if state in _LEFT and not by_hand:
        found.append(Decision.SEND)
    if state is PostState.DECLINED or (state is PostState.MISSED and by_hand):
        found.append(Decision.AGAIN)
    if state is PostState.SCHEDULED:
        found += [Decision.POSTED, Decision.HOLD] if by_hand else [Decision.HOLD]
    elif state in _LEFT | {PostState.DECLINED}:
        found.append(Decision.POSTED)
    if state in (PostState.HELD, PostState.FAILED):
        found.append(Decision.LEAVE)
    return [*found, Decision.REMOVE]
