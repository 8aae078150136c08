"""The influencer's pages: the personal link, today's brief, the answer to the invitation, files, the calendar feed."""

from fastapi import APIRouter, Request
from starlette.responses import FileResponse, RedirectResponse, Response

from app.briefs import pages, queries
from app.briefs.access import Phone, set_cookie
from app.briefs.calendar import calendar
from app.briefs.pages import PRIVATE
from app.core import clock
from app.core.db import reading, transaction
from app.core.deps import Db
from app.core.errors import Gone, NotFound
from app.core.forms import FormData
from app.core.i18n import mark
from app.core.pages import redirect
from app.core.ratelimit import check, client_address
from app.influencers import forms, service
from app.influencers import queries as influencers
from app.influencers.rules import Stage
from app.media import service as media
from app.publishing.gone import removed
from app.questions import sessions
from app.testimonials import queries as testimonials

router = APIRouter()

UNKNOWN_LINKS_AN_HOUR = 20


@router.get("/brief/{token}", name="briefs:open")
def open_link(token: str, request: Request) -> Response:
    """Exchange the personal link for a cookie and lead to a clean address."""
    with reading() as session:
        link = influencers.link_by_token(session, token)
    if link is None:
        check("brief-guess", client_address(request), times=UNKNOWN_LINKS_AN_HOUR, seconds=3600)
        raise Gone(mark("This personal link no longer opens anything. Ask the team for a new one."))
    with transaction() as session:
        cookie = service.open_brief(session, session.merge(link))
    answer = RedirectResponse("/brief", status_code=303, headers=PRIVATE)
    set_cookie(answer, cookie, seconds=int((link.expires_at - clock.now()).total_seconds()))
    return answer


@router.get("/brief", name="briefs:today")
def today(request: Request, session: Db, phone: Phone, day: int | None = None) -> Response:
    """Today in clock order; another day by `?day=`."""
    if phone.influencer.stage in (Stage.APPROVED, Stage.INVITED):
        return pages.invitation_page(request, session, phone)
    return pages.day_page(request, session, phone, day)


@router.post("/brief/answer", name="briefs:answer")
def answer(request: Request, session: Db, phone: Phone, form: FormData) -> Response:
    """Yes or no to the invitation."""
    parsed = form.parse(forms.AnswerForm)
    if parsed.data is None:
        return pages.invitation_page(request, session, phone, parsed, status=422)
    service.answer(
        session,
        phone.campaign,
        phone.influencer,
        accepts=parsed.data.answer == "yes",
        note=parsed.data.note,
    )
    return redirect(request, "/brief")


@router.get("/brief/media/{pid}/{variant}", name="briefs:media")
def media_file(pid: str, variant: str, session: Db, phone: Phone) -> FileResponse:
    """A file of one of their posts, before and after its day; a card of a testimonial, while it may be shared."""
    card = testimonials.card_medium(session, phone.campaign.id, pid)
    found = card or queries.own_media(session, phone.influencer, pid)
    if found is None:
        raise NotFound
    file = media.open_variant(found, variant)
    kept = "private, no-cache" if card else "private, max-age=86400"  # a card may be taken back
    return FileResponse(file.path, media_type=file.mime, headers={"Cache-Control": kept})


@router.get("/brief/calendar/{key}.ics", name="briefs:calendar")
def calendar_feed(key: str, session: Db) -> Response:
    """Posts and live sessions as a calendar. Calendar programs carry no cookie: the address itself is the key."""
    link = service.link_of_calendar(session, key)
    if link is None:
        raise NotFound
    carrier = influencers.carrier_of(session, link)
    posts = queries.all_posts(session, carrier.campaign, carrier.influencer)
    off = [
        one for one in removed(session, [carrier.campaign.id]) if one.influencer_id == carrier.influencer.id
    ]
    return Response(
        calendar(carrier.campaign, posts, off, sessions.of_host(session, carrier.influencer.id)),
        media_type="text/calendar; charset=utf-8",
        headers={"Cache-Control": "private, max-age=300", "X-Robots-Tag": "noindex"},
    )
