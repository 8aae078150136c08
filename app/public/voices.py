"""What people tell of a campaign: read by anyone, told without an account, thanked with a private link."""

from typing import Any

from fastapi import APIRouter, Request
from sqlmodel import Session
from starlette.responses import Response

from app.campaigns.access import PublicCampaign, find_public
from app.campaigns.around import around_of
from app.campaigns.models import Campaign
from app.campaigns.rules import State
from app.campaigns.sharing import sharing
from app.core import i18n
from app.core.db import reading, transaction
from app.core.deps import Db
from app.core.errors import Conflict, NotFound
from app.core.fields import FormState, Parsed
from app.core.forms import FormData, Submitted
from app.core.i18n import Message, mark
from app.core.pages import page, via
from app.core.ratelimit import client_address
from app.intake import screening
from app.intake.gate import sparing
from app.intake.screening import Sent
from app.links import queries as links
from app.media import service as media
from app.media.service import Prepared, Refused
from app.people import sessions
from app.people.access import cookie_name as member_cookie
from app.supporters import queries as known
from app.supporters import service as supporters
from app.supporters.access import cookie_name, set_cookie
from app.supporters.models import Supporter
from app.testimonials import queries, rules, service
from app.testimonials.forms import TellForm, missing

router = APIRouter()

# A recorder is offered here alone; everywhere else the microphone stays out of reach.
LISTENS = {"Permissions-Policy": "camera=(), microphone=(self), geolocation=()"}
FILES = ("picture", "voice")
_AGAIN = mark("Choose it again: a file is not kept when something else must be put right.")


@router.get("/c/{slug}/voices", name="public:voices")
def voices(request: Request, session: Db, campaign: PublicCampaign, number: int = 1) -> Response:
    """What people told, and the form to tell."""
    return _page(request, session, campaign, number=number)


@router.post("/c/{slug}/voices", name="public:tell", dependencies=[sparing("voices", times=20, seconds=600)])
def tell(slug: str, request: Request, form: FormData) -> Response:
    """Keep what somebody tells. Files are read before, and held in, no transaction."""
    with reading() as session:
        campaign = find_public(slug, request, session)
    if _closed(campaign) is not None:
        raise Conflict(mark("This campaign takes no testimonials at the moment."))
    parsed = form.parse(TellForm, also=FILES)
    parsed, files = _checked(form, parsed)
    if parsed.data is None or parsed.errors:
        with reading() as session:
            return _page(request, session, campaign, form=parsed, status=422)
    if parsed.data.website:  # a machine filled in what people do not see: thanked, and kept nowhere
        with reading() as session:
            return _thanks(request, session, campaign, "", mailed=False)
    try:
        with transaction() as session:
            return _kept(request, session, session.merge(campaign), parsed.data, files)
    except Refused as refused:
        with reading() as session:
            wrong = parsed.with_error("picture", refused.message)
            return _page(request, session, campaign, form=wrong, status=422)


def _checked(form: Submitted, parsed: Parsed[TellForm]) -> tuple[Parsed[TellForm], dict[str, Prepared]]:
    """The form with all that is wrong with it, files included, and the files written anew."""
    errors: dict[str, Message | str] = {
        **parsed.errors,
        **missing(parsed.data, picture="picture" in form.files, voice="voice" in form.files),
    }
    files: dict[str, Prepared] = {}
    for name in FILES:
        if name not in form.files:
            continue
        if errors:
            errors.setdefault(name, _AGAIN)
            continue
        try:
            data = form.files[name].file.read()
            files[name] = media.prepare_voice(data) if name == "voice" else _picture(data)
        except Refused as refused:
            errors[name] = refused.message
    return Parsed(parsed.values, errors, parsed.data), files


def _picture(data: bytes) -> Prepared:
    """A picture, and nothing that moves. Raises Refused."""
    made = media.prepare(data)
    if made.kind.value != "image":
        raise Refused(mark("Send a picture here: JPEG, PNG, WebP or AVIF."))
    return made


