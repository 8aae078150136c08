"""The followers' pages: the instance, a campaign, its days, its challenge, how it counts."""

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from app.campaigns.access import PublicCampaign
from app.campaigns.around import around_of
from app.campaigns.rules import day_date
from app.campaigns.sharing import Sharing, alternates, sharing
from app.challenges import taking
from app.challenges.rules import LEVELS
from app.challenges.taking import Outcome, Taken
from app.core import i18n
from app.core.deps import Db
from app.core.errors import NotFound
from app.core.fields import FormState
from app.core.forms import FormData
from app.core.pages import is_partial, page, redirect
from app.core.ratelimit import limited
from app.public import home, views, words
from app.public.forms import TakeForm
from app.public.views import CampaignView, DayView

router = APIRouter()


@router.get("/", name="public:home")
def home_page(request: Request, session: Db) -> Response:
    """What this instance is, and the campaigns anyone may see."""
    context = home.view(session, request.state.language)
    head = Sharing("Septaine", "", views.canonical(request, "/"), alternates("/"))
    return page(request, "public/home.html", {**context, "sharing": head})


@router.get("/c/{slug}", name="public:campaign")
def campaign_page(request: Request, session: Db, campaign: PublicCampaign) -> Response:
    """Today's words, stories and challenge, the money and the promise."""
    view = views.campaign_view(request, session, campaign)
    return page(request, "public/campaign.html", _campaign_context(request, view))


def _campaign_context(request: Request, view: CampaignView) -> dict[str, Any]:
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
        "totals": view.totals,
        "promises": view.promises,
        "drive_on": view.drive_on,
        "corrections": view.corrections,
        "sharing": sharing(request, around),
        **_challenge_context(view.asked, campaign.language, _just_taken(request)),
    }


@router.get("/c/{slug}/days/{number}", name="public:day")
def day_page(request: Request, session: Db, campaign: PublicCampaign, number: int) -> Response:
    """One day; of a day to come only the date and the beat."""
    view = views.day_view(request, session, campaign, number)
    if view is None:
        raise NotFound
    return _day_page(request, view, _just_taken(request))


def _day_page(
    request: Request,
    view: DayView,
    taken: words.Told | None = None,
    form: FormState | None = None,
    status: int = 200,
) -> Response:
    campaign, number = view.around.campaign, view.drawer.number
    context = {
        "campaign": campaign,
        "around": view.around,
        "current": number,
        "drawer": view.drawer,
        "beat": view.beat,
        "day": view.day,
        "stories": view.stories,
        "corrections": view.corrections,
        "sharing": sharing(
            request,
            view.around,
            f"/days/{number}",
            title=view.day.headline if view.day and view.day.headline else view.beat,
            description=view.day.lead if view.day else "",
        ),
        **_challenge_context(view.asked, campaign.language, taken, form),
    }
    return page(request, "public/day.html", context, block="challenge", status=status)


def _challenge_context(
    asked: views.Asked | None, language: str, taken: words.Told | None, form: FormState | None = None
) -> Mapping[str, Any]:
    challenge = asked.shown.challenge if asked else None
    levels = challenge.levels if challenge else []
    return {
        "unit": words.unit(challenge, asked.shown.acts, language) if asked and challenge else "",
        "asked": asked,
        "taken": taken,
        "form": form,
        "levels": [(n, one.get("title", ""), one.get("detail", "")) for n, one in enumerate(levels)],
    }


def _just_taken(request: Request) -> words.Told | None:
    """What the page says right after the form was sent without script; a key in the address chooses it."""
    outcome = words.OUTCOME_BY_KEY.get(request.query_params.get("ok", ""))
    level = request.query_params.get("level", "0")
    if outcome is None:
        return None
    return words.told(Taken(outcome, int(level) if level in ("0", "1", "2") else 0, late=False))


@router.post(
    "/c/{slug}/days/{number}/challenge",
    name="public:take-challenge",
    dependencies=[limited("challenge", times=30, seconds=600)],
)
def take_challenge(
    request: Request, session: Db, campaign: PublicCampaign, number: int, form: FormData
) -> Response:
    """Count that someone did a day's challenge: no account, no cookie, once a person."""
    view = views.day_view(request, session, campaign, number)
    if view is None or view.asked is None:
        raise NotFound
    parsed = form.parse(TakeForm)
    if parsed.data is None:
        return _day_page(request, view, form=parsed, status=422)
    level = min(int(parsed.data.level), LEVELS - 1)
    if parsed.data.website:  # a machine filled in what people do not see: thanked and not counted
        taken = Taken(Outcome.TAKEN, level, late=False)
    else:
        taken = taking.take(
            session,
            campaign,
            view.asked.shown.challenge,
            number=number,
            participant=taking.recognise(
                session,
                campaign,
                address=request.client.host if request.client else "",
                agent=request.headers.get("user-agent", ""),
            ),
            level=level,
            text=parsed.data.text,
        )
    if is_partial(request):
        session.flush()
        fresh = views.day_view(request, session, campaign, number)
        return _day_page(request, fresh or view, words.told(taken))
    where = f"/c/{campaign.slug}" if view.around.now.today == number else f"/c/{campaign.slug}/days/{number}"
    return redirect(request, f"{where}?level={taken.level}#challenge", ok=words.KEY_BY_OUTCOME[taken.outcome])


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
