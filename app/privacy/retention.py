"""How long anything personal is kept, as one visible table: each rule counts what is due, and forgets it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import ColumnElement
from sqlmodel import Session, SQLModel, col, delete, func, select, update

from app.core import clock
from app.core.db import transaction
from app.core.i18n import Message, mark
from app.donations.models import Gift
from app.donations.service import forgetting
from app.influencers import service as influencers
from app.influencers.models import Influencer
from app.influencers.rules import Stage
from app.intake.models import Item
from app.notices import forgetting as notices
from app.notices.models import Notice
from app.privacy.models import RetentionRun
from app.reminders import service as reminders
from app.supporters import service as supporters
from app.supporters.models import Supporter, SupporterLink, SupporterVisit

BATCH = 500  # rows of one run: a backlog is worked off run by run, no page waits for it

Which = Callable[[datetime], ColumnElement[bool]]


@dataclass(frozen=True)
class Rule:
    """What is forgotten, how long after what, and why then."""

    name: str
    title: Message
    period: Message
    after: timedelta
    table: type[SQLModel]
    which: Which
    forget: Callable[[Session, list[int]], None]


def due(session: Session, rule: Rule, now: datetime) -> int:
    """How many rows the rule would forget at this instant."""
    return session.exec(
        select(func.count()).select_from(rule.table).where(rule.which(now - rule.after))
    ).one()


def apply(session: Session, rule: Rule, now: datetime) -> int:
    """Forget what is due, a batch at most; returns how many rows."""
    key = col(rule.table.id)  # type: ignore[attr-defined]
    ids = list(session.exec(select(key).where(rule.which(now - rule.after)).order_by(key).limit(BATCH)))
    if ids:
        rule.forget(session, ids)
    return len(ids)


def _delete(table: type[SQLModel], session: Session, ids: list[int]) -> None:
    session.execute(delete(table).where(col(table.id).in_(ids)))  # type: ignore[attr-defined]


def _forget_sources(session: Session, ids: list[int]) -> None:
    session.execute(update(Item).where(col(Item.id).in_(ids)).values(source="", likeness=""))


def _forget_supporters(session: Session, ids: list[int]) -> None:
    supporters.forget(session, ids)


def _forget_givers(session: Session, ids: list[int]) -> None:
    forgetting.forget(session, col(Gift.id).in_(ids))


def _forget_notices(session: Session, ids: list[int]) -> None:
    notices.forget(session, ids)


def _forget_carriers(session: Session, ids: list[int]) -> None:
    for person in session.exec(select(Influencer).where(col(Influencer.id).in_(ids))):
        influencers.forget(session, person)
        reminders.forget(session, person.id)


def _never_with_us(before: datetime) -> ColumnElement[bool]:
    return (
        (col(Influencer.stage) != Stage.CONFIRMED)
        & (col(Influencer.created_at) < before)
        & ((col(Influencer.email) != "") | (col(Influencer.tie) != ""))
    )


YEAR = timedelta(days=365)

RULES: tuple[Rule, ...] = (
    Rule(
        "visits",
        mark("Browsers known by a cookie"),
        mark("At its end, three months after the last link"),
        timedelta(0),
        SupporterVisit,
        lambda before: col(SupporterVisit.expires_at) < before,
        partial(_delete, SupporterVisit),
    ),
    Rule(
        "links",
        mark("Private links"),
        mark("At their end, thirteen months after they were made"),
        timedelta(0),
        SupporterLink,
        lambda before: col(SupporterLink.expires_at) < before,
        partial(_delete, SupporterLink),
    ),
    Rule(
        "sources",
        mark("Coded traces of where something was sent from"),
        mark("After thirty days"),
        timedelta(days=30),
        Item,
        lambda before: (
            (col(Item.created_at) < before) & ((col(Item.source) != "") | (col(Item.likeness) != ""))
        ),
        _forget_sources,
    ),
    Rule(
        "unpaid",
        mark("Who began a gift that was never paid"),
        mark("After ninety days"),
        timedelta(days=90),
        Gift,
        forgetting.unpaid_before,
        _forget_givers,
    ),
    Rule(
        "supporters",
        mark("Addresses of people without an account"),
        mark("Three years after their last visit"),
        3 * YEAR,
        Supporter,
        lambda before: col(Supporter.seen_at) < before,
        _forget_supporters,
    ),
    Rule(
        "notices",
        mark("The words of notices that were decided"),
        mark("After eighteen months; only the figures stay"),
        timedelta(days=548),
        Notice,
        notices.settled_before,
        _forget_notices,
    ),
    Rule(
        "never-with-us",
        mark("Influencers who never joined"),
        mark("Three years after they were added"),
        3 * YEAR,
        Influencer,
        _never_with_us,
        _forget_carriers,
    ),
    Rule(
        "givers",
        mark("Who gave"),
        mark("Ten years after the gift, as accounts"),
        10 * YEAR,
        Gift,
        forgetting.given_before,
        _forget_givers,
    ),
)

ELSEWHERE: tuple[tuple[Message, Message], ...] = (
    (mark("Mails that were sent or given up"), mark("After thirty days")),
    (mark("Sessions and links of the team that are over"), mark("After a day; invitations after a month")),
    (mark("Counts that limit how often something is tried"), mark("At the end of the count")),
)
"""What the jobs of other rooms forget by themselves."""


def forget_due() -> int:
    """Forget what is due, rule by rule, each in a transaction of its own; returns how many rows.

    A batch a rule: what is left is taken the next time.
    """
    counts: dict[str, int] = {}
    now = clock.now()
    for rule in RULES:
        with transaction() as session:
            counts[rule.name] = apply(session, rule, now)
    done = {name: count for name, count in counts.items() if count}
    if done:
        with transaction() as session:
            session.add(RetentionRun(counts=done, at=now))
    return sum(done.values())
