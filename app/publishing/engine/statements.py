"""The statements of a try: marking a post as being sent, storing keys and outcomes, settling where a post stands."""

from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import bindparam, func, insert, literal_column, select, update

from app.channels.base import Outcome
from app.core.db import UtcDateTime
from app.publishing.engine.claim import connected, is_due, post, running
from app.publishing.engine.content import attempt
from app.publishing.engine.rows import among, unfolded
from app.publishing.rules import PostState


@cache
def take(dialect: str) -> Any:
    """Mark due posts as being sent by this process; what another is taking at this moment is passed over."""
    free = (
        select(post.c.id)
        .where(among(dialect, post.c.id), is_due())
        .with_for_update(of=post, skip_locked=True)
    )
    return (
        update(post)
        .where(post.c.id.in_(free))
        .values(
            state=PostState.SENDING,
            claimed_by=bindparam("holder"),
            claimed_until=bindparam("until"),
            tries=post.c.tries + 1,
        )
        .returning(post.c.id, post.c.version)
    )


@cache
def let_go(dialect: str) -> Any:
    """Undo `take`, in its transaction."""
    return (
        update(post)
        .where(among(dialect, post.c.id), post.c.claimed_by == bindparam("holder"))
        .values(state=PostState.SCHEDULED, claimed_by="", claimed_until=None, tries=post.c.tries - 1)
    )


GO_ON = (
    update(post)
    .where(
        post.c.id == bindparam("b_id"),
        post.c.state == PostState.SENDING,
        post.c.claimed_by == bindparam("holder"),
        running(),
        connected(),
    )
    .values(claimed_until=bindparam("until"))
    .returning(post.c.id)
)


_FIELDS = ("state", "send_at", "hold", "hold_note", "claimed_until", "tries")
SETTLE = (
    update(post)
    .where(
        post.c.id == bindparam("b_id"),
        post.c.state == PostState.SENDING,
        post.c.claimed_by == bindparam("b_holder"),
    )
    .values(
        {name: bindparam(f"b_{name}") for name in _FIELDS}
        | {
            # What is public of it already stays known, whatever became of the rest.
            "posted_at": func.coalesce(bindparam("b_posted_at", type_=UtcDateTime()), post.c.posted_at),
            "proof_url": func.coalesce(func.nullif(bindparam("b_proof_url"), ""), post.c.proof_url),
            "claimed_by": "",
            "version": post.c.version + 1,
        }
    )
)


class Begun(NamedTuple):
    """A try about to be made."""

    post: int
    position: int
    number: int
    key: str
    progress: str


@cache
def insert_tries(dialect: str) -> Any:
    told = unfolded(dialect, Begun)
    row = {
        "post_id": told.c.post,
        "account_id": post.c.account_id,
        "position": told.c.position,
        "number": told.c.number,
        "key": told.c.key,
        "due_at": post.c.due_at,
        "holder": bindparam("holder"),
        "started_at": bindparam("now", type_=UtcDateTime()),
        "progress": told.c.progress,
        **dict.fromkeys(("detail", "remote_id", "url"), literal_column("''")),
        "looked_up": literal_column("0"),
    }
    return insert(attempt).from_select(
        list(row), select(*row.values()).where(post.c.id == told.c.post), include_defaults=False
    )


class Ended(NamedTuple):
    """What became of a try."""

    post: int
    position: int
    number: int
    outcome: str
    detail: str
    remote_id: str
    url: str
    looked_up: int


@cache
def write_outcomes(dialect: str) -> Any:
    told = unfolded(dialect, Ended)
    return (
        update(attempt)
        .where(
            attempt.c.post_id == told.c.post,
            attempt.c.position == told.c.position,
            attempt.c.number == told.c.number,
        )
        .values(
            finished_at=bindparam("now", type_=UtcDateTime()),
            **{name: told.c[name] for name in ("outcome", "detail", "remote_id", "url", "looked_up")},
        )
    )


_FIRST_URL = (
    select(attempt.c.url)
    .where(attempt.c.post_id == post.c.id, attempt.c.outcome == Outcome.SENT, attempt.c.url != "")
    .order_by(attempt.c.position)
    .limit(1)
    .scalar_subquery()
)


@cache
def settle_sent(dialect: str) -> Any:
    """What `SETTLE` does, for posts that are public, which are nearly all: in one statement."""
    return (
        update(post)
        .where(
            among(dialect, post.c.id),
            post.c.state == PostState.SENDING,
            post.c.claimed_by == bindparam("holder"),
        )
        .values(
            state=PostState.SENT,
            posted_at=bindparam("now", type_=UtcDateTime()),
            proof_url=func.coalesce(_FIRST_URL, ""),
            hold=None,
            hold_note="",
            claimed_by="",
            claimed_until=None,
            version=post.c.version + 1,
        )
    )
