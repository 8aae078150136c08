"""Finding rows: which posts are due, for which accounts, and whose broken-off tries are. Refuses what must wait.

What is due is only read here; `record.begin` takes it, in the transaction that stores its keys. A try that broke off
is taken with a lease that ends by itself when its process dies. Rows, not objects: ten thousand posts may be due at
once. Both databases give the same answer: PostgreSQL skips the rows another process is taking, SQLite lets one
process write at a time.
"""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    and_,
    bindparam,
    exists,
    func,
    literal_column,
    select,
    union_all,
    update,
)
from sqlmodel import SQLModel, col

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
BATCH = 1000  # posts under way at once, at most: a channel that takes many pays for its commits by the batch
RUNNING = (State.LIVE, State.DRIVE, State.REPORTING)
"""States of a campaign in which its posts go out, unless it is paused."""

post = SQLModel.metadata.tables[str(Post.__tablename__)]
SCHEDULED = post.c.state == literal_column(f"'{PostState.SCHEDULED.value}'")
"""In the words of the partial index: neither database would match a parameter with it."""


class Due(NamedTuple):
    """A post to send or to look up: what the engine needs of its row."""

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
    version: int

    def standing(
        self, *, tries: int, looked_up: int = 0, public: bool = False, last: bool = True
    ) -> Standing:
        """What a verdict looks at."""
        return Standing(
            self.due_at, self.send_at, self.late, self.late_minutes, tries, looked_up, public, last
        )


COLUMNS = tuple(post.c[name] for name in Due._fields)


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


def is_due() -> ColumnElement[bool]:
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
        select(post.c.account_id, post.c.send_at).where(is_due()),
        select(post.c.account_id, post.c.send_at).where(_is_broken_off()),
    ).subquery("found")
    first = func.min(found.c.send_at)
    return select(found.c.account_id, first).group_by(found.c.account_id).order_by(first)


# The sum keeps SQLite from reading an account's whole past: what is being sent by anybody is always little.
_BROKEN_OFF = (
    select(post.c.id)
    .where(_is_broken_off(), post.c.account_id + 0 == bindparam("account"))
    .order_by(post.c.send_at, post.c.id)
    .limit(bindparam("most"))
    .with_for_update(of=post, skip_locked=True)
)
_DUE_ACCOUNTS = _waiting()
_DUE = (
    select(*COLUMNS)
    .where(is_due(), post.c.account_id == bindparam("account"))
    .order_by(post.c.send_at, post.c.id)
    .limit(bindparam("most"))
)
_TAKE_BROKEN_OFF = (
    update(post)
    .where(post.c.id.in_(select(_BROKEN_OFF.cte("taken").c.id)))
    .values(claimed_by=bindparam("holder"), claimed_until=bindparam("until"))
    .returning(*COLUMNS)
)


def instants() -> dict[str, datetime]:
    """The parameters of `is_due`, at this moment."""
    now = clock.now()
    return {"now": now, "stale": now - LATE_AFTER}


def due_accounts() -> Sequence[int]:
    """The accounts that have posts to send or to look up, the one that waits longest first."""
    with reading() as session:
        rows = session.connection().execute(_DUE_ACCOUNTS, instants()).all()
    return [account for account, _ in rows]


def due_of(account_id: int, *, most: int) -> list[Due]:
    """Due posts of an account, in the order of the clock. Nobody has taken them yet: `record.begin` does."""
    values = {**instants(), "account": account_id, "most": min(most, BATCH)}
    with reading() as session:
        return [Due._make(row) for row in session.connection().execute(_DUE, values).all()]


def take_broken_off(account_id: int, holder: str, *, most: int) -> list[Due]:
    """Take tries of an account whose outcome must be looked up."""
    now = clock.now()
    values = {"now": now, "until": now + LEASE, "account": account_id, "holder": holder}
    with writing() as session:
        rows = session.connection().execute(_TAKE_BROKEN_OFF, {**values, "most": min(most, BATCH)})
        return sorted((Due._make(row) for row in rows), key=lambda one: (one.send_at, one.id))


def renew(ids: Collection[int], holder: str) -> None:
    """Hold on to posts at work: a video may take minutes. What another process took over stays theirs."""
    if not ids:
        return
    with writing() as session:
        session.connection().execute(
            update(post)
            .where(post.c.id.in_(ids), post.c.state == PostState.SENDING, post.c.claimed_by == holder)
            .values(claimed_until=clock.now() + LEASE)
        )
