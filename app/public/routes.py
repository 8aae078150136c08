"""The followers' pages: the instance, a campaign, its days, how it counts."""

from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from app.campaigns.access import PublicCampaign
from app.campaigns.around import around_of
from app.campaigns.rules import day_date
from app.campaigns.sharing import Sharing, alternates, sharing
from app.core import i18n
from app.core.deps import Db
from app.core.errors import NotFound
from app.core.pages import page
from app.drive.telling import match_words
from app.public import days, home, views, words
from app.public.views import CampaignView
from app.supporters.access import Known
from app.testimonials.queries import shown_name

router = APIRouter()


@router.get("/", name="public:home")
def home_page(request: Request, session: Db) -> Response:
    """What this instance is, and the campaigns anyone may see."""
    context = home.view(session, request.state.language)
    head = Sharing("Septaine", "", views.canonical(request, "/"), alternates("/"))
    return page(request, "public/home.html", {**context, "sharing": head})


@router.get("/c/{slug}", name="public:campaign")
def campaign_page(request: Request, session: Db, campaign: PublicCampaign, known: Known) -> Response:
    """Today's words, stories and challenge, the money and the promise."""
    view = views.campaign_view(request, session, campaign)
    after = days.just_taken(request, session, campaign, known)
    return page(request, "public/campaign.html", _campaign_context(request, view, after))


def _campaign_context(request: Request, view: CampaignView, after: days.After) -> dict[str, Any]:
    around, campaign = view.around, view.around.campaign
    with i18n.speaking(campaign.language):
        with_whom = words.with_whom(view.carriers)
    said = words.head(campaign, around.now, view.day)
    return {
        "campaign": campaign,
        "around": around,
        "words": said,
        "with_whom": with_whom,
        "carriers": view.carriers,
        "stories": view.stories,
        "acts": view.acts,
        "told": view.told,
        "totals": view.drive.totals,
        "drive": view.drive,
        "match_words": match_words,
        "promises": view.promises,
        "drive_on": view.drive_on,
        "asked_here": view.asked_here,
        "voices": view.voices,
        "shown_name": shown_name,
        "corrections": view.corrections,
        "sharing": sharing(request, around),
        **days.challenge_context(request, view.asked, campaign.language, after),
    }


@router.get("/c/{slug}/days/{number}", name="public:day")
def day_page(request: Request, session: Db, campaign: PublicCampaign, number: int, known: Known) -> Response:
    """One day; of a day to come only the date and the beat."""
    view = views.day_view(request, session, campaign, number)
    if view is None:
        raise NotFound
    return days.day_page(request, view, days.just_taken(request, session, campaign, known))


@router.get("/c/{slug}/how-we-count", name="public:how-we-count")
def how_we_count(request: Request, session: Db, campaign: PublicCampaign) -> Response:
    """The method behind each figure, in plain words."""
    around = around_of(request, session, campaign)
    with i18n.speaking(request.state.language):
        title = i18n.gettext("How we count")
    context = {
        "campaign": campaign,
        "around": around,
        "sharing": sharing(request, around, "/how-we-count", title=title),
        "ends_on": day_date(campaign.starts_on, campaign.length),
    }
    return page(request, "public/count.html", context)
