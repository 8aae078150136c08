"""The week's board: days edited in place, frames added, moved and removed, the last step undone."""

from collections.abc import Mapping

from fastapi import APIRouter, Request
from starlette.responses import Response

from app.campaigns.access import OwnCampaign
from app.campaigns.models import Campaign
from app.core.deps import Db
from app.core.forms import FormData, FormState
from app.core.i18n import speaking
from app.core.pages import is_partial, page, redirect
from app.launch import queries as launch
from app.people.access import Member, may
from app.people.rules import Actor, Permission
from app.publishing import board as posts
from app.stories import forms, queries, service, steps
from app.stories.models import Frame
from app.stories.service import DayText
from app.studio.board import Board, board

router = APIRouter(prefix="/studio/campaigns/{pid}")
EDIT = [may(Permission.EDIT)]


@router.get("/week", name="studio:week")
def show(request: Request, session: Db, actor: Member, campaign: OwnCampaign) -> Response:
    """Seven drawers as columns, or as many as the campaign has days."""
    return _week(request, session, actor, campaign)


@router.post("/days/{did}", name="studio:edit-day", dependencies=EDIT)
def edit_day(
    did: str, request: Request, session: Db, actor: Member, campaign: OwnCampaign, form: FormData
) -> Response:
    """Save the beat and the headline of a day."""
    day = service.get_day(session, campaign, did)
    parsed = form.parse(forms.DayForm)
    if parsed.data is None:
        return _week(request, session, actor, campaign, days={did: parsed}, status=422)
    data = parsed.data
    text = DayText(data.beat, data.headline, data.lead)
    try:
        service.edit_day(session, actor, campaign, did, version=data.version, text=text)
    except service.Stale as stale:
        kept = FormState({**parsed.values, "version": stale.version}, {"form": stale.message})
        return _week(request, session, actor, campaign, days={did: kept}, status=409)
    return _done(request, session, actor, campaign, "saved", day.number)


@router.post("/days/{did}/frames", name="studio:add-frame", dependencies=EDIT)
def add_frame(did: str, request: Request, session: Db, actor: Member, campaign: OwnCampaign) -> Response:
    """Put an empty frame last in a day and open it."""
    frame = service.add_frame(session, actor, campaign, did)
    return redirect(request, f"/studio/campaigns/{campaign.pid}/frames/{frame.pid}")


@router.post("/frames/{fid}/move", name="studio:move-frame", dependencies=EDIT)
def move_frame(
    fid: str, request: Request, session: Db, actor: Member, campaign: OwnCampaign, form: FormData
) -> Response:
    """Move a frame: to a day and a place, or one step up or down. Drag and keyboard send the same form."""
    frame = service.get_frame(session, campaign, fid)
    parsed = form.parse(forms.MoveForm)
    if parsed.data is None:
        return _week(request, session, actor, campaign, moves={fid: parsed}, status=422)
    data = parsed.data
    if data.step is not None:
        posts.step_frame(session, actor, campaign, fid, data.step)
    elif data.day is not None:
        place = data.position - 1 if data.position is not None else None
        posts.move_frame(session, actor, campaign, fid, day_number=data.day, position=place)
    moved = {fid: data.step or "to"}
    return _done(request, session, actor, campaign, "moved", _number(session, campaign, frame), moved=moved)


@router.post("/frames/{fid}/remove", name="studio:remove-frame", dependencies=EDIT)
def remove_frame(fid: str, request: Request, session: Db, actor: Member, campaign: OwnCampaign) -> Response:
    """Take a frame out with its posts; the board then offers to undo it."""
    number = _number(session, campaign, service.get_frame(session, campaign, fid))
    posts.remove_frame(session, actor, campaign, fid)
    return _done(request, session, actor, campaign, "removed", number)


@router.post("/week/undo", name="studio:undo", dependencies=EDIT)
def undo(request: Request, session: Db, actor: Member, campaign: OwnCampaign, form: FormData) -> Response:
    """Undo the step that was shown as the last one."""
    parsed = form.parse(forms.UndoForm)
    if parsed.data is None:
        raise steps.Changed
    posts.undo(session, actor, campaign, parsed.data.step)
    return _done(request, session, actor, campaign, "undone", None)


def _number(session: Db, campaign: Campaign, frame: Frame) -> int:
    return next(day.number for day in queries.days(session, campaign.id) if day.id == frame.day_id)


def _done(
    request: Request,
    session: Db,
    actor: Actor,
    campaign: Campaign,
    said: str,
    number: int | None,
    *,
    moved: Mapping[str, str] | None = None,
) -> Response:
    """The board again for htmx; otherwise back to the column where it happened."""
    if is_partial(request):
        return _week(request, session, actor, campaign, moved=moved)
    anchor = f"#day-{number}" if number else ""
    return redirect(request, f"/studio/campaigns/{campaign.pid}/week{anchor}", ok=said)


def _week(
    request: Request,
    session: Db,
    actor: Actor,
    campaign: Campaign,
    *,
    days: Mapping[str, FormState] | None = None,
    moves: Mapping[str, FormState] | None = None,
    moved: Mapping[str, str] | None = None,
    status: int = 200,
) -> Response:
    """The board, with refused forms by public id, and what was just moved, which keeps the focus."""
    with speaking(request.state.language):
        shown = board(session, actor, campaign)
    context = {
        "campaign": campaign,
        "room": "week",
        "board": shown,
        "readiness": launch.readiness_line(session, campaign, _laid(shown)),
        "day_forms": days or {},
        "move_forms": moves or {},
        "moved": moved or {},
    }
    return page(request, "studio/week.html", context, block="week", status=status)


def _laid(shown: Board) -> launch.Laid:
    """What the board has read, for the checks."""
    return launch.Laid(
        [(column.day, column.challenge) for column in shown.columns],
        [tile.frame for column in shown.columns for tile in column.tiles],
    )
