"""`/studio/campaigns/{pid}/offline`: gifts that did not pass the payment page, entered, seen and cancelled."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from sqlmodel import Session
from starlette.responses import Response

from app.campaigns.access import OwnCampaign
from app.campaigns.models import Campaign
from app.core import clock
from app.core.deps import Db
from app.core.errors import Conflict, NotFound
from app.core.forms import FormData, FormState
from app.core.i18n import Message, mark
from app.core.ids import new_pid
from app.core.money import decimal_string
from app.core.pages import page, redirect
from app.donations.rules import Visibility, Way
from app.donations.scales import scale
from app.drive import forms, queries
from app.drive.queries import Entered
from app.drive.service import offline
from app.drive.service.offline import Given
from app.people.access import Member, may
from app.people.rules import Permission

router = APIRouter()
ROOM = "/studio/campaigns/{pid}/offline"
MONEY = [may(Permission.MONEY)]

WAYS = {
    Way.CASH: mark("Cash"),
    Way.CHEQUE: mark("Cheque"),
    Way.TRANSFER: mark("Bank transfer"),
    Way.IN_KIND: mark("In kind"),
}
VISIBILITIES = (
    (Visibility.ORGANISATION.value, mark("The organisation only")),
    (Visibility.PUBLIC.value, mark("Everyone")),
    (Visibility.NOBODY.value, mark("Nobody")),
)


def _entered(gid: str, campaign: OwnCampaign, session: Db) -> Entered:
    found = queries.entered(session, campaign, gid)
    if not found:
        raise NotFound
    return found[0]


OwnEntered = Annotated[Entered, Depends(_entered)]


def _show(
    request: Request,
    session: Session,
    actor: Member,
    campaign: Campaign,
    *,
    form: FormState | None = None,
    cancel: tuple[str, FormState] | None = None,
    status: int = 200,
) -> Response:
    found = scale(campaign.currency)
    context = {
        "campaign": campaign,
        "room": "gifts",
        "entered": queries.entered(session, campaign),
        "form": form,
        "form_key": new_pid(),
        "cancel_form": cancel,
        "ways": WAYS,
        "visibilities": VISIBILITIES,
        "today": clock.today(campaign.timezone),
        "second_from": found.largest // 10 if found else 0,
        "me": actor.person_id,
        "iban": queries.account(session, campaign.organisation_id) is not None,
    }
    return page(request, "drive/offline.html", context, status=status)


def _like(session: Session, campaign: Campaign, pid: str) -> FormState | None:
    """The form filled in as an earlier gift was, to enter it anew with what was wrong put right."""
    found = queries.entered(session, campaign, pid) if pid else []
    if not found:
        return None
    gift, entry = found[0].gift, found[0].entry
    own = ("donor_name", "donor_email", "company", "company_number")
    return FormState(
        {
            **{name: getattr(gift, name) for name in own},
            **{name: gift.address.get(name, "") for name in ("line", "postcode", "city", "country")},
            "legal_form": gift.address.get("form", ""),
            "way": gift.way.value,
            "visibility": gift.visibility.value,
            "amount": decimal_string(gift.amount_minor, gift.currency),
            "on_date": entry.on_date,
            "proof": entry.proof,
        }
    )


@router.get(ROOM, name="drive:offline", dependencies=MONEY)
def offline_gifts(
    request: Request, session: Db, actor: Member, campaign: OwnCampaign, like: str = ""
) -> Response:
    """The gifts entered by hand or from a statement, and the form for the next one."""
    return _show(request, session, actor, campaign, form=_like(session, campaign, like[:16]))


@router.post(ROOM, name="drive:enter", dependencies=MONEY)
def enter(request: Request, session: Db, actor: Member, campaign: OwnCampaign, form: FormData) -> Response:
    parsed = form.parse(forms.OfflineForm)
    if parsed.data is None:
        return _show(request, session, actor, campaign, form=parsed, status=422)
    data = parsed.data
    minor = forms.amount(data.amount, campaign.currency)
    if isinstance(minor, Message):
        again = parsed.with_error("amount", minor)
        return _show(request, session, actor, campaign, form=again, status=422)
    same = ("donor_name", "donor_email", "company", "company_number", "visibility", "proof", "way", "on_date")
    given = Given(amount_minor=minor, address=data.address(), **{name: getattr(data, name) for name in same})
    try:
        offline.enter_gift(session, actor, campaign, given, key=data.form_key)
    except Conflict as refused:
        again = parsed.with_error("on_date", refused.message)
        return _show(request, session, actor, campaign, form=again, status=409)
    return _back(request, campaign, "created")


@router.post(ROOM + "/{gid}/see", name="drive:see", dependencies=MONEY)
def see(request: Request, session: Db, actor: Member, campaign: OwnCampaign, entered: OwnEntered) -> Response:
    """A second member has seen it: it counts."""
    offline.see(session, actor, campaign, entered)
    return _back(request, campaign, "saved")


@router.post(ROOM + "/{gid}/refuse", name="drive:refuse", dependencies=MONEY)
def refuse(
    request: Request, session: Db, actor: Member, campaign: OwnCampaign, entered: OwnEntered
) -> Response:
    offline.refuse(session, actor, campaign, entered)
    return _back(request, campaign, "removed")


@router.post(ROOM + "/{gid}/void", name="drive:void", dependencies=MONEY)
def void(
    request: Request, session: Db, actor: Member, campaign: OwnCampaign, entered: OwnEntered, form: FormData
) -> Response:
    parsed = form.parse(forms.ReasonForm)
    if parsed.data is None:
        cancel = (entered.gift.pid, parsed)
        return _show(request, session, actor, campaign, cancel=cancel, status=422)
    offline.void(session, actor, campaign, entered, reason=parsed.data.reason)
    return _back(request, campaign, "saved")


def _back(request: Request, campaign: Campaign, ok: str) -> Response:
    return redirect(request, f"/studio/campaigns/{campaign.pid}/offline", ok=ok)
