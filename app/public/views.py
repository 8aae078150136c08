"""The public pages of a campaign as data: what is said, shown, asked and counted at this moment."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from fastapi import Request
from sqlmodel import Session

from app.campaigns.around import Around, around_of
from app.campaigns.drawers import Drawer
from app.campaigns.models import Campaign
from app.campaigns.rules import Moment, Phase, day_date
from app.challenges import comparing, taking
from app.challenges import queries as challenges
from app.challenges.models import ChallengeAct
from app.challenges.queries import ShownChallenge
from app.challenges.ranking import Line
from app.challenges.rules import LEVELS, Refusal, Window, window
from app.challenges.telling import Terms
from app.claims import queries as claims
from app.claims.models import Correction
from app.claims.rules import SubjectKind
from app.core import clock
from app.core.templating import absolute, with_query
from app.drive.telling import DriveView, drive_view
from app.impact import queries as impact
from app.impact.models import Promise
from app.influencers.models import Influencer
from app.public import queries
from app.public.queries import Story
from app.questions import sessions
from app.questions.sessions import Told
from app.stories.models import Day
from app.testimonials import queries as testimonials
from app.testimonials.models import Testimonial

VOICES = 2
"""Testimonials on a campaign's own page: a taste, not the page of them."""

CORRECTIONS = 3
"""How many the campaign's own page shows; all stand among the sources."""


@dataclass(frozen=True)
class Asked:
    """A day's challenge and whether it can be taken now."""

    shown: ShownChallenge
    number: int
    refusal: Refusal | None
    window: Window
    ends_on: date
    terms: Terms
    choices: Sequence[Influencer] = ()  # whose team one may choose
    teams: Sequence[Line] = ()
    signed: Sequence[ChallengeAct] = ()


@dataclass(frozen=True)
class CampaignView:
    """The campaign's own page."""

    around: Around
    day: Day | None  # whose words are said: today's
    carriers: Sequence[Influencer]
    stories: Sequence[Story]
    asked: Asked | None
    acts: int
    told: Sequence[tuple[Drawer, Day]]  # the days to look back on, once they are over
    drive: DriveView
    promises: Sequence[Promise]
    drive_on: date
    asked_here: Told  # the questions of the public, and the live session to come
    voices: Sequence[Testimonial]  # what the team chose of what people told
    corrections: Sequence[Correction]  # of what was told so far, the latest first


@dataclass(frozen=True)
class DayView:
    """One day's page; a day to come has only its drawer and its beat."""

    around: Around
    drawer: Drawer
    beat: str
    day: Day | None
    stories: Sequence[Story]
    asked: Asked | None
    corrections: Sequence[Correction] = ()  # of the day's stories, the latest first


def canonical(request: Request, path: str) -> str:
    """The full address of a page of the instance, in the language the person chose."""
    if not request.state.language_asked:
        return absolute(path)
    return absolute(with_query(path, "lang", request.state.language))


def campaign_view(request: Request, session: Session, campaign: Campaign) -> CampaignView:
    """What `/c/{slug}` shows now: with the campaign's own eight queries, and ten with everything it may have."""
    around = around_of(request, session, campaign)
    today = around.now.today
    week = queries.week(session, campaign, stories_of=today)
    day = week.days.get(today) if today else None
    carriers = queries.carriers(session, campaign)
    asked = asked_of(session, campaign, day, carriers) if day else None
    acts = asked.shown.campaign_acts if asked else _acts(session, campaign, around.now)
    asked_here = sessions.told(
        session, campaign.id, testimonials.has_featured(campaign.id), claims.has_corrections(campaign)
    )
    heard, corrected = asked_here.beside
    over = around.now.phase in (Phase.AFTER, Phase.REPORTING, Phase.CLOSED)
    return CampaignView(
        around=around,
        day=day,
        carriers=carriers,
        stories=week.stories,
        asked=asked,
        acts=acts,
        told=[
            (drawer, week.days[drawer.number])
            for drawer in around.week[: around.now.shown]
            if drawer.number in week.days
        ]
        if over
        else [],
        drive=drive_view(session, campaign),
        promises=impact.promises(session, campaign),
        drive_on=day_date(campaign.starts_on, campaign.drive_day),
        asked_here=asked_here,
        voices=testimonials.featured(session, campaign.id, limit=VOICES) if heard else [],
        corrections=[one for one, _ in claims.corrections(session, campaign)[:CORRECTIONS]]
        if corrected
        else [],
    )


def _acts(session: Session, campaign: Campaign, now: Moment) -> int:
    return 0 if now.phase is Phase.BEFORE else challenges.total(session, campaign.id)


def asked_of(
    session: Session, campaign: Campaign, day: Day, carriers: Sequence[Influencer] | None = None
) -> Asked | None:
    """The challenge of a day that has come; None when it has none to show."""
    shown = challenges.shown(session, campaign_id=campaign.id, day_id=day.id)
    if shown is None or not shown.challenge.title or len(shown.challenge.levels) != LEVELS:
        return None
    dates, today = taking.calendar(campaign, shown.challenge, day.number), clock.today(campaign.timezone)
    choices: Sequence[Influencer] = []
    if shown.challenge.teams:
        known = carriers if carriers is not None else queries.carriers(session, campaign)
        choices = known if len(known) >= comparing.MIN_TEAMS else []
    return Asked(
        shown=shown,
        number=day.number,
        refusal=taking.refusal(campaign, dates),
        window=window(dates, today),
        ends_on=dates.ends_on,
        terms=Terms(shown.challenge, dates, today, {one.pid: one.id for one in choices}),
        choices=choices,
    )


def _with_people(session: Session, campaign: Campaign, asked: Asked | None) -> Asked | None:
    """The same with who took part: names as they signed, and the teams."""
    if asked is None:
        return None
    return replace(
        asked,
        teams=comparing.teams(session, campaign, asked.choices) if asked.choices else (),
        signed=challenges.signed(session, asked.shown.challenge.id),
    )


def day_view(request: Request, session: Session, campaign: Campaign, number: int) -> DayView | None:
    """One day's page; None when the campaign has no such day."""
    if not 1 <= number <= campaign.length:
        return None
    around = around_of(request, session, campaign, open_day=number)
    come = number <= around.now.shown
    week = queries.week(session, campaign, stories_of=number if come else None)
    day = week.days.get(number)
    return DayView(
        around=around,
        drawer=around.week[number - 1],
        beat=day.beat if day else "",
        day=day if come else None,
        stories=week.stories if come else [],
        asked=_with_people(session, campaign, asked_of(session, campaign, day)) if come and day else None,
        corrections=corrections_of(session, campaign, week.stories) if come else [],
    )


def corrections_of(session: Session, campaign: Campaign, stories: Sequence[Story]) -> list[Correction]:
    """What was corrected of some stories, the latest first."""
    shown = {one.frame.pid for one in stories}
    return [
        one
        for one, claim in claims.corrections(session, campaign)
        if claim.subject is SubjectKind.FRAME and claim.subject_pid in shown
    ]
