"""The public pages of a campaign as data: what is said, shown, asked and counted at this moment."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from fastapi import Request
from sqlmodel import Session

from app.campaigns.drawers import Drawer, DrawerState, drawers
from app.campaigns.models import Campaign
from app.campaigns.rules import State, day_date
from app.challenges import queries as challenges
from app.challenges import taking
from app.challenges.queries import ShownChallenge
from app.challenges.rules import Refusal, Window, window
from app.core import clock, i18n
from app.core.templating import absolute, with_query
from app.donations import queries as donations
from app.donations.queries import Totals
from app.impact import queries as impact
from app.impact.models import Promise
from app.influencers.models import Influencer
from app.people.models import Organisation
from app.public import queries, rules
from app.public.queries import Story
from app.public.rules import Moment, Phase
from app.stories.models import Day


@dataclass(frozen=True)
class Frame:
    """What every page of a campaign has around its own words."""

    campaign: Campaign
    organisation: Organisation
    now: Moment
    week: list[Drawer]
    open_day: int | None  # the drawer that stands open; None when none does
    weekday: int  # the colour of the head
    lang: str | None  # the campaign's language when the page speaks another
    giving: bool  # gifts are taken now


@dataclass(frozen=True)
class Asked:
    """A day's challenge and whether it can be taken now."""

    shown: ShownChallenge
    number: int
    refusal: Refusal | None
    window: Window
    ends_on: date


@dataclass(frozen=True)
class CampaignView:
    """The campaign's own page."""

    frame: Frame
    day: Day | None  # whose words are said: today's
    carriers: Sequence[Influencer]
    stories: Sequence[Story]
    asked: Asked | None
    acts: int
    told: Sequence[tuple[Drawer, Day]]  # the days to look back on, once they are over
    totals: Totals
    promises: Sequence[Promise]
    drive_on: date


@dataclass(frozen=True)
class DayView:
    """One day's page; a day to come has only its drawer and its beat."""

    frame: Frame
    drawer: Drawer
    beat: str
    day: Day | None
    stories: Sequence[Story]
    asked: Asked | None


def now_of(campaign: Campaign) -> Moment:
    """Where a campaign stands now, in its own zone."""
    return rules.moment(campaign.state, campaign.starts_on, campaign.length, clock.today(campaign.timezone))


def frame(request: Request, session: Session, campaign: Campaign, *, open_day: int | None = None) -> Frame:
    """The surroundings of a campaign's page; `open_day` opens another drawer than today's."""
    now = now_of(campaign)
    language = request.state.language
    asked = request.state.language_asked

    def href(number: int) -> str:
        path = f"/c/{campaign.slug}/days/{number}"
        return with_query(path, "lang", language) if asked else path

    flood = open_day or rules.flood_day(now, campaign.length)
    with i18n.speaking(language):
        week = drawers(campaign, href=href, states=states(campaign, now))
    return Frame(
        campaign=campaign,
        organisation=queries.organisation(session, campaign),
        now=now,
        week=week,
        open_day=open_day or now.today or 0,
        weekday=week[flood - 1].weekday,
        lang=campaign.language if campaign.language != language else None,
        giving=campaign.state is State.DRIVE and campaign.paused_at is None,
    )


def states(campaign: Campaign, now: Moment) -> dict[int, DrawerState]:
    """What the calendar would say, corrected by the campaign's state: nothing is done before the launch."""
    if now.phase is Phase.BEFORE:
        return dict.fromkeys(range(1, campaign.length + 1), "coming")
    if now.phase in (Phase.REPORTING, Phase.CLOSED):
        return {
            number: "done" if number <= now.shown else "coming" for number in range(1, campaign.length + 1)
        }
    return {}


def asked_language(request: Request, campaign: Campaign) -> str | None:
    """The language the person chose, when it is not the campaign's own."""
    chosen: str = request.state.language
    return chosen if request.state.language_asked and chosen != campaign.language else None


def canonical(request: Request, path: str) -> str:
    """The full address of a page of the instance, in the language the person chose."""
    if not request.state.language_asked:
        return absolute(path)
    return absolute(with_query(path, "lang", request.state.language))


def campaign_view(request: Request, session: Session, campaign: Campaign) -> CampaignView:
    """What `/c/{slug}` shows now; at most eight queries with the campaign's own."""
    around = frame(request, session, campaign)
    today = around.now.today
    week = queries.week(session, campaign, stories_of=today)
    day = week.days.get(today) if today else None
    asked = asked_of(session, campaign, day) if day else None
    acts = asked.shown.campaign_acts if asked else _acts(session, campaign, around.now)
    over = around.now.phase in (Phase.AFTER, Phase.REPORTING, Phase.CLOSED)
    return CampaignView(
        frame=around,
        day=day,
        carriers=queries.carriers(session, campaign),
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
        totals=donations.totals(session, campaign.id),
        promises=impact.promises(session, campaign),
        drive_on=day_date(campaign.starts_on, campaign.drive_day),
    )


def _acts(session: Session, campaign: Campaign, now: Moment) -> int:
    return 0 if now.phase is Phase.BEFORE else challenges.total(session, campaign.id)


def asked_of(session: Session, campaign: Campaign, day: Day) -> Asked | None:
    """The challenge of a day that has come; None when it has none to show."""
    shown = challenges.shown(session, campaign_id=campaign.id, day_id=day.id)
    if shown is None or not shown.challenge.title or len(shown.challenge.levels) != 3:
        return None
    dates = taking.calendar(campaign, shown.challenge, day.number)
    return Asked(
        shown=shown,
        number=day.number,
        refusal=taking.refusal(campaign, dates),
        window=window(dates, clock.today(campaign.timezone)),
        ends_on=dates.ends_on,
    )


def day_view(request: Request, session: Session, campaign: Campaign, number: int) -> DayView | None:
    """One day's page; None when the campaign has no such day."""
    if not 1 <= number <= campaign.length:
        return None
    around = frame(request, session, campaign, open_day=number)
    come = number <= around.now.shown
    week = queries.week(session, campaign, stories_of=number if come else None)
    day = week.days.get(number)
    return DayView(
        frame=around,
        drawer=around.week[number - 1],
        beat=day.beat if day else "",
        day=day if come else None,
        stories=week.stories if come else [],
        asked=asked_of(session, campaign, day) if come and day else None,
    )
