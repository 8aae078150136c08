"""Reads of the days someone keeps: which challenges they took, their runs. Shown to that person alone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlmodel import Session, and_, col, select

from app.campaigns.models import Campaign
from app.campaigns.rules import day_date
from app.challenges import streaks, taking
from app.challenges.models import Challenge, ChallengeAct, ChallengeMiss, Streak
from app.challenges.rules import Calendar, Refusal, date_in
from app.challenges.streaks import Mark, Runs, Told
from app.core import clock
from app.intake.models import Item
from app.intake.rules import ItemState, Kind
from app.media.models import Media
from app.stories.models import Day
from app.supporters.queries import Visit


@dataclass(frozen=True)
class KeptDay:
    """One day of a campaign for one person. `late`: missed, and can still be told."""

    number: int
    on: date
    mark: Mark
    challenge: Challenge | None = None
    act: ChallengeAct | None = None
    item: Item | None = None
    miss: ChallengeMiss | None = None
    late: bool = False

    @property
    def returned(self) -> bool:
        return self.item is not None and self.item.state is ItemState.RETURNED


@dataclass(frozen=True)
class Diary:
    """A campaign whose days someone keeps."""

    streak: Streak
    campaign: Campaign
    days: Sequence[KeptDay]
    runs: Runs

    @property
    def done(self) -> int:
        return sum(1 for day in self.days if day.mark in (Mark.DONE, Mark.CAUGHT_UP))


def streak_of(session: Session, campaign_id: int, visit: Visit | None) -> Streak | None:
    """The streak of a campaign that someone asked to keep, by any of their rows."""
    if visit is None:
        return None
    return session.exec(
        select(Streak)
        .where(Streak.campaign_id == campaign_id, col(Streak.supporter_id).in_(visit.ids))
        .order_by(col(Streak.id))
    ).first()


def own_streak(session: Session, visit: Visit, pid: str) -> tuple[Streak, Campaign] | None:
    """A streak of theirs with its campaign."""
    return session.exec(
        select(Streak, Campaign)
        .join(Campaign, col(Campaign.id) == col(Streak.campaign_id))
        .where(Streak.pid == pid, col(Streak.supporter_id).in_(visit.ids))
    ).first()


def own_act(session: Session, visit: Visit, pid: str) -> tuple[ChallengeAct, Challenge, Day, Campaign] | None:
    """An act of theirs with all it hangs on."""
    return session.exec(
        select(ChallengeAct, Challenge, Day, Campaign)
        .join(Challenge, col(Challenge.id) == col(ChallengeAct.challenge_id))
        .join(Day, col(Day.id) == col(Challenge.day_id))
        .join(Campaign, col(Campaign.id) == col(ChallengeAct.campaign_id))
        .where(ChallengeAct.pid == pid, col(ChallengeAct.supporter_id).in_(visit.ids))
    ).first()


def own_challenge(session: Session, visit: Visit, pid: str) -> tuple[Challenge, Day, Campaign] | None:
    """A challenge of a campaign whose days they keep."""
    return session.exec(
        select(Challenge, Day, Campaign)
        .join(Day, col(Day.id) == col(Challenge.day_id))
        .join(Campaign, col(Campaign.id) == col(Challenge.campaign_id))
        .join(Streak, col(Streak.campaign_id) == col(Campaign.id))
        .where(Challenge.pid == pid, col(Streak.supporter_id).in_(visit.ids))
    ).first()


def miss_of(session: Session, visit: Visit, challenge: Challenge) -> ChallengeMiss | None:
    """What they said stood in the way of a challenge."""
    return session.exec(
        select(ChallengeMiss).where(
            ChallengeMiss.challenge_id == challenge.id, col(ChallengeMiss.supporter_id).in_(visit.ids)
        )
    ).first()


def misses_of(session: Session, supporter_ids: Sequence[int]) -> Sequence[ChallengeMiss]:
    """What some supporters said stood in their way."""
    return session.exec(
        select(ChallengeMiss)
        .where(col(ChallengeMiss.supporter_id).in_(supporter_ids))
        .order_by(col(ChallengeMiss.id))
    ).all()


def proofs_of(session: Session, supporter_ids: Sequence[int]) -> Sequence[Media]:
    """The photos some supporters sent as proof."""
    return session.exec(
        select(Media)
        .join(ChallengeAct, col(ChallengeAct.proof_media_id) == col(Media.id))
        .where(col(ChallengeAct.supporter_id).in_(supporter_ids))
        .order_by(col(Media.id))
    ).all()


def diaries(session: Session, visit: Visit) -> Sequence[Diary]:
    """Every campaign whose days someone keeps, the latest first, in at most four queries."""
    rows = session.exec(
        select(Streak, Campaign)
        .join(Campaign, col(Campaign.id) == col(Streak.campaign_id))
        .where(col(Streak.supporter_id).in_(visit.ids))
        .order_by(col(Campaign.starts_on).desc(), col(Streak.id))
    ).all()
    kept = {campaign.id: (streak, campaign) for streak, campaign in reversed(rows)}
    if not kept:
        return []
    asked = _asked(session, list(kept))
    acts, misses = _told(session, visit), _missed(session, visit)
    return [
        _diary(streak, campaign, asked.get(campaign.id, {}), acts, misses)
        for streak, campaign in reversed(kept.values())
    ]


def _asked(session: Session, campaign_ids: Sequence[int]) -> Mapping[int, Mapping[int, Challenge]]:
    """The challenges that say something, by campaign and day number."""
    rows = session.exec(
        select(Day, Challenge)
        .join(Challenge, col(Challenge.day_id) == col(Day.id))
        .where(col(Day.campaign_id).in_(campaign_ids), Challenge.title != "")
    ).all()
    found: dict[int, dict[int, Challenge]] = {}
    for day, challenge in rows:
        found.setdefault(day.campaign_id, {})[day.number] = challenge
    return found


def _told(session: Session, visit: Visit) -> Mapping[int, tuple[ChallengeAct, Item | None]]:
    rows = session.exec(
        select(ChallengeAct, Item)
        .outerjoin(Item, and_(col(Item.kind) == Kind.ACT, col(Item.subject_id) == col(ChallengeAct.id)))
        .where(col(ChallengeAct.supporter_id).in_(visit.ids))
        .order_by(col(ChallengeAct.id).desc())
    ).all()
    return {act.challenge_id: (act, item) for act, item in rows}


def _missed(session: Session, visit: Visit) -> Mapping[int, ChallengeMiss]:
    return {row.challenge_id: row for row in misses_of(session, visit.ids)}


def told_of(act: ChallengeAct, item: Item | None, zone: str) -> Told:
    """What an act says to the rule of runs."""
    state = item.state if act.filed and item is not None else ItemState.ACCEPTED
    return Told(
        done_on=act.done_on or date_in(act.at, zone),
        counted=state is ItemState.ACCEPTED and act.removed_at is None,
        returned=act.removed_at is not None or state not in (ItemState.ACCEPTED, ItemState.PENDING),
    )


def _diary(
    streak: Streak,
    campaign: Campaign,
    asked: Mapping[int, Challenge],
    acts: Mapping[int, tuple[ChallengeAct, Item | None]],
    misses: Mapping[int, ChallengeMiss],
) -> Diary:
    days = []
    for number in range(1, campaign.length + 1):
        challenge = asked.get(number)
        dates = taking.calendar(campaign, challenge, number) if challenge else None
        days.append(_day(campaign, number, challenge, dates, acts, misses))
    return Diary(streak, campaign, days, streaks.runs([day.mark for day in days]))


def _day(
    campaign: Campaign,
    number: int,
    challenge: Challenge | None,
    dates: Calendar | None,
    acts: Mapping[int, tuple[ChallengeAct, Item | None]],
    misses: Mapping[int, ChallengeMiss],
) -> KeptDay:
    on = day_date(campaign.starts_on, number)
    if challenge is None or dates is None:
        return KeptDay(number, on, Mark.OFF)
    act, item = acts.get(challenge.id, (None, None))
    told = told_of(act, item, campaign.timezone) if act is not None else None
    mark = streaks.mark_of(dates, told, clock.today(campaign.timezone))
    refused: Refusal | None = taking.refusal(campaign, dates)
    return KeptDay(
        number,
        on,
        mark,
        challenge if mark is not Mark.COMING else None,
        act,
        item if act is not None and act.filed else None,
        misses.get(challenge.id),
        late=mark is Mark.MISSED and act is None and refused is None,
    )
