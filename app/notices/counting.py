"""The figures of a year: counts and one median, of notices, decisions and appeals. Nobody is in them."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session, col, func, select

from app.notices import rules
from app.notices.models import Notice, NoticeAppeal, NoticeDecision
from app.notices.queries import within
from app.notices.rules import Category, NoticeState, Outcome


@dataclass(frozen=True)
class Figures:
    """A year in numbers; durations are those from a notice to its first decision."""

    received: int
    by_category: Mapping[Category, int]
    open: int
    outcomes: Mapping[Outcome, int]
    grounds: Mapping[str, int]
    unfounded: int
    median: timedelta | None
    appeals: int
    answered: int
    reversed: int


def years(session: Session, organisation_id: int, *, now: datetime) -> Sequence[int]:
    """The years with notices, and this one; the latest first."""
    first = session.exec(
        select(func.min(Notice.created_at)).where(Notice.organisation_id == organisation_id)
    ).one()
    return list(range(now.year, (first.year if first else now.year) - 1, -1))


def figures(session: Session, organisation_id: int, year: int) -> Figures:
    """What came in a year (UTC), and what became of it since."""
    mine = [col(Notice.organisation_id) == organisation_id, *within(year)]
    notices = {row.id: row for row in session.exec(select(Notice).where(*mine))}
    rows = session.exec(
        select(NoticeDecision)
        .join(Notice, col(Notice.id) == NoticeDecision.notice_id)
        .where(*mine)
        .order_by(col(NoticeDecision.round))
    ).all()
    firsts = [row for row in rows if row.round == 1]
    last = {row.notice_id: row for row in rows}
    by_id = {row.id: row for row in rows}
    contested = session.exec(
        select(NoticeAppeal).join(Notice, col(Notice.id) == NoticeAppeal.notice_id).where(*mine)
    ).all()
    answered = [by_id[one.answer_id] for one in contested if one.answer_id is not None]
    turned = [
        one
        for one in contested
        if one.answer_id is not None
        and (by_id[one.answer_id].outcome is Outcome.KEEP) != (by_id[one.decision_id].outcome is Outcome.KEEP)
    ]
    return Figures(
        received=len(notices),
        by_category=Counter(row.category for row in notices.values()),
        open=sum(row.state is NoticeState.RECEIVED for row in notices.values()),
        outcomes=Counter(row.outcome for row in last.values()),
        grounds=Counter(row.ground.value for row in last.values() if row.ground),
        unfounded=sum(row.unfounded for row in last.values()),
        median=rules.middle([row.at - notices[row.notice_id].created_at for row in firsts]),
        appeals=len(contested),
        answered=len(answered),
        reversed=len(turned),
    )
