"""The calendar of a campaign's posts: a day, a week or a month; posts given another day or hour where they stand."""

from collections.abc import Mapping

from fastapi import APIRouter, Request
from starlette.responses import Response

from app.campaigns.access import OwnCampaign
from app.campaigns.models import Campaign
from app.core.deps import Db
from app.core.errors import Conflict
from app.core.forms import FormData, FormState
from app.core.i18n import speaking
from app.core.pages import is_partial, page, redirect
from app.people.access import Member, may
from app.people.rules import Actor, Permission
from app.publishing import board
from app.publishing import forms as post_forms
from app.publishing import service as posts
from app.stories import forms, steps
from app.studio.calendar_view import GROUPS, asked, calendar

router = APIRouter(prefix="/studio/campaigns/{pid}")
EDIT = [may(Permission.EDIT)]


@router.get("/calendar", name="studio:calendar")
def show(request: Request, session: Db, actor: Member, campaign: OwnCampaign) -> Response:
    """The posts of a day, a week or a month."""
    return _calendar(request, session, actor, campaign)


@router.post("/posts/{post}/move", name="studio:move-post", dependencies=EDIT)
def move(
    post: str, request: Request, session: Db, actor: Member, campaign: OwnCampaign, form: FormData
) -> Response:
    """Give a post another day and hour. Drag and keyboard send the same form."""
    row = posts.get_post(session, campaign, post)
    parsed = form.parse(post_forms.MoveForm)
    if parsed.data is None:
        return _calendar(request, session, actor, campaign, moves={post: parsed}, status=422)
    data = parsed.data
    try:
        posts.move_post(
            session, actor, campaign, post, version=data.version, on=data.day, at_time=data.at_time
        )
    except Conflict as conflict:
        session.refresh(row)
        kept = FormState({**parsed.values, "version": row.version}, {"day": conflict.message})
        return _calendar(request, session, actor, campaign, moves={post: kept}, status=409)
    return _done(request, session, actor, campaign, "moved", moved=post)


@router.post("/calendar/undo", name="studio:calendar-undo", dependencies=EDIT)
def undo(request: Request, session: Db, actor: Member, campaign: OwnCampaign, form: FormData) -> Response:
    """Undo the step that was shown as the last one."""
    parsed = form.parse(forms.UndoForm)
    if parsed.data is None:
        raise steps.Changed
    board.undo(session, actor, campaign, parsed.data.step)
    return _done(request, session, actor, campaign, "undone")


def _done(
    request: Request, session: Db, actor: Actor, campaign: Campaign, said: str, *, moved: str = ""
) -> Response:
    """The calendar again for htmx; otherwise the same page of it, at the post."""
    if is_partial(request):
        return _calendar(request, session, actor, campaign, moved=moved)
    anchor = f"#post-{moved}" if moved else ""
    query = asked(request.query_params, campaign).query
    return redirect(request, f"/studio/campaigns/{campaign.pid}/calendar?{query}{anchor}", ok=said)


def _calendar(
    request: Request,
    session: Db,
    actor: Actor,
    campaign: Campaign,
    *,
    moves: Mapping[str, FormState] | None = None,
    moved: str = "",
    status: int = 200,
) -> Response:
    """The page, with refused moves by public id, and the post that was just moved, which keeps the focus."""
    wanted = asked(request.query_params, campaign)
    with speaking(request.state.language):
        shown = calendar(session, actor, campaign, wanted)
    context = {
        "campaign": campaign,
        "room": "calendar",
        "calendar": shown,
        "groups": GROUPS,
        "moves": moves or {},
        "moved": moved,
    }
    return page(request, "studio/calendar.html", context, block="calendar", status=status)