def _kept(
    request: Request, session: Session, campaign: Campaign, data: TellForm, files: dict[str, Prepared]
) -> Response:
    words = data.words()
    sent = Sent(
        text=words.shown,
        address=client_address(request),
        agent=request.headers.get("user-agent", ""),
        stamp=data.stamp,
        trap=data.website,
        proof=data.proof,
    )
    supporter, is_new = _supporter(request, session, campaign, data.email)
    service.send(
        session,
        campaign,
        supporter,
        words,
        screening=screening.screen(session, campaign, sent),
        picture=files.get("picture"),
        voice=files.get("voice"),
        person_id=_member(request, session),
        link_id=links.link_id(session, campaign.id, via(request)),
    )
    link = supporters.new_link(session, supporter)
    if data.email:
        supporters.mail_link(session, supporter)
    answer = _thanks(request, session, campaign, link, mailed=bool(data.email))
    if is_new:
        set_cookie(answer, supporters.open_visit(session, supporter))
    return answer


def _supporter(request: Request, session: Session, campaign: Campaign, email: str) -> tuple[Supporter, bool]:
    """Whoever this browser is known as in the organisation; someone new for another address, and whether so."""
    token = request.cookies.get(cookie_name(), "")
    visit = known.visit(session, token) if token else None
    if visit is not None and visit.supporter.organisation_id == campaign.organisation_id:
        supporter = visit.supporter
        if email in ("", supporter.email) or not supporter.email:
            supporter.email = supporter.email or email
            supporter.language = request.state.language
            session.add(supporter)
            return supporter, False
    made = supporters.begin(
        session,
        organisation_id=campaign.organisation_id,
        language=request.state.language,
        email=email,
    )
    return made, True


def _member(request: Request, session: Session) -> int | None:
    """The member whose browser this is, who will not judge their own words."""
    token = request.cookies.get(member_cookie(), "")
    found = sessions.find(session, token) if token else None
    return found.person.id if found is not None else None


def _closed(campaign: Campaign) -> Message | None:
    """Why nothing can be told now."""
    if campaign.paused_at is not None:
        return mark("The campaign is paused: nothing can be sent for the moment.")
    if campaign.state is State.CLOSED:
        return mark("The campaign is over: what was told stays here, and nothing more is taken.")
    return None


def _page(
    request: Request,
    session: Session,
    campaign: Campaign,
    *,
    form: FormState | None = None,
    number: int = 1,
    status: int = 200,
) -> Response:
    number = max(1, number)
    found, total = queries.page(session, campaign, number)
    if number > 1 and not found:
        raise NotFound
    count = max(1, -(-total // rules.PER_PAGE))
    base = f"/c/{campaign.slug}/voices"
    context = {
        **_around(request, session, campaign, mark("Testimonials")),
        "form": form,
        "voices": found,
        "total": total,
        "number": number,
        "count": count,
        "before": f"{base}?number={number - 1}#voices" if number > 1 else None,
        "after": f"{base}?number={number + 1}#voices" if number < count else None,
        "closed": _closed(campaign),
        "rules": rules,
        "uses": [(use.value, rules.USE_NAMES[use], rules.USE_WORDS[use]) for use in rules.Use],
    }
    return page(request, "public/voices.html", context, status=status, headers=LISTENS)


def _thanks(request: Request, session: Session, campaign: Campaign, link: str, *, mailed: bool) -> Response:
    """Said in the answer itself: the private link is shown once, and stands in no address bar."""
    context = {
        **_around(request, session, campaign, mark("Thank you")),
        "private": link,
        "mailed": mailed,
    }
    headers = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}
    return page(request, "public/voices_thanks.html", context, headers=headers)


def _around(request: Request, session: Session, campaign: Campaign, title: Message) -> dict[str, Any]:
    around = around_of(request, session, campaign)
    with i18n.speaking(request.state.language):
        head = sharing(request, around, "/voices", title=str(title))
    return {"campaign": campaign, "around": around, "sharing": head}
