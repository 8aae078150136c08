"""One frame: its words saved as they are typed, its picture, its preview, when it is posted and by whom."""

from typing import Any

from fastapi import APIRouter, Request
from sqlmodel import Session
from starlette.responses import Response

from app.campaigns.access import OwnCampaign
from app.campaigns.models import Campaign
from app.campaigns.rules import day_date
from app.core.deps import Db
from app.core.errors import Conflict, NotFound
from app.core.forms import FormData, FormState
from app.core.i18n import mark
from app.core.pages import is_partial, page, redirect
from app.influencers import queries as influencers
from app.influencers.models import Influencer
from app.media import portraits
from app.media import queries as media_queries
from app.media import service as media
from app.people.access import Member, may
from app.people.rules import Actor, Permission
from app.publishing import board as boards
from app.publishing import forms as post_forms
from app.publishing import queries as publishing
from app.publishing import service as posts
from app.publishing.models import Post
from app.stories import forms, queries, service, steps
from app.stories.models import Frame
from app.stories.service import FrameText
from app.studio.board import may_edit, tile

router = APIRouter(prefix="/studio/campaigns/{pid}")
EDIT = [may(Permission.EDIT)]


@router.get("/frames/{fid}", name="studio:frame")
def show(fid: str, request: Request, session: Db, actor: Member, campaign: OwnCampaign) -> Response:
    """The frame as a page, or as a panel beside the board."""
    return editor(request, session, actor, campaign, service.get_frame(session, campaign, fid))


@router.post("/frames/{fid}", name="studio:edit-frame", dependencies=EDIT)
def edit(
    fid: str, request: Request, session: Db, actor: Member, campaign: OwnCampaign, form: FormData
) -> Response:
    """Save the words of a frame."""
    frame = service.get_frame(session, campaign, fid)
    parsed = form.parse(forms.FrameForm)
    if parsed.data is None:
        return editor(request, session, actor, campaign, frame, text=parsed, status=422)
    data = parsed.data
    text = FrameText(**data.model_dump(exclude={"version"}))
    try:
        boards.edit_frame(session, actor, campaign, fid, version=data.version, text=text)
    except service.Stale as stale:
        kept = FormState({**parsed.values, "version": stale.version}, {"form": stale.message})
        return editor(request, session, actor, campaign, frame, text=kept, status=409)
    return _done(request, session, actor, campaign, frame, "saved")


@router.post("/frames/{fid}/media", name="studio:frame-media", dependencies=EDIT)
def upload(
    fid: str, request: Request, session: Db, actor: Member, campaign: OwnCampaign, form: FormData
) -> Response:
    """Give a frame its picture or video."""
    frame = service.get_frame(session, campaign, fid)
    service.check_editable(actor, campaign)
    file = form.files.get("file")
    if file is None:
        none = FormState(errors={"file": mark("Choose a picture or a video first.")})
        return editor(request, session, actor, campaign, frame, upload=none, status=422)
    try:
        made = media.store(session, actor, file.file.read(), file.filename or "", public=True)
    except media.Refused as refused:
        wrong = FormState(errors={"file": refused.message})
        return editor(request, session, actor, campaign, frame, upload=wrong, status=422)
    boards.set_media(session, actor, campaign, fid, media=made)
    return _done(request, session, actor, campaign, frame, "saved")


@router.post("/frames/{fid}/media/remove", name="studio:frame-media-remove", dependencies=EDIT)
def take_media(fid: str, request: Request, session: Db, actor: Member, campaign: OwnCampaign) -> Response:
    """Take the picture off a frame; undo brings it back."""
    frame = boards.set_media(session, actor, campaign, fid, media=None)
    return _done(request, session, actor, campaign, frame, "removed")


@router.post("/frames/{fid}/undo", name="studio:frame-undo", dependencies=EDIT)
def undo(
    fid: str, request: Request, session: Db, actor: Member, campaign: OwnCampaign, form: FormData
) -> Response:
    """Undo the last step without leaving the frame; back to the board when the frame went with it."""
    service.get_frame(session, campaign, fid)
    parsed = form.parse(forms.UndoForm)
    if parsed.data is None:
        raise steps.Changed
    boards.undo(session, actor, campaign, parsed.data.step)
    frame = queries.frame(session, campaign.id, fid)
    if frame is None:
        return redirect(request, f"/studio/campaigns/{campaign.pid}/week", ok="undone")
    session.refresh(frame)
    return _done(request, session, actor, campaign, frame, "undone")


@router.post("/frames/{fid}/posts", name="studio:add-post", dependencies=EDIT)
def add_post(
    fid: str, request: Request, session: Db, actor: Member, campaign: OwnCampaign, form: FormData
) -> Response:
    """Plan a post of this frame."""
    frame = service.get_frame(session, campaign, fid)
    parsed = form.parse(post_forms.PostForm)
    if parsed.data is None:
        return editor(request, session, actor, campaign, frame, planned=parsed, status=422)
    try:
        carrier = _carrier(session, campaign, parsed.data.carrier)
        posts.add_post(session, actor, campaign, fid, at_time=parsed.data.at_time, influencer=carrier)
    except Conflict as conflict:
        wrong = parsed.with_error("at_time", conflict.message)
        return editor(request, session, actor, campaign, frame, planned=wrong, status=409)
    return _done(request, session, actor, campaign, frame, "saved", anchor="#posts")


