"""The page of a post: its stories, when and where it goes out, what was tried, and what a person decides."""

from collections.abc import Callable
from typing import Any

from fastapi import APIRouter, Request
from sqlmodel import Session
from starlette.responses import Response

from app.accounts import queries as accounts
from app.accounts.models import ChannelAccount
from app.campaigns.access import OwnCampaign
from app.campaigns.models import Campaign
from app.campaigns.rules import day_date
from app.core.deps import Db
from app.core.errors import Conflict, NotFound
from app.core.forms import FormData, FormState, Parsed
from app.core.i18n import mark, speaking
from app.core.pages import page, redirect
from app.influencers import queries as influencers
from app.influencers.models import Influencer
from app.people.access import Member, may
from app.people.rules import Actor, Permission
from app.publishing import board, queries, settle
from app.publishing import forms as post_forms
from app.publishing import service as posts
from app.publishing.forms import ORGANISATION, PlanForm
from app.publishing.models import Post
from app.publishing.rules import HAND
from app.publishing.service import Delivery
from app.stories import forms, steps
from app.stories.service import check_editable
from app.studio.calendar_view import asked
from app.studio.post_view import Choices, choices, sheet
from app.studio.review_view import section_if_asked

router = APIRouter(prefix="/studio/campaigns/{pid}")
EDIT = [may(Permission.EDIT)]


@router.get("/posts/new", name="studio:new-post", dependencies=EDIT)
def new(request: Request, session: Db, actor: Member, campaign: OwnCampaign) -> Response:
    """An empty plan, on the day and for the story that the address names."""
    check_editable(actor, campaign)
    return _new(request, session, campaign)


@router.post("/posts", name="studio:plan-post", dependencies=EDIT)
def add(request: Request, session: Db, actor: Member, campaign: OwnCampaign, form: FormData) -> Response:
    """Plan a post of any story, on any day and channel."""
    parsed = form.parse(post_forms.NewPostForm)
    if parsed.data is None:
        return _new(request, session, campaign, form=parsed, status=422)
    data = parsed.data
    carrier, account = _carrier(session, campaign, data), _account(session, campaign, data, None)
    try:
        made = posts.add_post(
            session,
            actor,
            campaign,
            data.frame,
            at_time=data.at_time,
            influencer=carrier,
            on=data.day,
            delivery=_delivery(data, account),
        )
    except Conflict as conflict:
        wrong = parsed.with_error("at_time", conflict.message)
        return _new(request, session, campaign, form=wrong, status=409)
    return redirect(request, f"/studio/campaigns/{campaign.pid}/posts/{made.pid}", ok="created")


@router.get("/posts/{post}", name="studio:post")
def show(post: str, request: Request, session: Db, actor: Member, campaign: OwnCampaign) -> Response:
    """Everything about one post."""
    return _sheet(request, session, actor, campaign, post)


@router.post("/posts/{post}/plan", name="studio:change-plan", dependencies=EDIT)
def plan(
    post: str, request: Request, session: Db, actor: Member, campaign: OwnCampaign, form: FormData
) -> Response:
    """Change when, by whom, where and how a post goes out."""
    row = posts.get_post(session, campaign, post)
    parsed = form.parse(PlanForm)

    def change(data: PlanForm) -> None:
        posts.change_post(
            session,
            actor,
            campaign,
            post,
            version=data.version,
            at_time=data.at_time,
            influencer=_carrier(session, campaign, data),
            on=data.day,
            delivery=_delivery(data, _account(session, campaign, data, row)),
        )

    return _try(request, session, actor, campaign, row, parsed, change, shown="plan")


@router.post("/posts/{post}/following", name="studio:post-following", dependencies=EDIT)
def following(
    post: str, request: Request, session: Db, actor: Member, campaign: OwnCampaign, form: FormData
) -> Response:
    """Add, move or leave out a story that follows the first."""
    row = posts.get_post(session, campaign, post)
    parsed = form.parse(post_forms.FollowingForm)

    def change(data: post_forms.FollowingForm) -> None:
        about: dict[str, Any] = {"version": data.version, "frame_pid": data.frame}
        if data.do == "add":
            posts.add_following(session, actor, campaign, post, **about)
        elif data.do == "remove":
            posts.drop_following(session, actor, campaign, post, **about)
        else:
            posts.step_following(session, actor, campaign, post, direction=data.do, **about)

    return _try(request, session, actor, campaign, row, parsed, change, shown="following")


