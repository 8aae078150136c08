"""The influencer's pages: the personal link, today's brief, posted or not, the calendar feed."""

from fastapi import APIRouter, Request
from starlette.responses import FileResponse, RedirectResponse, Response

from app.briefs import queries
from app.briefs.access import Phone, set_cookie
from app.briefs.calendar import calendar
from app.campaigns.drawers import DrawerState, drawers
from app.core import clock, i18n
from app.core.db import reading, transaction
from app.core.deps import Db
from app.core.errors import Gone, NotFound
from app.core.fields import FormState
from app.core.forms import FormData
from app.core.i18n import mark
from app.core.pages import page, redirect
from app.core.ratelimit import check, client_address
from app.influencers import forms, service
from app.influencers import queries as influencers
from app.influencers.queries import Carrier
from app.influencers.rules import AGREEMENT_WORDS, Stage
from app.media import service as media
from app.publishing import service as publishing
from app.publishing.models import Post
from app.publishing.review import waiting

router = APIRouter()

PRIVATE = {"Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex", "Cache-Control": "no-store"}
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
        return _invitation_page(request, session, phone)
    return _day_page(request, session, phone, day)


@router.post("/brief/answer", name="briefs:answer")
def answer(request: Request, session: Db, phone: Phone, form: FormData) -> Response:
    """Yes or no to the invitation."""
    parsed = form.parse(forms.AnswerForm)
    if parsed.data is None:
        return _invitation_page(request, session, phone, parsed, status=422)
    service.answer(
        session,
        phone.campaign,
        phone.influencer,
        accepts=parsed.data.answer == "yes",
        note=parsed.data.note,
    )
    return redirect(request, "/brief")


@router.post("/brief/posts/{pid}/posted", name="briefs:posted")
def posted(pid: str, request: Request, session: Db, phone: Phone, form: FormData) -> Response:
    """It went out; a link that proves it is optional."""
    post = _own_post(session, phone, pid)
    parsed = form.parse(forms.PostedForm)
    if parsed.data is None:
        return _day_page(request, session, phone, _number(phone, post), wrong=(pid, parsed), status=422)
    publishing.mark_posted(session, post, by=phone.influencer.name, proof_url=parsed.data.proof_url or "")
    return _shown(request, phone, post)


@router.post("/brief/posts/{pid}/cannot", name="briefs:cannot")
def cannot(pid: str, request: Request, session: Db, phone: Phone, form: FormData) -> Response:
    """The carrier cannot post this one; the team is told."""
    post = _own_post(session, phone, pid)
    parsed = form.parse(forms.CannotForm)
    if parsed.data is None:
        return _day_page(request, session, phone, _number(phone, post), wrong=(pid, parsed), status=422)
    publishing.decline(session, post, by=phone.influencer.name, reason=parsed.data.reason)
    return _shown(request, phone, post)


@router.post("/brief/posts/{pid}/again", name="briefs:again")
def again(pid: str, request: Request, session: Db, phone: Phone) -> Response:
    """Undo "posted" or "I can't": the post is planned again."""
    post = _own_post(session, phone, pid)
    publishing.plan_again(session, post, by=phone.influencer.name)
    return _shown(request, phone, post)


@router.get("/brief/media/{pid}/{variant}", name="briefs:media")
def media_file(pid: str, variant: str, session: Db, phone: Phone) -> FileResponse:
    """A file of one of their posts, before and after its day."""
    found = queries.own_media(session, phone.influencer, pid)
    if found is None:
        raise NotFound
    file = media.open_variant(found, variant)
    return FileResponse(file.path, media_type=file.mime, headers={"Cache-Control": "private, max-age=86400"})


@router.get("/brief/calendar/{key}.ics", name="briefs:calendar")
def calendar_feed(key: str, session: Db) -> Response:
    """The posts as a calendar. Calendar programs carry no cookie: the address itself is the key."""
    link = service.link_of_calendar(session, key)
    if link is None:
        raise NotFound
    carrier = influencers.carrier_of(session, link)
    posts = queries.all_posts(session, carrier.campaign, carrier.influencer)
    return Response(
        calendar(carrier.campaign, posts),
        media_type="text/calendar; charset=utf-8",
        headers={"Cache-Control": "private, max-age=300", "X-Robots-Tag": "noindex"},
    )


def _own_post(session: Db, phone: Carrier, pid: str) -> Post:
    post = queries.own_post(session, phone.influencer, pid)
    if post is None:
        raise NotFound
    return post


def _number(phone: Carrier, post: Post) -> int:
    return (post.on_date - phone.campaign.starts_on).days + 1


def _shown(request: Request, phone: Carrier, post: Post) -> Response:
    """Back to the post on its day."""
    number = _number(phone, post)
    here = queries.today_number(phone.campaign)
    path = "/brief" if number == here else f"/brief?day={number}"
    return redirect(request, f"{path}#post-{post.pid}")


def _day_page(
    request: Request,
    session: Db,
    phone: Carrier,
    number: int | None,
    *,
    wrong: tuple[str, FormState] | None = None,
    status: int = 200,
) -> Response:
    campaign, influencer = phone.campaign, phone.influencer
    now_number = queries.today_number(campaign)
    shown = number if number is not None and 1 <= number <= campaign.length else now_number
    day = queries.brief_day(session, campaign, influencer, shown)
    per_day = queries.states_of_days(session, campaign, influencer)
    with i18n.speaking(request.state.language):
        week = drawers(
            campaign,
            href=lambda n: "/brief" if n == now_number else f"/brief?day={n}",
            states=_drawer_states(per_day, now_number),
        )
    context = {
        "campaign": campaign,
        "influencer": influencer,
        "week": week,
        "day": day,
        "is_today": shown == now_number and day.on == clock.today(campaign.timezone),
        "before": clock.today(campaign.timezone) < campaign.starts_on,
        "ended": queries.ended(campaign, clock.now()),
        "weekday": day.on.weekday(),
        "yesterday": queries.yesterday(session, campaign, shown),
        "tomorrow": per_day.get(shown + 1, (0, 0, 0))[2],
        "calendar_path": f"/brief/calendar/{service.calendar_key(phone.link)}.ics",
        "to_agree": waiting.count_for_influencer(session, campaign, influencer),
        "wrong": wrong,
    }
    return page(request, "briefs/day.html", context, block="day", status=status, headers=PRIVATE)


def _drawer_states(per_day: dict[int, tuple[int, int, int]], today: int) -> dict[int, DrawerState]:
    """Past days are posted or missed; the calendar decides the others."""
    states: dict[int, DrawerState] = {}
    for number, (late, posted_count, total) in per_day.items():
        if number >= today or total == 0:
            continue
        states[number] = "missed" if late else "posted" if posted_count else "done"
    return states


def _invitation_page(
    request: Request, session: Db, phone: Carrier, form: FormState | None = None, status: int = 200
) -> Response:
    context = {
        "campaign": phone.campaign,
        "influencer": phone.influencer,
        "outline": queries.week_outline(session, phone.campaign),
        "terms": AGREEMENT_WORDS.get(phone.influencer.agreement) if phone.influencer.agreement else None,
        "form": form,
    }
    return page(request, "briefs/invitation.html", context, status=status, headers=PRIVATE)