@router.post("/posts/{post}", name="studio:change-post", dependencies=EDIT)
def change_post(
    post: str, request: Request, session: Db, actor: Member, campaign: OwnCampaign, form: FormData
) -> Response:
    """Change the hour or the carrier of a post."""
    row, frame = _post(session, campaign, post)
    parsed = form.parse(post_forms.PostForm)
    if parsed.data is None:
        return editor(request, session, actor, campaign, frame, changed={post: parsed}, status=422)
    data = parsed.data
    try:
        carrier = _carrier(session, campaign, data.carrier)
        posts.change_post(
            session, actor, campaign, post, version=data.version, at_time=data.at_time, influencer=carrier
        )
    except Conflict as conflict:
        kept = FormState({**parsed.values, "version": row.version}, {"at_time": conflict.message})
        return editor(request, session, actor, campaign, frame, changed={post: kept}, status=409)
    return _done(request, session, actor, campaign, frame, "saved", anchor="#posts")


@router.post("/posts/{post}/remove", name="studio:remove-post", dependencies=EDIT)
def remove_post(post: str, request: Request, session: Db, actor: Member, campaign: OwnCampaign) -> Response:
    """Take a post out of the plan."""
    _, frame = _post(session, campaign, post)
    posts.remove_post(session, actor, campaign, post)
    return _done(request, session, actor, campaign, frame, "removed", anchor="#posts")


@router.post("/posts/{post}/posted", name="studio:posted", dependencies=EDIT)
def posted(
    post: str, request: Request, session: Db, actor: Member, campaign: OwnCampaign, form: FormData
) -> Response:
    """Note that a post went out, with a link that proves it when there is one."""
    row, frame = _post(session, campaign, post)
    parsed = form.parse(post_forms.ProofForm)
    if parsed.data is None:
        return editor(request, session, actor, campaign, frame, proofs={post: parsed}, status=422)
    posts.mark_posted(session, row, by=actor, proof_url=parsed.data.proof_url)
    return _done(request, session, actor, campaign, frame, "saved", anchor="#posts")


@router.post("/posts/{post}/again", name="studio:plan-again", dependencies=EDIT)
def plan_again(post: str, request: Request, session: Db, actor: Member, campaign: OwnCampaign) -> Response:
    """Take back "posted" or "cannot"."""
    row, frame = _post(session, campaign, post)
    posts.plan_again(session, row, by=actor)
    return _done(request, session, actor, campaign, frame, "saved", anchor="#posts")


def _post(session: Session, campaign: Campaign, pid: str) -> tuple[Post, Frame]:
    row = posts.get_post(session, campaign, pid)
    return row, queries.frames_by_id(session, [row.frame_id])[row.frame_id]


def _carrier(session: Session, campaign: Campaign, chosen: str) -> Influencer | None:
    """Who carries the post; None is the organisation. Raises NotFound for a stranger."""
    if chosen == post_forms.ORGANISATION:
        return None
    found = influencers.one(session, campaign, chosen)
    if found is None:
        raise NotFound
    return found


def _done(
    request: Request,
    session: Session,
    actor: Actor,
    campaign: Campaign,
    frame: Frame,
    said: str,
    *,
    anchor: str = "",
) -> Response:
    """The editor again for htmx; otherwise its page."""
    if is_partial(request):
        return editor(request, session, actor, campaign, frame)
    return redirect(request, f"/studio/campaigns/{campaign.pid}/frames/{frame.pid}{anchor}", ok=said)


def editor(
    request: Request,
    session: Session,
    actor: Actor,
    campaign: Campaign,
    frame: Frame,
    *,
    status: int = 200,
    **states: Any,
) -> Response:
    """The editor with the forms that were refused.

    They are `text`, `upload`, `portrait_form`, `planned`, `changed`, `proofs`.
    """
    days = queries.days(session, campaign.id)
    day = next(one for one in days if one.id == frame.day_id)
    pictures = media_queries.urls(session, [frame.media_id], studio=True)
    planned = publishing.posts(session, campaign, frame_id=frame.id)
    context = {
        "campaign": campaign,
        "room": "week",
        "frame": frame,
        "tile": tile(frame, pictures.get(frame.media_id or 0), planned),
        "facts": queries.facts(frame),
        "day": day,
        "on": day_date(campaign.starts_on, day.number),
        "posts": planned,
        "screenshots": media_queries.urls(session, [one.post.proof_media_id for one in planned]),
        "people": influencers.of_campaign(session, campaign),
        "step": queries.last_step(session, campaign.id),
        "panel": is_partial(request) and "/frames/" not in request.headers.get("hx-current-url", ""),
        "saved": "" if request.method == "GET" else "no" if status >= 400 else "yes",
        "editable": may_edit(actor, campaign),
        **_portrait(session, frame),
        "text": None,
        "upload": None,
        "planned": None,
        "changed": {},
        "proofs": {},
        **states,
    }
    return page(request, "studio/frame.html", context, block="editor", status=status)


def _portrait(session: Session, frame: Frame) -> dict[str, Any]:
    found = portraits.of_media(session, [frame.media_id or 0]).get(frame.media_id or 0)
    return {
        "portrait": found,
        "agreed": portraits.standing(found) if found else None,
        "ends_soon": portraits.ends_soon(found) if found else False,
        "portrait_form": None,
    }
