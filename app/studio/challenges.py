"""The challenge of a day, edited in place: as a page of its own, or as a block that htmx puts in the board."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from app.campaigns.access import OwnCampaign
from app.campaigns.models import Campaign
from app.campaigns.service import Stale
from app.challenges import editing, forms
from app.challenges.models import Challenge
from app.core.deps import Db
from app.core.errors import NotFound
from app.core.fields import FormState
from app.core.forms import FormData
from app.core.pages import page, redirect
from app.people.access import Member, may
from app.people.rules import Permission
from app.stories import queries as stories
from app.stories.models import Day

router = APIRouter(prefix="/studio/campaigns/{pid}")
EDIT = [may(Permission.EDIT)]


def _show(
    request: Request, campaign: Campaign, day: Day, challenge: Challenge, form: FormState, status: int = 200
) -> Response:
    values = form.values if form.errors else forms.shown(challenge, request.state.language).values
    form = FormState(values, form.errors)
    context = {"campaign": campaign, "room": "week", "day": day, "challenge": challenge, "form": form}
    return page(request, "studio/challenge.html", context, block="challenge_form", status=status)


def _day(session: Db, campaign: Campaign, challenge: Challenge) -> Day:
    return next(one for one in stories.days(session, campaign.id) if one.id == challenge.day_id)


@router.post("/days/{number:int}/challenge", name="studio:add-challenge", dependencies=EDIT)
def add(request: Request, session: Db, actor: Member, campaign: OwnCampaign, number: int) -> Response:
    """Give a day its challenge and open it."""
    day = stories.day(session, campaign.id, number)
    if day is None:
        raise NotFound
    made = editing.add_challenge(session, actor, campaign, day)
    return redirect(request, f"/studio/campaigns/{campaign.pid}/challenges/{made.pid}")


@router.get("/challenges/{cid}", name="studio:challenge", dependencies=EDIT)
def show(request: Request, session: Db, campaign: OwnCampaign, cid: str) -> Response:
    challenge = editing.get_challenge(session, campaign, cid)
    return _show(request, campaign, _day(session, campaign, challenge), challenge, FormState())


@router.post("/challenges/{cid}", name="studio:edit-challenge", dependencies=EDIT)
def edit(
    request: Request, session: Db, actor: Member, campaign: OwnCampaign, cid: str, form: FormData
) -> Response:
    challenge = editing.get_challenge(session, campaign, cid)
    day = _day(session, campaign, challenge)
    parsed = form.parse(forms.ChallengeForm)
    if parsed.data is None:
        return _show(request, campaign, day, challenge, parsed, 422)
    data = parsed.data
    measures, wrong = data.measures()
    if wrong:
        return _show(request, campaign, day, challenge, FormState(parsed.values, wrong), 422)
    values = {**data.columns(), **measures}
    try:
        editing.edit_challenge(session, actor, campaign, challenge, version=data.version, **values)
    except Stale as stale:
        kept = FormState({**parsed.values, "version": stale.version}, {"form": stale.message})
        return _show(request, campaign, day, challenge, kept, 409)
    return redirect(request, f"/studio/campaigns/{campaign.pid}/week#day-{day.number}", ok="saved")
