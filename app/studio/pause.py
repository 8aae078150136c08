"""The one switch: stop everything at once with prepared words; go on through a list of what fell due."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from app.campaigns.access import OwnCampaign
from app.campaigns.forms import PauseForm
from app.campaigns.models import Campaign
from app.campaigns.rules import State
from app.core.deps import Db
from app.core.errors import Conflict
from app.core.forms import FormData, FormState
from app.core.pages import page, redirect
from app.crisis import queries as crises
from app.crisis import service as crisis
from app.people.access import Member, may
from app.people.rules import Permission
from app.publishing import pausing
from app.studio.forms import ResumeForm

router = APIRouter(prefix="/studio/campaigns/{pid}")


@router.get("/pause", name="studio:pause-form")
def pause_form(request: Request, session: Db, campaign: OwnCampaign) -> Response:
    """The reason and the prepared words; or, while paused, the way back."""
    return _show(request, session, campaign)


@router.post("/pause", name="studio:pause")
def pause(request: Request, session: Db, actor: Member, campaign: OwnCampaign, form: FormData) -> Response:
    """Stop everything. Any member may: who sees the fire rings the bell."""
    parsed = form.parse(PauseForm)
    if parsed.data is None:
        return _show(request, session, campaign, words=parsed, status=422)
    crisis.pause(session, actor, campaign, reason=parsed.data.reason, statement=parsed.data.statement)
    return redirect(request, f"/studio/campaigns/{campaign.pid}/pause", ok="saved")


@router.post("/resume", name="studio:resume", dependencies=[may(Permission.PUBLISH)])
def resume(request: Request, session: Db, actor: Member, campaign: OwnCampaign, form: FormData) -> Response:
    """Go on after a pause, with a word on each post that fell due."""
    parsed = form.parse(ResumeForm)
    if parsed.data is None:
        return _show(request, session, campaign, back=parsed, status=422)
    try:
        crisis.resume(session, actor, campaign, parsed.data.decisions(), parsed.data.holds)
    except crisis.NotTrueYet as refused:
        wrong = parsed.with_error("holds", refused.message)
        return _show(request, session, campaign, back=wrong, status=409)
    except Conflict as refused:
        return _show(
            request, session, campaign, back=parsed.with_error("moment", refused.message), status=409
        )
    return redirect(request, f"/studio/campaigns/{campaign.pid}/week", ok="saved")


def _show(
    request: Request,
    session: Db,
    campaign: Campaign,
    *,
    words: FormState | None = None,
    back: FormState | None = None,
    status: int = 200,
) -> Response:
    """The page; what a refused form held is kept, also for each post."""
    posts = pausing.fell_due(session, campaign)
    context = {
        "campaign": campaign,
        "room": "pause",
        "running": campaign.state not in (State.DRAFT, State.CLOSED),
        "form": words or FormState({"reason": campaign.pause_reason, "statement": campaign.hold_statement}),
        "back": back,
        "posts": posts,
        "conditions": crises.still_open(session, campaign) if campaign.paused_at else {},
        "kept": _kept(back),
        "suggested": {one.post.pid: pausing.suggested(one.post) for one in posts},
    }
    return page(request, "studio/pause.html", context, block="pause_form", status=status)


def _kept(back: FormState | None) -> dict[str, tuple[str, str]]:
    """Choice and moment by public id, as a refused form held them."""
    values = back.values if back else {}
    columns = [values.get(name, []) for name in ("post", "choice", "moment")]
    return {pid: (choice, moment) for pid, choice, moment in zip(*columns, strict=False)}
