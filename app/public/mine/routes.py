"""The private page: opened by a link, kept by a cookie, asked for by mail. Says nothing of who is known here."""

from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from app.campaigns.access import PublicCampaign
from app.campaigns.around import around_of
from app.campaigns.sharing import sharing
from app.core import i18n
from app.core.db import reading, transaction
from app.core.deps import Db
from app.core.errors import Gone
from app.core.fields import FormState
from app.core.forms import FormData
from app.core.i18n import mark
from app.core.pages import page, redirect
from app.core.ratelimit import check, client_address, limited
from app.people.models import Organisation
from app.public.forms import AddressForm
from app.public.mine.parts import PARTS
from app.supporters import queries, service
from app.supporters.access import Mine, cookie_name, set_cookie

router = APIRouter()

UNKNOWN_LINKS_AN_HOUR = 20
PRIVATE = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}
MAILS_AN_HOUR = 3  # to one address, whoever asks


@router.get("/mine", name="public:mine")
def mine(request: Request, session: Db, visit: Mine) -> Response:
    """Everything of theirs, room by room."""
    return _mine_page(request, session, visit)


def _sparing(name: str) -> list[Any]:
    """Mails are asked for in small numbers, by one visitor and to one address; known or not makes no difference."""
    return [
        limited(name, times=10, seconds=3600),
        limited(f"{name}-to", times=MAILS_AN_HOUR, seconds=3600, field="email"),
    ]


@router.post("/mine/address", name="public:mine-address", dependencies=_sparing("mine-address"))
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
    with reading() as session:
        found = queries.link(session, token)
    if found is None:
        check("mine-guess", client_address(request), times=UNKNOWN_LINKS_AN_HOUR, seconds=3600)
        raise Gone(
            mark("This private link no longer opens anything. Ask for a new one on the campaign’s page.")
        )
    link, supporter = found
    with transaction() as session:
        cookie = service.open_visit(session, session.merge(supporter), mailed=link.mailed)
    answer = RedirectResponse("/mine", status_code=303, headers=PRIVATE)
    set_cookie(answer, cookie)
    return answer


@router.get("/c/{slug}/mine", name="public:mine-ask")
def ask(request: Request, session: Db, campaign: PublicCampaign) -> Response:
    """Ask for the private link by mail."""
    return _ask_page(request, session, campaign, FormState())


@router.post("/c/{slug}/mine", name="public:mine-send", dependencies=_sparing("mine-ask"))
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
