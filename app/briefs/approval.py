"""Approval in the brief: what waits for the influencer's word, and their answer. Shows nothing of the inside."""

from fastapi import APIRouter, Request
from sqlmodel import Session
from starlette.responses import Response

from app.briefs.access import Phone
from app.briefs.pages import PRIVATE
from app.core.deps import Db
from app.core.errors import Conflict, NotFound
from app.core.fields import FormState
from app.core.forms import FormData
from app.core.i18n import mark
from app.core.pages import page, redirect
from app.core.ratelimit import limited
from app.influencers.queries import Carrier
from app.publishing.models import Post
from app.publishing.review import carrier, forms, waiting

router = APIRouter()


@router.get("/brief/agree", name="briefs:to-agree")
def to_agree(request: Request, session: Db, phone: Phone) -> Response:
    """Every post that waits for their word, the next first."""
    return _page(request, session, phone)


@router.post(
    "/brief/posts/{pid}/answer",
    name="briefs:agree",
    dependencies=[limited("brief-answer", times=200, seconds=3600)],
)
def answer(pid: str, request: Request, session: Db, phone: Phone, form: FormData) -> Response:
    """Agree, ask for changes, refuse, or only say something."""
    post = waiting.carried(session, phone.influencer, pid)
    if post is None:
        raise NotFound
    parsed = form.parse(forms.AnswerForm)
    if parsed.data is None:
        return _page(request, session, phone, wrong=(pid, parsed), status=422)
    if parsed.data.answer in ("changes", "say") and not parsed.data.text:
        missing = parsed.with_error("text", mark("Write a few words first."))
        return _page(request, session, phone, wrong=(pid, missing), status=422)
    try:
        _act(session, phone, post, parsed.data)
    except Conflict as conflict:
        kept = FormState(parsed.values, {"text": conflict.message})
        return _page(request, session, phone, wrong=(pid, kept), status=409)
    return redirect(request, "/brief/agree", ok="told")


def _act(session: Session, phone: Carrier, post: Post, data: forms.AnswerForm) -> None:
    campaign, person = phone.campaign, phone.influencer
    if data.answer == "agree":
        carrier.agree(session, campaign, person, post, shown=data.shown, text=data.text)
    elif data.answer == "changes":
        carrier.ask_changes(session, campaign, person, post, text=data.text)
    elif data.answer == "refuse":
        carrier.refuse(session, campaign, person, post, reason=data.text)
    else:
        carrier.comment(session, campaign, person, post, text=data.text)


def _page(
    request: Request,
    session: Session,
    phone: Carrier,
    *,
    wrong: tuple[str, FormState] | None = None,
    status: int = 200,
) -> Response:
    found = waiting.for_influencer(session, phone.campaign, phone.influencer)
    context = {
        "campaign": phone.campaign,
        "influencer": phone.influencer,
        "reviews": found,
        "wrong": wrong,
        # A post that waits no more, because it was answered or changed meanwhile, still says why.
        "gone": wrong is not None and all(one.post.pid != wrong[0] for one in found),
    }
    return page(request, "briefs/agree.html", context, status=status, headers=PRIVATE)
