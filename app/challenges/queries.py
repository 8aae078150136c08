"""Reads of challenges and of the acts that count. A removed act is in no count."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import case, func
from sqlalchemy import select as sql_select
from sqlmodel import Session, col, select

from app.challenges.models import Challenge, ChallengeAct
from app.challenges.rules import LEVELS


@dataclass(frozen=True)
class ShownChallenge:
    """A challenge with its accepted acts and those of the whole campaign."""

    challenge: Challenge
    acts: int
    campaign_acts: int


@dataclass(frozen=True)
class Participation:
    """Accepted acts of one challenge: in all, by level (0 to 2), and how many were told late."""

    total: int = 0
    levels: tuple[int, ...] = (0,) * LEVELS
    late: int = 0
    texts: int = 0


@dataclass(frozen=True)
class Counts:
    """Accepted acts of a campaign, by challenge id."""

    total: int = 0
    by_challenge: Mapping[int, Participation] = field(default_factory=dict)

    def of(self, challenge_id: int) -> Participation:
        return self.by_challenge.get(challenge_id, Participation())


_accepted = col(ChallengeAct.removed_at).is_(None)


def shown(session: Session, *, campaign_id: int, day_id: int) -> ShownChallenge | None:
    """The challenge of a day with its counts, in one query."""
    acts = select(func.count(col(ChallengeAct.id))).where(_accepted)
    row = session.exec(
        select(
            Challenge,
            acts.where(col(ChallengeAct.challenge_id) == col(Challenge.id))
            .correlate(Challenge)
            .scalar_subquery(),
            acts.where(col(ChallengeAct.campaign_id) == campaign_id).scalar_subquery(),
        ).where(Challenge.campaign_id == campaign_id, Challenge.day_id == day_id)
    ).first()
    return ShownChallenge(*row) if row else None


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


def total(session: Session, campaign_id: int) -> int:
    """Accepted acts of a campaign."""
    return session.exec(
        select(func.count(col(ChallengeAct.id))).where(ChallengeAct.campaign_id == campaign_id, _accepted)
    ).one()


def totals(session: Session, campaign_ids: Sequence[int]) -> Mapping[int, int]:
    """Accepted acts of several campaigns; one without any is absent."""
    rows = session.exec(
        select(ChallengeAct.campaign_id, func.count(col(ChallengeAct.id)))
        .where(col(ChallengeAct.campaign_id).in_(campaign_ids), _accepted)
        .group_by(col(ChallengeAct.campaign_id))
    ).all()
    return dict(rows)


def counts(session: Session, campaign_id: int) -> Counts:
    """Accepted acts of a campaign by challenge and level, in one query."""
    with_text = func.sum(case((col(ChallengeAct.text) != "", 1), else_=0))
    group = (col(ChallengeAct.challenge_id), col(ChallengeAct.level), col(ChallengeAct.late))
    rows = session.execute(
        sql_select(*group, func.count(col(ChallengeAct.id)), with_text)
        .where(col(ChallengeAct.campaign_id) == campaign_id, _accepted)
        .group_by(*group)
    ).all()
    found: dict[int, Participation] = {}
    for challenge_id, level, late, number, texts in rows:
        before = found.get(challenge_id, Participation())
        levels = list(before.levels)
        levels[min(max(level, 0), LEVELS - 1)] += number
        found[challenge_id] = Participation(
            total=before.total + number,
            levels=tuple(levels),
            late=before.late + (number if late else 0),
            texts=before.texts + int(texts or 0),
        )
    return Counts(sum(part.total for part in found.values()), found)


def texts(
    session: Session, campaign_id: int, *, removed: bool, limit: int, offset: int = 0
) -> list[ChallengeAct]:
    """Acts that came with a text, or all removed ones, the latest first."""
    statement = select(ChallengeAct).where(ChallengeAct.campaign_id == campaign_id)
    wanted = col(ChallengeAct.removed_at).is_not(None) if removed else (_accepted & (ChallengeAct.text != ""))
    latest = statement.where(wanted).order_by(col(ChallengeAct.id).desc())
    return list(session.exec(latest.limit(limit).offset(offset)).all())


def removed_count(session: Session, campaign_id: int) -> int:
    """How many acts the team removed."""
    return session.exec(
        select(func.count(col(ChallengeAct.id))).where(
            ChallengeAct.campaign_id == campaign_id, col(ChallengeAct.removed_at).is_not(None)
        )
    ).one()