@router.post("/posts/{post}/decide", name="studio:decide", dependencies=EDIT)
def decide(
    post: str, request: Request, session: Db, actor: Member, campaign: OwnCampaign, form: FormData
) -> Response:
    """Take a decision about a post: it went out or not, now or not, hold or go."""
    row = posts.get_post(session, campaign, post)
    parsed = form.parse(post_forms.DecisionForm)
    removing = parsed.data is not None and parsed.data.decision is settle.Decision.REMOVE
    back, said = (f"calendar?on={row.on_date.isoformat()}", "removed") if removing else ("", "saved")

    def change(data: post_forms.DecisionForm) -> None:
        settle.decide(session, actor, campaign, post, data.decision, version=data.version, url=data.proof_url)

    return _try(request, session, actor, campaign, row, parsed, change, shown="decided", back=back, said=said)


@router.post("/posts/{post}/undo", name="studio:post-undo", dependencies=EDIT)
def undo(
    post: str, request: Request, session: Db, actor: Member, campaign: OwnCampaign, form: FormData
) -> Response:
    """Undo the last step; back to the calendar when the post went with it."""
    posts.get_post(session, campaign, post)
    parsed = form.parse(forms.UndoForm)
    if parsed.data is None:
        raise steps.Changed
    board.undo(session, actor, campaign, parsed.data.step)
    there = f"posts/{post}" if queries.post(session, campaign.id, post) else "calendar"
    return redirect(request, f"/studio/campaigns/{campaign.pid}/{there}", ok="undone")


def _try(
    request: Request,
    session: Session,
    actor: Actor,
    campaign: Campaign,
    row: Post,
    parsed: Parsed[Any],
    change: Callable[[Any], None],
    *,
    shown: str,
    back: str = "",
    said: str = "saved",
) -> Response:
    """Make a change and lead back to the page, or `back`; or show it again, with what was typed and why not."""
    pid = row.pid
    if parsed.data is None:
        return _sheet(request, session, actor, campaign, row.pid, status=422, **{shown: parsed})
    try:
        change(parsed.data)
    except Conflict as conflict:
        session.refresh(row)
        kept = FormState({**parsed.values, "version": row.version}, {"form": conflict.message})
        return _sheet(request, session, actor, campaign, row.pid, status=409, **{shown: kept})
    return redirect(request, f"/studio/campaigns/{campaign.pid}/{back or f'posts/{pid}'}", ok=said)


def _carrier(session: Session, campaign: Campaign, data: PlanForm) -> Influencer | None:
    """Who carries the post; None is the organisation. Raises NotFound for a stranger."""
    if data.carrier == ORGANISATION:
        return None
    found = influencers.one(session, campaign, data.carrier)
    if found is None:
        raise NotFound
    return found


def _account(session: Session, campaign: Campaign, data: PlanForm, row: Post | None) -> ChannelAccount | None:
    """The account that publishes; None is by hand. One that was disconnected is only kept, never chosen.

    Raises NotFound.
    """
    if data.account == HAND:
        return None
    found = accounts.account(session, campaign.organisation_id, data.account)
    usable = {one.id for one in accounts.accounts(session, campaign.organisation_id)}
    if found is None or (found.id not in usable and (row is None or row.account_id != found.id)):
        raise NotFound(mark("This account is no longer connected. Choose another one."))
    return found


def _delivery(data: PlanForm, account: ChannelAccount | None) -> Delivery:
    return Delivery(
        account=account, shape=data.shape, text=data.text, late=data.late, late_minutes=data.late_minutes
    )


def _new(
    request: Request,
    session: Session,
    campaign: Campaign,
    *,
    form: FormState | None = None,
    status: int = 200,
) -> Response:
    """The form of a new post. The story asked for, else the first of that day, is chosen."""
    offered = choices(session, campaign)
    wanted = asked(request.query_params, campaign)
    context = {
        "campaign": campaign,
        "room": "calendar",
        "choices": offered,
        "dates": _dates(campaign, offered),
        "on": wanted.on,
        "frame": request.query_params.get("frame", "") or _first_of(campaign, offered, wanted.on),
        "form": form,
    }
    return page(request, "studio/post_new.html", context, status=status)


def _first_of(campaign: Campaign, offered: Choices, on: Any) -> str:
    here = [frames[0].pid for day, frames in offered.days if day_date(campaign.starts_on, day.number) == on]
    return here[0] if here else ""


def _dates(campaign: Campaign, offered: Choices) -> dict[int, Any]:
    return {day.id: day_date(campaign.starts_on, day.number) for day, _ in offered.days}


def _sheet(
    request: Request,
    session: Session,
    actor: Actor,
    campaign: Campaign,
    pid: str,
    *,
    status: int = 200,
    **states: Any,
) -> Response:
    """The page with the forms that were refused: `plan`, `following`, `decided`."""
    with speaking(request.state.language):
        shown = sheet(session, actor, campaign, pid)
    context = {
        "campaign": campaign,
        "room": "calendar",
        "sheet": shown,
        "dates": _dates(campaign, shown.choices),
        "plan": None,
        "following": None,
        "decided": None,
        **section_if_asked(session, actor, campaign, shown.plan.post),
        **states,
    }
    return page(request, "studio/post.html", context, status=status)
