"""How the challenges are taken, for the team: counts, teams, groups, words, what stood in the way, removals."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request
from sqlmodel import Session
from starlette.responses import Response

from app.campaigns.access import OwnCampaign
from app.campaigns.models import Campaign
from app.campaigns.rules import day_date
from app.challenges import comparing, quantities, queries, writing
from app.challenges.models import Challenge, ChallengeAct, ChallengeMiss
from app.challenges.queries import Participation
from app.challenges.rules import OBSTACLE_WORDS
from app.core import clock
from app.core.deps import Db
from app.core.pages import page, redirect
from app.influencers import queries as influencers
from app.people.access import Member, may
from app.people.rules import Permission
from app.stories import queries as stories
from app.stories.models import Day

router = APIRouter()
ROOM = "/studio/campaigns/{pid}/participation"
PER_PAGE = 50


@dataclass(frozen=True)
class DayLine:
    """One day's challenge with its accepted acts."""

    day: Day
    weekday: int
    challenge: Challenge
    counts: Participation
    sum: str  # « 812 gestes », in the campaign's language


@dataclass(frozen=True)
class Word:
    """An act as the team reads it: never who, only which day and level."""

    act: ChallengeAct
    number: int
    level: str


@dataclass(frozen=True)
class Missed:
    """What stood in someone's way, in their words."""

    miss: ChallengeMiss
    number: int


@router.get(ROOM, name="studio:participation")
def participation(request: Request, session: Db, campaign: OwnCampaign, number: int = 1) -> Response:
    """Counts per day and level, and the words people left for the team."""
    lines = _lines(session, campaign)
    with_text = sum(line.counts.texts for line in lines)
    count = max(1, -(-with_text // PER_PAGE))
    number = min(max(1, number), count)
    texts = queries.texts(session, campaign.id, removed=False, limit=PER_PAGE, offset=(number - 1) * PER_PAGE)
    base = f"/studio/campaigns/{campaign.pid}/participation"
    context = {
        "campaign": campaign,
        "room": "participation",
        "base": base,
        "lines": _begun(lines, campaign),
        "total": sum(line.counts.total for line in lines),
        "late": sum(line.counts.late for line in lines),
        "waiting": sum(line.counts.waiting for line in lines),
        **_compared(session, campaign, lines),
        "words": _words(lines, texts),
        "with_text": with_text,
        "number_of_page": number,
        "count": count,
        "before": f"{base}?number={number - 1}" if number > 1 else None,
        "after": f"{base}?number={number + 1}" if number < count else None,
        "removed": _words(lines, queries.texts(session, campaign.id, removed=True, limit=PER_PAGE)),
    }
    return page(request, "studio/participation.html", context)


def _compared(session: Session, campaign: Campaign, lines: list[DayLine]) -> Mapping[str, Any]:
    """Teams, groups and obstacles."""
    numbers = {line.challenge.id: line.day.number for line in lines}
    obstacles = comparing.obstacles(session, campaign.id)
    carriers = influencers.confirmed(session, campaign) if any(one.challenge.teams for one in lines) else []
    return {
        "teams": comparing.teams(session, campaign, carriers),
        "groups": comparing.groups(session, campaign.id),
        "obstacles": [(OBSTACLE_WORDS[one], count) for one, count in obstacles.counts.items()],
        "missed": [Missed(one, numbers.get(one.challenge_id, 0)) for one in obstacles.words],
    }


def _lines(session: Session, campaign: Campaign) -> list[DayLine]:
    counts = queries.counts(session, campaign.id)
    challenges = {one.day_id: one for one in queries.of_campaign(session, campaign.id)}
    return [
        DayLine(
            day,
            day_date(campaign.starts_on, day.number).weekday(),
            challenges[day.id],
            counts.of(challenges[day.id].id),
            _sum(challenges[day.id], counts.of(challenges[day.id].id), campaign.language),
        )
        for day in stories.days(session, campaign.id)
        if day.id in challenges
    ]


def _begun(lines: list[DayLine], campaign: Campaign) -> list[DayLine]:
    """Without the days to come: a column of noughts tells nobody anything."""
    today = clock.today(campaign.timezone)
    return [
        line for line in lines if line.counts.total or day_date(campaign.starts_on, line.day.number) <= today
    ]


def _sum(challenge: Challenge, counts: Participation, language: str) -> str:
    if not challenge.unit_one:
        return ""
    return quantities.shown(counts.quantity, challenge.unit_one, challenge.unit_many, language)


def _words(lines: list[DayLine], acts: list[ChallengeAct]) -> list[Word]:
    by_challenge = {line.challenge.id: line for line in lines}
    words = []
    for act in acts:
        line = by_challenge[act.challenge_id]
        levels = line.challenge.levels
        title = levels[act.level].get("title", "") if act.level < len(levels) else ""
        words.append(Word(act, line.day.number, title))
    return words


@router.post(ROOM + "/{act_pid}/remove", name="studio:remove-act", dependencies=[may(Permission.MODERATE)])
def remove(request: Request, session: Db, actor: Member, campaign: OwnCampaign, act_pid: str) -> Response:
    """Take an act out of the counts and its words out of sight."""
    writing.remove(session, actor, campaign=campaign, pid=act_pid)
    return redirect(request, f"/studio/campaigns/{campaign.pid}/participation#removed", ok="removed")


@router.post(ROOM + "/{act_pid}/restore", name="studio:restore-act", dependencies=[may(Permission.MODERATE)])
def restore(request: Request, session: Db, actor: Member, campaign: OwnCampaign, act_pid: str) -> Response:
    """Count a removed act again."""
    writing.restore(session, actor, campaign=campaign, pid=act_pid)
    return redirect(request, f"/studio/campaigns/{campaign.pid}/participation#words", ok="restored")
