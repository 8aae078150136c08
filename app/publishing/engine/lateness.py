"""What was not sent in time: sent late one after the other, put to a person, or missed. Nothing is dropped silently.

After an outage nothing floods: each account sends at most `SEPTAINE_CATCH_UP_PER_HOUR` late posts an hour. What was
decided for a campaign is one row that the team reads, and one mail.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import groupby
from typing import NamedTuple

from sqlalchemy import exists, func, or_, select, update
from sqlmodel import Session, col
from sqlmodel import select as select_rows

from app.campaigns import queries as campaigns
from app.campaigns.models import Campaign
from app.channels.base import Outcome
from app.core import clock
from app.core.db import reading, transaction
from app.core.settings import get_settings
from app.core.templating import absolute
from app.mail import service as mail
from app.publishing.engine.claim import SCHEDULED, connected, post, running
from app.publishing.engine.content import attempt
from app.publishing.engine.verdicts import LATE_AFTER, Standing, Verdict, judge_late
from app.publishing.models import Outage
from app.publishing.rules import HAND, TROUBLES, Late, PostState

SAME_OUTAGE = timedelta(hours=1)
"""What lateness decides within this time of the last summary is added to it, without another mail."""


class LatePost(NamedTuple):
    """A post whose hour passed, as its row stands."""

    id: int
    campaign_id: int
    account_id: int | None
    due_at: datetime
    send_at: datetime
    late: Late
    late_minutes: int
    tries: int
    connected: bool
    public: bool

    def standing(self) -> Standing:
        return Standing(
            self.due_at, self.send_at, self.late, self.late_minutes, self.tries, public=self.public
        )


_PLAN = tuple(post.c[name] for name in LatePost._fields[:-2])
_IS_PUBLIC = exists().where(attempt.c.post_id == post.c.id, attempt.c.outcome == Outcome.SENT)


def judge_late_posts() -> int:
    """Decide what becomes of the posts whose hour passed; returns how many were decided.

    Each campaign has a transaction of its own: its posts, its summary and its mails together.
    """
    late = _late_posts()
    return sum(
        _judge_campaign(campaign_id, list(rows))
        for campaign_id, rows in groupby(late, key=lambda one: one.campaign_id)
    )


def _late_posts() -> Sequence[LatePost]:
    """Of each campaign, the oldest first."""
    statement = (
        select(*_PLAN, connected(), _IS_PUBLIC)
        .where(
            SCHEDULED,
            post.c.channel != HAND,
            post.c.send_at <= clock.now() - LATE_AFTER,
            running(),
        )
        .order_by(post.c.campaign_id, post.c.due_at, post.c.id)
    )
    with reading() as session:
        return [LatePost._make(row) for row in session.connection().execute(statement)]


def _judge_campaign(campaign_id: int, late: Sequence[LatePost]) -> int:
    now = clock.now()
    with transaction() as session:
        slots = _Slots(session, {one.account_id for one in late if one.account_id is not None}, now)
        decided = [(one, slots.judge(one)) for one in late]
        changed = [
            (one, verdict)
            for one, verdict in decided
            if verdict is not None and _apply(session, one, verdict)
        ]
        if changed:
            _summarise(session, campaign_id, changed)
        return len(changed)


class _Slots:
    """When each account may send its next late post: after the last it was given, never closer than the rate."""

    def __init__(self, session: Session, accounts: set[int], now: datetime) -> None:
        self._now = now
        self._every = timedelta(hours=1) / get_settings().catch_up_per_hour
        given = (
            select(post.c.account_id, func.max(post.c.send_at))
            .where(post.c.account_id.in_(accounts), post.c.send_at > now - self._every)
            .where(post.c.send_at > post.c.due_at, post.c.state.not_in([PostState.HELD, PostState.MISSED]))
            .where(or_(post.c.state != PostState.SCHEDULED, post.c.send_at > now - LATE_AFTER))
            .group_by(post.c.account_id)
        )
        rows = session.connection().execute(given)
        self._next = {account: last + self._every for account, last in rows}

    def judge(self, one: LatePost) -> Verdict | None:
        """The verdict on a post; one that is sent late takes the next slot of its account."""
        if one.account_id is None:
            return judge_late(one.standing(), slot=None, connected=False)
        slot = max(self._now, self._next.get(one.account_id, self._now))
        verdict = judge_late(one.standing(), slot=slot, connected=one.connected)
        if verdict is not None and verdict.state is PostState.SCHEDULED:
            self._next[one.account_id] = slot + self._every
        return verdict


def _apply(session: Session, one: LatePost, verdict: Verdict) -> bool:
    """False when somebody was quicker: sent it, moved it, took it back."""
    changed = session.connection().execute(
        update(post)
        .where(post.c.id == one.id, post.c.state == PostState.SCHEDULED, post.c.send_at == one.send_at)
        .values(
            state=verdict.state,
            send_at=verdict.again_at or one.send_at,
            hold=verdict.hold,
            told=verdict.state if verdict.state in TROUBLES else None,  # the summary speaks of it
            version=post.c.version + 1,
        )
    )
    return changed.rowcount == 1


def _summarise(session: Session, campaign_id: int, decided: Sequence[tuple[LatePost, Verdict]]) -> None:
    states = [verdict.state for _, verdict in decided]
    outage = session.exec(
        select_rows(Outage)
        .where(Outage.campaign_id == campaign_id, Outage.at > clock.now() - SAME_OUTAGE)
        .order_by(col(Outage.at).desc())
    ).first()
    is_new = outage is None
    if outage is None:
        outage = Outage(campaign_id=campaign_id, oldest_due_at=min(one.due_at for one, _ in decided))
    outage.respaced += states.count(PostState.SCHEDULED)
    outage.asked += states.count(PostState.HELD) + states.count(PostState.PARTIAL)
    outage.missed += states.count(PostState.MISSED)
    session.add(outage)
    session.flush()
    if is_new:
        _tell(session, session.get_one(Campaign, campaign_id), outage)


def _tell(session: Session, campaign: Campaign, outage: Outage) -> None:
    for address, language in campaigns.organiser_mails(session, campaign):
        mail.queue(
            session,
            kind="late-posts",
            to=address,
            language=language,
            context={
                "campaign": campaign,
                "outage": outage,
                "url": absolute(f"/studio/campaigns/{campaign.pid}/calendar"),
            },
        )
