"""The private page: opened by a link, kept by a cookie, asked for by mail. Says nothing of who is known here."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from app.campaigns.access import PublicCampaign
from app.campaigns.around import around_of
from app.campaigns.sharing import sharing
from app.core import i18n
from app.core.deps import Db
from app.core.fields import FormState
from app.core.forms import FormData
from app.core.pages import page, redirect
from app.people.models import Organisation
from app.public.forms import AddressForm
from app.public.mine.opening import PRIVATE, opened, sparing
from app.public.mine.parts import PARTS
from app.supporters import service
from app.supporters.access import Mine, cookie_name

router = APIRouter()


@router.get("/mine", name="public:mine")
def mine(request: Request, session: Db, visit: Mine) -> Response:
    """Everything of theirs, room by room."""
    return _mine_page(request, session, visit)


@router.post("/mine/address", name="public:mine-address", dependencies=sparing("mine-address"))
def keep_address(request: Request, session: Db, visit: Mine, form: FormData) -> Response:
    """Give or change the address a link can be mailed to, and mail it."""
    parsed = form.parse(AddressForm)
    if parsed.data is None:
        return _mine_page(request, session, visit, parsed, status=422)
    service.give_address(session, visit, parsed.data.email)
    service.mail_link(session, visit.supporter)
    return redirect(request, "/mine", ok="sent")


@router.post("/mine/leave", name="public:mine-leave")
def leave(request: Request, session: Db, visit: Mine) -> Response:
    """Forget this browser; the links stay good."""
    service.close_visit(session, request.cookies.get(cookie_name(), ""))
    organisation = session.get_one(Organisation, visit.supporter.organisation_id)
    answer = page(request, "public/mine/left.html", {"organisation": organisation, "form": FormState()})
    answer.delete_cookie(cookie_name(), path="/", httponly=True, samesite="lax")
    answer.headers["Clear-Site-Data"] = '"cache"'
    return answer


@router.get("/mine/{token}", name="public:mine-open")
def open_link(token: str, request: Request) -> Response:
    """Exchange the private link for a cookie and lead to a clean address."""
    return opened(request, token, "/mine")


@router.get("/c/{slug}/mine", name="public:mine-ask")
def ask(request: Request, session: Db, campaign: PublicCampaign) -> Response:
    """Ask for the private link by mail."""
    return _ask_page(request, session, campaign, FormState())


@router.post("/c/{slug}/mine", name="public:mine-send", dependencies=sparing("mine-ask"))
def send(request: Request, session: Db, campaign: PublicCampaign, form: FormData) -> Response:
    """Mail the link to whoever sent something with this address; the answer is the same for everyone."""
    parsed = form.parse(AddressForm)
    if parsed.data is None:
        return _ask_page(request, session, campaign, parsed, status=422)
    service.mail_known(session, organisation_id=campaign.organisation_id, email=parsed.data.email)
    return _ask_page(request, session, campaign, FormState(), sent_to=parsed.data.email)


def _mine_page(
    request: Request, session: Db, visit: Mine, form: FormState | None = None, status: int = 200
) -> Response:
    parts = [(part.template, found) for part in PARTS if (found := part.load(session, visit))]
    context = {
        "organisation": session.get_one(Organisation, visit.supporter.organisation_id),
        "visit": visit,
        "parts": parts,
        "form": form or FormState({"email": visit.supporter.email}),
    }
    return page(request, "public/mine/page.html", context, status=status, headers=PRIVATE)


def _ask_page(
    request: Request,
    session: Db,
    campaign: PublicCampaign,
    form: FormState,
    status: int = 200,
    sent_to: str = "",
) -> Response:
    around = around_of(request, session, campaign)
    with i18n.speaking(request.state.language):
        title = i18n.gettext("Your private page")
    context = {
        "campaign": campaign,
        "around": around,
        "sharing": sharing(request, around, "/mine", title=title),
        "form": form,
        "sent_to": sent_to,
    }
    return page(request, "public/mine/ask.html", context, status=status)
