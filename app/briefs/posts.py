"""What the carrier of a post says from the brief: posted, with its proof; "I can't"; neither after all.

Refuses it for posts that go out by themselves, and for those the team holds.
"""

from fastapi import APIRouter, Request
from sqlmodel import Session
from starlette.responses import Response

from app.briefs import pages, queries
from app.briefs.access import Phone, PhoneAside
from app.briefs.queries import Task
from app.core.db import reading, transaction
from app.core.deps import Db
from app.core.errors import Conflict, NotFound
from app.core.fields import FormState
from app.core.forms import FormData, Submitted
from app.core.i18n import mark
from app.influencers import forms
from app.influencers.queries import Carrier
from app.media.service import Prepared, Refused
from app.publishing import proof, telling
from app.publishing import service as publishing
from app.publishing.models import Post

router = APIRouter()

SPOKEN_FOR = frozenset({Task.POST, Task.POSTED, Task.DECLINED})


@router.post("/brief/posts/{pid}/posted", name="briefs:posted")
def posted(pid: str, request: Request, phone: PhoneAside, form: FormData) -> Response:
    """It went out; a link or a screenshot that proves it is optional."""
    with reading() as session:
        post = _own_post(session, phone, pid, locked=False)
    parsed = form.parse(forms.PostedForm)
    if parsed.data is None:
        return _again_with(request, phone, post, parsed)
    try:
        picture = _picture(form)
        with transaction() as session:
            _note_posted(session, phone, pid, parsed.data.proof_url or "", picture)
    except Refused as refused:
        return _again_with(request, phone, post, parsed.with_error("picture", refused.message))
    return pages.shown(request, phone, post)


@router.post("/brief/posts/{pid}/cannot", name="briefs:cannot")
def cannot(pid: str, request: Request, session: Db, phone: Phone, form: FormData) -> Response:
    """The carrier cannot post this one; the team is told at once, and once."""
    post = _own_post(session, phone, pid)
    parsed = form.parse(forms.CannotForm)
    if parsed.data is None:
        return pages.day_page(
            request, session, phone, pages.number_of(phone, post), wrong=(pid, parsed), status=422
        )
    if queries.task(post) is not Task.DECLINED:
        publishing.decline(session, post, by=phone.influencer.name, reason=parsed.data.reason)
        telling.tell_declined(session, phone.campaign, post, who=phone.influencer.name)
    return pages.shown(request, phone, post)


@router.post("/brief/posts/{pid}/again", name="briefs:again")
def again(pid: str, request: Request, session: Db, phone: Phone) -> Response:
    """Undo "posted" or "I can't": the post is planned again."""
    post = _own_post(session, phone, pid)
    publishing.plan_again(session, post, by=phone.influencer.name)
    return pages.shown(request, phone, post)


def _own_post(session: Session, phone: Carrier, pid: str, *, locked: bool = True) -> Post:
    """A post of theirs that is made by hand. Raises NotFound, Conflict."""
    post = queries.own_post(session, phone.influencer, pid, locked=locked)
    if post is None or post.state in queries.HIDDEN:
        raise NotFound
    if queries.task(post) not in SPOKEN_FOR:
        raise Conflict(mark("This post is not yours to report on at the moment. Reload the page."))
    return post


def _picture(form: Submitted) -> Prepared | None:
    """The screenshot, written anew. Raises Refused."""
    file = form.files.get("picture")
    return proof.prepare(file.file.read()) if file is not None else None


def _note_posted(
    session: Session, phone: Carrier, pid: str, proof_url: str, picture: Prepared | None
) -> None:
    post = _own_post(session, phone, pid)
    if queries.task(post) is not Task.POSTED:
        proof.drop(session, post)  # what a former "posted" may have left
    publishing.mark_posted(session, post, by=phone.influencer.name, proof_url=proof_url)
    if picture is not None:
        proof.keep(session, phone.campaign, post, picture, "proof")


def _again_with(request: Request, phone: Carrier, post: Post, form: FormState) -> Response:
    """The day with the refused form. A picture must be chosen again."""
    with reading() as session:
        return pages.day_page(
            request, session, phone, pages.number_of(phone, post), wrong=(post.pid, form), status=422
        )
