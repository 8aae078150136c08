"""The ways an influencer is reminded: mail always, this phone and other services when they choose.

Other people's servers are asked outside any transaction.
"""

from fastapi import APIRouter, Request
from sqlmodel import Session
from starlette.responses import Response

from app.briefs.access import Phone, PhoneAside
from app.briefs.pages import PRIVATE
from app.core.db import reading, transaction
from app.core.deps import Db
from app.core.errors import Conflict, NotFound
from app.core.fields import FormState
from app.core.forms import FormData
from app.core.i18n import gettext, mark, speaking
from app.core.pages import page, redirect
from app.core.ratelimit import limited
from app.influencers.queries import Carrier
from app.people.rules import device_label
from app.push import door
from app.push.forms import SubscriptionForm
from app.push.rules import Refused
from app.reminders import addresses, forms, queries, rules, service
from app.reminders.ways import Told, tell

router = APIRouter()

HERE = "/brief/reminders"
# Each costs a message, or a question to a name server, in our name.
TRIES = limited("reminder-way", times=20, seconds=3600)


@router.get(HERE, name="briefs:reminders")
def show(request: Request, session: Db, phone: Phone) -> Response:
    """The ways chosen so far, and how to add one."""
    return _page(request, session, phone)


@router.post(HERE, name="briefs:reminder-add", dependencies=[TRIES])
def add_address(request: Request, phone: PhoneAside, form: FormData) -> Response:
    """Add Telegram, ntfy or another service."""
    parsed = form.parse(forms.AddressForm)
    if parsed.data is None:
        return _refused(request, phone, parsed)
    try:
        label = addresses.checked(parsed.data.address)
        with transaction() as session:
            service.add_address(session, phone.influencer, address=parsed.data.address, label=label)
    except (Refused, Conflict) as refused:
        return _refused(request, phone, parsed.with_error("address", refused.message))
    return redirect(request, HERE, ok="saved")


@router.post(f"{HERE}/phone", name="briefs:reminder-phone", dependencies=[TRIES])
def add_phone(request: Request, phone: PhoneAside, form: FormData) -> Response:
    """Add this browser, which has just allowed notifications."""
    parsed = form.parse(SubscriptionForm)
    if parsed.data is None:
        state = FormState(errors={"phone": mark("Your browser gave no answer. Press the button again.")})
        return _refused(request, phone, state)
    try:
        subscription = door.checked(parsed.data.subscription())
        with transaction() as session:
            service.add_phone(session, phone.influencer, subscription=subscription, label=_device(request))
    except (Refused, Conflict) as refused:
        return _refused(request, phone, FormState(errors={"phone": refused.message}))
    return redirect(request, HERE, ok="saved")


@router.post(f"{HERE}/{{pid}}/try", name="briefs:reminder-try", dependencies=[TRIES])
def send_trial(pid: str, request: Request, phone: PhoneAside) -> Response:
    """Send a try by one way, and say whether it was taken."""
    with reading() as session:
        target = queries.target(session, phone.influencer, pid)
    if target is None:
        raise NotFound
    outcome = tell(target, phone.influencer.pid, service.trial(phone.influencer))
    with transaction() as session:
        service.count(session, target.id, outcome)
    if outcome is Told.YES:
        return redirect(request, HERE, ok="sent")
    wrong = mark("The try was not taken. Look at the address, or remove this way and add it anew.")
    return _refused(request, phone, FormState(errors={pid: wrong}))


@router.post(f"{HERE}/{{pid}}/remove", name="briefs:reminder-remove")
def remove(pid: str, request: Request, session: Db, phone: Phone) -> Response:
    """Take a way off."""
    service.remove(session, phone.influencer, pid)
    return redirect(request, HERE, ok="removed")


def _device(request: Request) -> str:
    known = device_label(request.headers.get("user-agent", ""))
    with speaking(request.state.language):
        return known or gettext("A browser")


def _refused(request: Request, phone: Carrier, form: FormState) -> Response:
    with reading() as session:
        return _page(request, session, phone, form, status=422)


def _page(
    request: Request, session: Session, phone: Carrier, form: FormState | None = None, status: int = 200
) -> Response:
    context = {
        "campaign": phone.campaign,
        "influencer": phone.influencer,
        "targets": queries.targets(session, phone.influencer),
        "left_alone_after": rules.LEFT_ALONE_AFTER,
        "push_key": door.public_key(),
        "form": form,
    }
    return page(request, "briefs/reminders.html", context, status=status, headers=PRIVATE)
