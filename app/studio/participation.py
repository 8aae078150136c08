"""Who took the challenges, for the team: counts by day and level, the words that came with them, removals."""

from dataclasses import dataclass

from fastapi import APIRouter, Request
from sqlmodel import Session
from starlette.responses import Response

from app.campaigns.access import OwnCampaign
from app.campaigns.models import Campaign
from app.campaigns.rules import day_date
from app.challenges import queries, taking
from app.challenges.models import Challenge, ChallengeAct
from app.challenges.queries import Participation
from app.core.deps import Db
from app.core.pages import page, redirect
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


@dataclass(frozen=True)
class Word:
    """An act as the team reads it: never who, only which day and level."""

    act: ChallengeAct
    number: int
    level: str


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
        "lines": lines,
        "total": sum(line.counts.total for line in lines),
        "late": sum(line.counts.late for line in lines),
        "words": _words(lines, texts),
        "with_text": with_text,
        "number_of_page": number,
        "count": count,
        "before": f"{base}?number={number - 1}" if number > 1 else None,
        "after": f"{base}?number={number + 1}" if number < count else None,
        "removed": _words(lines, queries.texts(session, campaign.id, removed=True, limit=PER_PAGE)),
    }
    return page(request, "studio/participation.html", context)


def _lines(session: Session, campaign: Campaign) -> list[DayLine]:
    counts = queries.counts(session, campaign.id)
    challenges = {one.day_id: one for one in queries.of_campaign(session, campaign.id)}
    return [
        DayLine(
            day,
            day_date(campaign.starts_on, day.number).weekday(),
            challenges[day.id],
            counts.of(challenges[day.id].id),
        )
        for day in stories.days(session, campaign.id)
        if day.id in challenges
    ]


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
    taking.remove_act(session, actor, campaign=campaign, pid=act_pid)
    return redirect(request, f"/studio/campaigns/{campaign.pid}/participation#removed", ok="removed")


@router.post(ROOM + "/{act_pid}/restore", name="studio:restore-act", dependencies=[may(Permission.MODERATE)])
def restore(request: Request, session: Db, actor: Member, campaign: OwnCampaign, act_pid: str) -> Response:
    """Count a removed act again."""
    taking.restore_act(session, actor, campaign=campaign, pid=act_pid)
    return redirect(request, f"/studio/campaigns/{campaign.pid}/participation#words", ok="restored")
