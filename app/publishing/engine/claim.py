"""Taking rows: which posts are due, for which accounts, and whose they are until when. Refuses what must wait.

A claim is a conditional update in a short transaction of its own; a lease on it ends by itself when its process
dies. Rows, not objects: ten thousand posts may be due at once. Both databases give the same answer: PostgreSQL
skips the rows another process is taking, SQLite lets one process write at a time.
"""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    and_,
    bindparam,
    case,
    exists,
    func,
    literal_column,
    select,
    union_all,
    update,
)
from sqlmodel import Session, SQLModel, col

from app.accounts.models import ChannelAccount
from app.accounts.rules import AccountState
from app.campaigns.models import Campaign
from app.campaigns.rules import State
from app.channels.base import Shape
from app.core import clock
from app.core.db import reading
from app.publishing.engine.rows import writing
from app.publishing.engine.verdicts import LATE_AFTER, Standing
from app.publishing.models import Post
from app.publishing.rules import HAND, Late, PostState

LEASE = timedelta(minutes=2)
BATCH = 500  # rows of one claim, at most: a channel that takes many at once pays for its commits by the batch
RUNNING = (State.LIVE, State.DRIVE, State.REPORTING)
"""States of a campaign in which its posts go out, unless it is paused."""

post = SQLModel.metadata.tables[str(Post.__tablename__)]
SCHEDULED = post.c.state == literal_column(f"'{PostState.SCHEDULED.value}'")
"""In the words of the partial index: neither database would match a parameter with it."""


class Taken(NamedTuple):
    """A post this process holds: what the engine needs of its row."""

    id: int
    pid: str
    campaign_id: int
    frame_id: int
    influencer_id: int | None
    account_id: int
    channel: str
    shape: Shape
    text: str
    due_at: datetime
    send_at: datetime
    late: Late
    late_minutes: int
    tries: int

    def standing(
        self, *, tries: int, looked_up: int = 0, public: bool = False, last: bool = True
    ) -> Standing:
        """What a verdict looks at."""
        return Standing(
            self.due_at, self.send_at, self.late, self.late_minutes, tries, looked_up, public, last
        )


COLUMNS = tuple(post.c[name] for name in Taken._fields)


def running() -> ColumnElement[bool]:
    """Whether the campaign of a post may publish now."""
    return exists().where(
        col(Campaign.id) == post.c.campaign_id,
        col(Campaign.state).in_(RUNNING),
        col(Campaign.paused_at).is_(None),
    )


def connected() -> ColumnElement[bool]:
    """Whether the platform takes the account of a post."""
    return exists().where(
        col(ChannelAccount.id) == post.c.account_id, col(ChannelAccount.state) == AccountState.CONNECTED
    )


def _is_due() -> ColumnElement[bool]:
    """Due now, and not so late that the rules of lateness decide."""
    return and_(
        SCHEDULED,
        post.c.channel != HAND,
        post.c.send_at <= bindparam("now"),
        post.c.send_at > bindparam("stale"),
        running(),
        connected(),
    )


def _is_broken_off() -> ColumnElement[bool]:
    """A try whose outcome nobody wrote down in time, or that is to be looked up now."""
    return and_(post.c.state == PostState.SENDING, post.c.claimed_until <= bindparam("now"), connected())


def _waiting() -> Any:
    """Two searches, each by its own index: a condition with OR would read every post."""
    found = union_all(
        select(post.c.account_id, post.c.send_at).where(_is_due()),
        select(post.c.account_id, post.c.send_at).where(_is_broken_off()),
    ).subquery("found")
    first = func.min(found.c.send_at)
    return select(found.c.account_id, first).group_by(found.c.account_id).order_by(first)


def _taking(which: ColumnElement[bool], account: ColumnElement[Any], state: PostState) -> Any:
    rows = (
        select(post.c.id)
        .where(which, account == bindparam("account"))
        .order_by(post.c.send_at, post.c.id)
        .limit(bindparam("most"))
        .with_for_update(of=post, skip_locked=True)
        .cte("taken")
    )
    return (
        update(post)
        .where(post.c.id.in_(select(rows.c.id)))
        .values(state=state, claimed_by=bindparam("holder"), claimed_until=bindparam("until"))
        .returning(*COLUMNS)
    )


_DUE_ACCOUNTS = _waiting()
_TAKE_DUE = _taking(_is_due(), post.c.account_id, PostState.CLAIMED)
# The sum keeps SQLite from reading an account's whole past: what is claimed by anybody is always little.
_TAKE_BROKEN_OFF = _taking(_is_broken_off(), post.c.account_id + 0, PostState.SENDING)


def due_accounts() -> Sequence[int]:
    """The accounts that have posts to send or to look up, the one that waits longest first."""
    with reading() as session:
        rows = session.connection().execute(_DUE_ACCOUNTS, _instants()).all()
    return [account for account, _ in rows]


def take_due(account_id: int, holder: str, *, most: int) -> list[Taken]:
    """Take due posts of an account, in the order of the clock. Nothing of theirs has been sent by this claim."""
    return _take(_TAKE_DUE, account_id, holder, most)


def take_broken_off(account_id: int, holder: str, *, most: int) -> list[Taken]:
    """Take tries of an account whose outcome must be looked up."""
    return _take(_TAKE_BROKEN_OFF, account_id, holder, most)


def _take(statement: Any, account_id: int, holder: str, most: int) -> list[Taken]:
    values = {**_instants(), "account": account_id, "holder": holder, "most": min(most, BATCH)}
    with writing() as session:
        rows = session.connection().execute(statement, {**values, "until": values["now"] + LEASE}).all()
    return sorted((Taken(*row) for row in rows), key=lambda one: (one.send_at, one.id))


def _instants() -> dict[str, Any]:
    now = clock.now()
    return {"now": now, "stale": now - LATE_AFTER}


def give_back(ids: Collection[int], holder: str) -> None:
    """Let go of claimed posts of which nothing was sent: another process, or a later ring, takes them."""
    if ids:
        with writing() as session:
            let_go(session, ids, holder)


def let_go(session: Session, ids: Collection[int], holder: str) -> None:
    """The same, in a transaction of the caller."""
    session.connection().execute(
        update(post)
        .where(post.c.id.in_(ids), post.c.state == PostState.CLAIMED, post.c.claimed_by == holder)
        .values(state=PostState.SCHEDULED, claimed_by="", claimed_until=None)
    )


def renew(ids: Collection[int], holder: str) -> None:
    """Hold on to posts at work: a video may take minutes. What another process took over stays theirs."""
    if not ids:
        return
    with writing() as session:
        session.connection().execute(
            update(post)
            .where(
                post.c.id.in_(ids),
                post.c.state.in_([PostState.CLAIMED, PostState.SENDING]),
                post.c.claimed_by == holder,
            )
            .values(claimed_until=clock.now() + LEASE)
        )


def release_expired() -> int:
    """Free claims whose process died before anything was sent; returns how many.

    A claim proves that the post was on time: unless the whole instance was down since, it goes out at once.
    """
    now = clock.now()
    just_now = now - LEASE - 2 * LATE_AFTER
    with writing() as session:
        freed = session.connection().execute(
            update(post)
            .where(post.c.state == PostState.CLAIMED, post.c.claimed_until <= now)
            .values(
                state=PostState.SCHEDULED,
                claimed_by="",
                claimed_until=None,
                send_at=case((post.c.send_at > just_now, now), else_=post.c.send_at),
            )
        )
        return freed.rowcount
