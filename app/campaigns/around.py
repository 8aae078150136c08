"""What stands around the words of every public page of a campaign: its week as of today, its organisation."""

from dataclasses import dataclass

from fastapi import Request
from sqlmodel import Session

from app.campaigns import queries
from app.campaigns.drawers import Drawer, drawers, now_of, states
from app.campaigns.models import Campaign
from app.campaigns.rules import Moment, State, flood_day
from app.core import i18n
from app.core.pages import here_of
from app.core.templating import at, link
from app.people.models import Organisation


@dataclass(frozen=True)
class Around:
    """What every public page of a campaign has around its own words."""

    campaign: Campaign
    organisation: Organisation
    now: Moment
    week: list[Drawer]
    open_day: int | None  # the drawer that stands open; None when none does
    weekday: int  # the colour of the head
    lang: str | None  # the campaign's language when the page speaks another
    giving: bool  # gifts are taken now


def around_of(
    request: Request, session: Session, campaign: Campaign, *, open_day: int | None = None
) -> Around:
    """The surroundings of a campaign's page; `open_day` opens another drawer than today's."""
    now = now_of(campaign)
    language = request.state.language

    def href(number: int) -> str:
        return link(f"/c/{campaign.slug}/days/{number}")

    flood = open_day or flood_day(now, campaign.length)
    with i18n.speaking(language), at(here_of(request)):
        week = drawers(campaign, href=href, states=states(campaign, now))
    return Around(
        campaign=campaign,
        organisation=_organisation(request, session, campaign),
        now=now,
        week=week,
        open_day=open_day or now.today or 0,
        weekday=week[flood - 1].weekday,
        lang=campaign.language if campaign.language != language else None,
        giving=campaign.state is State.DRIVE and campaign.paused_at is None,
    )


def _organisation(request: Request, session: Session, campaign: Campaign) -> Organisation:
    """Who runs it: found with the campaign (`campaigns.access`), unless that was in another session."""
    found = getattr(request.state, "organisation", None)
    if isinstance(found, Organisation) and found in session and found.id == campaign.organisation_id:
        return found
    return queries.organisation(session, campaign)
