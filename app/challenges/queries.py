"""Reads of challenges and of the acts that count: neither removed by the team nor waiting to be read."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

from sqlalchemy import ColumnElement, and_, case, exists, func, or_
from sqlalchemy import select as sql_select
from sqlmodel import Session, col, select

from app.challenges.models import Challenge, ChallengeAct
from app.challenges.rules import LEVELS
from app.intake.models import Item
from app.intake.rules import ItemState, Kind
from app.stories.models import Day


@dataclass(frozen=True)
class ShownChallenge:
    """A challenge with its accepted acts, their quantity in thousandths, and the acts of the whole campaign."""

    challenge: Challenge
    acts: int
    quantity: int
    campaign_acts: int


@dataclass(frozen=True)
class Participation:
    """Accepted acts of one challenge: in all, by level (0 to 2), how many were told late, how much they come to.

    `quantity` is in thousandths of the unit; `waiting` acts are told and not yet read, and in no other figure.
    """

    total: int = 0
    levels: tuple[int, ...] = (0,) * LEVELS
    late: int = 0
    texts: int = 0
    quantity: int = 0
    waiting: int = 0


@dataclass(frozen=True)
class Counts:
    """Accepted acts of a campaign, by challenge id."""

    total: int = 0
    by_challenge: Mapping[int, Participation] = field(default_factory=dict)

    @property
    def waiting(self) -> int:
        return sum(part.waiting for part in self.by_challenge.values())

    def of(self, challenge_id: int) -> Participation:
        return self.by_challenge.get(challenge_id, Participation())


def stands(*states: ItemState) -> ColumnElement[bool]:
    """The condition that an act was filed and its item stands in one of these states."""
    return exists().where(
        col(Item.kind) == Kind.ACT,
        col(Item.subject_id) == col(ChallengeAct.id),
        col(Item.state).in_(states),
    )


def accepted() -> ColumnElement[bool]:
    """The condition that an act counts: one tap counts at once, what the team reads counts while accepted."""
    return and_(
        col(ChallengeAct.removed_at).is_(None),
        or_(col(ChallengeAct.filed).is_(False), stands(ItemState.ACCEPTED)),
    )


def shown(session: Session, *, campaign_id: int, day_id: int) -> ShownChallenge | None:
    """The challenge of a day with its counts, in one query."""
    acts = select(func.count(col(ChallengeAct.id))).where(accepted())
    units = select(func.coalesce(func.sum(col(ChallengeAct.quantity)), 0)).where(accepted())
    own = col(ChallengeAct.challenge_id) == col(Challenge.id)
    row = session.exec(
        select(
            Challenge,
            acts.where(own).correlate(Challenge).scalar_subquery(),
            units.where(own).correlate(Challenge).scalar_subquery(),
            acts.where(col(ChallengeAct.campaign_id) == campaign_id).scalar_subquery(),
        ).where(Challenge.campaign_id == campaign_id, Challenge.day_id == day_id)
    ).first()
    if row is None:
        return None
    challenge, number, quantity, whole = row
    return ShownChallenge(challenge, number, int(quantity), whole)


def of_day(session: Session, *, campaign_id: int, day_id: int) -> Challenge | None:
    """The challenge of a day."""
    return session.exec(
        select(Challenge).where(Challenge.campaign_id == campaign_id, Challenge.day_id == day_id)
    ).first()


def of_campaign(session: Session, campaign_id: int) -> Sequence[Challenge]:
    """Every challenge of a campaign."""
    return session.exec(
        select(Challenge).where(Challenge.campaign_id == campaign_id).order_by(col(Challenge.id))
    ).all()


def by_day(session: Session, campaign_ids: Collection[int]) -> dict[int, list[tuple[Day, Challenge | None]]]:
    """The days of some campaigns in order, each with its challenge, in one query."""
    rows = session.exec(
        select(Day, Challenge)
        .outerjoin(Challenge, col(Challenge.day_id) == col(Day.id))
        .where(col(Day.campaign_id).in_(campaign_ids))
        .order_by(col(Day.campaign_id), col(Day.number))
    ).all()
    found: dict[int, list[tuple[Day, Challenge | None]]] = {}
    for day, challenge in rows:
        found.setdefault(day.campaign_id, []).append((day, challenge))
    return found


def total(session: Session, campaign_id: int) -> int:
    """Accepted acts of a campaign."""
    return session.exec(
        select(func.count(col(ChallengeAct.id))).where(ChallengeAct.campaign_id == campaign_id, accepted())
    ).one()


def totals(session: Session, campaign_ids: Sequence[int]) -> Mapping[int, int]:
    """Accepted acts of several campaigns; one without any is absent."""
    rows = session.exec(
        select(ChallengeAct.campaign_id, func.count(col(ChallengeAct.id)))
        .where(col(ChallengeAct.campaign_id).in_(campaign_ids), accepted())
        .group_by(col(ChallengeAct.campaign_id))
    ).all()
    return dict(rows)


def counts(session: Session, campaign_id: int) -> Counts:
    """Acts of a campaign by challenge and level, and those that wait to be read, in one query."""
    with_text = func.sum(case((col(ChallengeAct.text) != "", 1), else_=0))
    units = func.sum(col(ChallengeAct.quantity))
    group = (col(ChallengeAct.challenge_id), col(ChallengeAct.level), col(ChallengeAct.late), col(Item.state))
    filed = and_(
        col(ChallengeAct.filed), col(Item.kind) == Kind.ACT, col(Item.subject_id) == col(ChallengeAct.id)
    )
    rows = session.execute(
        sql_select(*group, func.count(col(ChallengeAct.id)), with_text, units)
        .outerjoin(Item, filed)
        .where(
            col(ChallengeAct.campaign_id) == campaign_id,
            col(ChallengeAct.removed_at).is_(None),
            or_(
                col(ChallengeAct.filed).is_(False),
                col(Item.state).in_([ItemState.ACCEPTED, ItemState.PENDING]),
            ),
        )
        .group_by(*group)
    ).all()
    found: dict[int, Participation] = {}
    for challenge_id, level, late, state, number, texts, quantity in rows:
        before = found.get(challenge_id, Participation())
        if state is ItemState.PENDING:
            found[challenge_id] = replace(before, waiting=before.waiting + number)
            continue
        levels = list(before.levels)
        levels[min(max(level, 0), LEVELS - 1)] += number
        found[challenge_id] = replace(
            before,
            total=before.total + number,
            levels=tuple(levels),
            late=before.late + (number if late else 0),
            texts=before.texts + int(texts or 0),
            quantity=before.quantity + int(quantity or 0),
        )
    return Counts(sum(part.total for part in found.values()), found)


def texts(
    session: Session, campaign_id: int, *, removed: bool, limit: int, offset: int = 0
) -> list[ChallengeAct]:
    """Accepted acts that came with a text, or all removed ones, the latest first."""
    statement = select(ChallengeAct).where(ChallengeAct.campaign_id == campaign_id)
    if removed:
        statement = statement.where(col(ChallengeAct.removed_at).is_not(None))
    else:
        statement = statement.where(accepted(), ChallengeAct.text != "")
    latest = statement.order_by(col(ChallengeAct.id).desc())
    return list(session.exec(latest.limit(limit).offset(offset)).all())


def removed_count(session: Session, campaign_id: int) -> int:
    """How many acts the team removed."""
    return session.exec(
        select(func.count(col(ChallengeAct.id))).where(
            ChallengeAct.campaign_id == campaign_id, col(ChallengeAct.removed_at).is_not(None)
        )
    ).one()


SIGNED = 12
"""How many signed acts a day's page shows: who took part, never a race."""


def signed(session: Session, challenge_id: int) -> Sequence[ChallengeAct]:
    """Acts that the team accepted and that carry a name, a place or a group, the latest first."""
    named = or_(
        col(ChallengeAct.pseudonym) != "", col(ChallengeAct.place) != "", col(ChallengeAct.group_name) != ""
    )
    return session.exec(
        select(ChallengeAct)
        .where(
            ChallengeAct.challenge_id == challenge_id,
            col(ChallengeAct.removed_at).is_(None),
            named,
            stands(ItemState.ACCEPTED),
        )
        .order_by(col(ChallengeAct.id).desc())
        .limit(SIGNED)
    ).all()


def of_supporters(session: Session, ids: Sequence[int]) -> Sequence[ChallengeAct]:
    """The acts that belong to some supporters, the oldest first."""
    return session.exec(
        select(ChallengeAct).where(col(ChallengeAct.supporter_id).in_(ids)).order_by(col(ChallengeAct.id))
    ).all()
