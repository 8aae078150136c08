"""Approval in the studio: what waits, one post with what was said about it, and the answers. Refuses stale ones."""

from datetime import date

from fastapi import APIRouter, Request
from sqlmodel import Session
from starlette.responses import Response

from app.campaigns.access import OwnCampaign
from app.campaigns.models import Campaign
from app.core.deps import Db
from app.core.errors import Conflict
from app.core.fields import FormState
from app.core.forms import FormData, Submitted
from app.core.i18n import Message, mark
from app.core.pages import page, redirect
from app.people.access import Member, may
from app.people.rules import Actor, Permission
from app.publishing import service
from app.publishing.models import Post
from app.publishing.review import forms, team, waiting
from app.studio.board import may_edit
from app.studio.review_view import section

router = APIRouter(prefix="/studio/campaigns/{pid}")
EDIT = [may(Permission.EDIT)]
PUBLISH = [may(Permission.PUBLISH)]


@router.get("/review", name="studio:review")
def queue(request: Request, session: Db, actor: Member, campaign: OwnCampaign) -> Response:
    """Everything that is not agreed yet, by whom it waits for."""
    return _queue(request, session, actor, campaign)


@router.post("/review/submit", name="studio:review-submit", dependencies=EDIT)
def submit_all(
    request: Request, session: Db, actor: Member, campaign: OwnCampaign, form: FormData
) -> Response:
    """Send every draft, or those of one date, for approval."""
    parsed = form.parse(forms.SendForm)
    day = _day(parsed.data.day) if parsed.data else None
    if parsed.data is None or (parsed.data.day and day is None):
        return _queue(request, session, actor, campaign, said=mark("There is no such date."), status=422)
    team.submit_all(session, actor, campaign, on=day)
    return redirect(request, f"/studio/campaigns/{campaign.pid}/review", ok="sent")


@router.post("/review/approve", name="studio:review-approve", dependencies=PUBLISH)
def approve_all(
    request: Request, session: Db, actor: Member, campaign: OwnCampaign, form: FormData
) -> Response:
    """Approve what was ticked, as it was shown; what changed meanwhile stays and is named."""
    parsed = form.parse(forms.ApproveForm)
    if parsed.data is None:
        return _queue(request, session, actor, campaign, said=mark("Tick at least one post."), status=422)
    given, left = team.approve_all(session, actor, campaign, parsed.data.shown)
    if left:
        said = mark("Approved: %(given)s. Not approved: %(left)s, changed or answered meanwhile.")
        said = said.with_values(given=given, left=left)
        return _queue(request, session, actor, campaign, said=said, status=409)
    return redirect(request, f"/studio/campaigns/{campaign.pid}/review", ok="approved")


@router.get("/posts/{post}/review", name="studio:post-review")
def show(post: str, request: Request, session: Db, actor: Member, campaign: OwnCampaign) -> Response:
    """One post as it would go out, what changed, what was said, and the answers."""
    return _one(request, session, actor, campaign, service.get_post(session, campaign, post))


@router.post("/posts/{post}/review/submit", name="studio:post-submit", dependencies=EDIT)
def submit(
    post: str, request: Request, session: Db, actor: Member, campaign: OwnCampaign, form: FormData
) -> Response:
    """Send one draft for approval."""
    return _answer(request, session, actor, campaign, post, form, "submit")


@router.post("/posts/{post}/review/approve", name="studio:post-approve", dependencies=PUBLISH)
def approve(
    post: str, request: Request, session: Db, actor: Member, campaign: OwnCampaign, form: FormData
) -> Response:
    """The team's yes to what was shown."""
    return _answer(request, session, actor, campaign, post, form, "approve")


@router.post("/posts/{post}/review/changes", name="studio:post-changes", dependencies=PUBLISH)
def changes(
    post: str, request: Request, session: Db, actor: Member, campaign: OwnCampaign, form: FormData
) -> Response:
    """Give a post back to be written again, with words that say why."""
    return _answer(request, session, actor, campaign, post, form, "changes")


@router.post("/posts/{post}/review/say", name="studio:post-say", dependencies=EDIT)
def say(
    post: str, request: Request, session: Db, actor: Member, campaign: OwnCampaign, form: FormData
) -> Response:
    """Comment, inside the team or to the influencer too."""
    return _answer(request, session, actor, campaign, post, form, "say")


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _answer(
    request: Request,
    session: Session,
    actor: Actor,
    campaign: Campaign,
    pid: str,
    form: Submitted,
    kind: str,
) -> Response:
    """Do what was answered, or show the post again as it now is, with the words that were typed."""
    post = service.get_post(session, campaign, pid)
    parsed = form.parse(forms.WordsForm if kind in ("changes", "say") else forms.WordForm)
    if parsed.data is None:
        return _one(request, session, actor, campaign, post, answer=parsed, status=422)
    data = parsed.data
    try:
        if kind == "submit":
            team.submit(session, actor, campaign, post, text=data.text)
        elif kind == "approve":
            team.approve(session, actor, campaign, post, shown=data.shown, text=data.text)
        elif kind == "changes":
            team.ask_changes(
                session, actor, campaign, post, text=data.text, shown=data.shown, inside=not data.outside
            )
        else:
            team.comment(session, actor, campaign, post, text=data.text, inside=not data.outside)
    except Conflict as conflict:
        kept = FormState(parsed.values, {"form": conflict.message})
        return _one(request, session, actor, campaign, post, answer=kept, status=409)
    ok = {"submit": "sent", "approve": "approved"}.get(kind, "saved")
    return redirect(request, f"/studio/campaigns/{campaign.pid}/posts/{pid}/review#review", ok=ok)


def _one(
    request: Request,
    session: Session,
    actor: Actor,
    campaign: Campaign,
    post: Post,
    *,
    answer: FormState | None = None,
    status: int = 200,
) -> Response:
    context = {**section(session, actor, campaign, post), "room": "review", "answer": answer}
    return page(request, "studio/post_review.html", context, status=status)


def _queue(
    request: Request,
    session: Session,
    actor: Actor,
    campaign: Campaign,
    *,
    said: Message | None = None,
    status: int = 200,
) -> Response:
    context = {
        "campaign": campaign,
        "room": "review",
        "queue": waiting.queue(session, actor, campaign),
        "approver": actor.may(Permission.PUBLISH) and may_edit(actor, campaign),
        "editable": may_edit(actor, campaign),
        "said": said,
    }
    return page(request, "studio/review.html", context, status=status)
