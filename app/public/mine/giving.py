"""`/gift`: a donor's own gifts and monthly gifts, without an account; refuses whoever has neither cookie nor link.

Opened by the browser that gave or by a mailed link. Who asks for a link hears the same, known here or not. The
routes that ask Stripe hold no database session meanwhile.
"""

from typing import Annotated

from fastapi import APIRouter, Request
from fastapi import Path as InPath
from sqlmodel import Session
from starlette.responses import Response

from app.core.db import reading
from app.core.deps import Db
from app.core.errors import Conflict, NotFound
from app.core.fields import FormState
from app.core.forms import FormData
from app.core.i18n import Message, mark
from app.core.pages import page, redirect
from app.core.templating import absolute
from app.donations import asking, own
from app.donations.forms import OwnGiftForm
from app.donations.models import GivingPlan
from app.donations.rules import Visibility
from app.donations.service import doors, keeping, monthly
from app.donations.service.fulfilment import Mismatch
from app.payments.base import PaymentError
from app.people.models import Organisation
from app.public.forms import AddressForm
from app.public.mine.gift_views import OwnGift, giving, own_gift
from app.public.mine.opening import PRIVATE, opened, sparing
from app.supporters.access import Mine, MineAlone, recognise, visitor
from app.supporters.queries import Visit

router = APIRouter(prefix="/gift")
Pid = Annotated[str, InPath(max_length=16)]
_STRIPE_DOWN = mark("The payment service does not answer. Nothing was changed. Try again in a minute.")
_NO_NAME = mark("Write the name everyone will see, or choose who may see it.")


@router.get("", name="public:gift")
def gifts(request: Request, session: Db) -> Response:
    """One's own gifts; for a browser nobody knows, the way to the link."""
    visit = visitor(request, session)
    if visit is None:
        return _ask_page(request, FormState())
    recognise(request, visit)
    return _page(request, session, visit)


@router.post("/link", name="public:gift-send", dependencies=sparing("gift-ask"))
def send(request: Request, session: Db, form: FormData) -> Response:
    """Mail the link to an address that gave; the answer is the same for everyone."""
    parsed = form.parse(AddressForm)
    if parsed.data is None:
        return _ask_page(request, parsed, status=422)
    keeping.mail_links(session, parsed.data.email, list(own.gave_with(session, parsed.data.email)))
    return _ask_page(request, FormState(), sent_to=parsed.data.email)


@router.get("/gifts/{pid}", name="public:gift-one")
def one_gift(request: Request, session: Db, visit: Mine, pid: Pid) -> Response:
    """One gift, to change who may see it and the word that came with it."""
    return _gift_page(request, session, _own(session, visit, pid), None)


@router.post("/gifts/{pid}", name="public:gift-change")
def change_gift(request: Request, session: Db, visit: Mine, pid: Pid, form: FormData) -> Response:
    """Change what may still be changed; a new word is read before anyone else sees it."""
    mine = _own(session, visit, pid)
    if not mine.may_change:
        raise Conflict(mark("This gift can no longer be changed."))
    parsed = form.parse(OwnGiftForm)
    if parsed.data is None:
        return _gift_page(request, session, mine, parsed, status=422)
    data = parsed.data
    if data.visibility is Visibility.PUBLIC and not (data.donor_name or mine.gift.company):
        return _gift_page(request, session, mine, parsed.with_error("donor_name", _NO_NAME), status=422)
    keeping.change(
        session,
        visit,
        mine.campaign,
        mine.gift,
        visibility=data.visibility,
        donor_name=data.donor_name,
        message=data.message,
    )
    return redirect(request, "/gift", ok="saved")


@router.post("/plans/{pid}/card", name="public:gift-card")
def change_card(request: Request, visit: MineAlone, pid: Pid) -> Response:
    """To Stripe's own page, where the card of a monthly gift is changed."""
    plan = _own_plan(visit, pid)
    if plan.customer is None or plan.ended_at is not None:
        raise Conflict(mark("This monthly gift has ended."))
    try:
        gateway = doors.gateway_for(plan.account)
        return redirect(
            request, gateway.open_portal(plan.customer, absolute("/gift"), request.state.language)
        )
    except (PaymentError, doors.NoDoor):
        return _refused(request, visit, _STRIPE_DOWN)


@router.post("/plans/{pid}/end", name="public:gift-end")
def end_plan(request: Request, visit: MineAlone, pid: Pid) -> Response:
    """End a monthly gift, at Stripe first: it has ended only when they say so."""
    plan = _own_plan(visit, pid)
    try:
        monthly.end(doors.gateway_for(plan.account), plan)
    except (PaymentError, Mismatch, doors.NoDoor):
        return _refused(request, visit, _STRIPE_DOWN)
    return redirect(request, "/gift", ok="ended")


@router.get("/{token}", name="public:gift-open")
def open_link(token: str, request: Request) -> Response:
    """Exchange the private link for a cookie and lead to a clean address."""
    return opened(request, token, "/gift")


def _own(session: Session, visit: Visit, pid: str) -> OwnGift:
    found = own_gift(session, visit, pid)
    if found is None:
        raise NotFound
    return found


def _own_plan(visit: Visit, pid: str) -> GivingPlan:
    with reading() as session:
        found = own.plan(session, visit, pid)
    if found is None:
        raise NotFound
    return found


def _refused(request: Request, visit: Visit, why: Message) -> Response:
    with reading() as session:
        return _page(request, session, visit, refusal=why, status=503)


def _page(
    request: Request, session: Session, visit: Visit, *, refusal: Message | None = None, status: int = 200
) -> Response:
    context = {
        "organisation": session.get_one(Organisation, visit.supporter.organisation_id),
        "visit": visit,
        "giving": giving(session, visit),
        "visibilities": {value: words for value, words, *_ in asking.VISIBILITIES},
        "refusal": refusal,
    }
    return page(request, "public/gift/page.html", context, status=status, headers=PRIVATE)


def _gift_page(
    request: Request, session: Session, mine: OwnGift, form: FormState | None, status: int = 200
) -> Response:
    gift = mine.gift
    kept = FormState(
        {"visibility": gift.visibility.value, "donor_name": gift.donor_name, "message": gift.message}
    )
    context = {
        "organisation": session.get_one(Organisation, gift.organisation_id),
        "own": mine,
        "form": form or kept,
        "visibilities": asking.VISIBILITIES,
    }
    return page(request, "public/gift/one.html", context, status=status, headers=PRIVATE)


def _ask_page(request: Request, form: FormState, status: int = 200, sent_to: str = "") -> Response:
    context = {"form": form, "sent_to": sent_to}
    return page(request, "public/gift/ask.html", context, status=status, headers=PRIVATE)
