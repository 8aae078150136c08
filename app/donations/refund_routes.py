"""`/studio/campaigns/{pid}/gifts/{gid}`: one gift, what befell it, and the way to give it back.

Routes that ask Stripe hold no transaction meanwhile.
"""

from dataclasses import dataclass

from fastapi import APIRouter, Request
from starlette.responses import Response

from app.campaigns import queries as campaigns
from app.campaigns.models import Campaign
from app.core import clock
from app.core.db import reading
from app.core.errors import Conflict, NotFound
from app.core.forms import FormData, FormState
from app.core.i18n import Message, mark
from app.core.ids import new_pid
from app.core.money import decimal_string
from app.core.pages import page, redirect
from app.donations.access import Treasurer
from app.donations.aftermath import disputing, forms, queries, refunding, rules
from app.donations.aftermath.refunding import RefundWish
from app.donations.aftermath.rules import RefundState
from app.donations.models import Gift
from app.donations.rules import EntryKind
from app.people.rules import Actor

router = APIRouter()
ONE = "/studio/campaigns/{pid}/gifts/{gid}"
PRIVATE = {"Cache-Control": "no-store"}
LINE_WORDS = {
    EntryKind.GIFT: mark("Gift"),
    EntryKind.COVER: mark("Added for the fees"),
    EntryKind.FEE: mark("Fee"),
    EntryKind.REFUND: mark("Given back"),
    EntryKind.DISPUTE: mark("Taken back by the bank"),
    EntryKind.IN_KIND: mark("In kind"),
    EntryKind.CORRECTION: mark("Opposite entry"),
}


@dataclass(frozen=True)
class _Found:
    campaign: Campaign
    gift: Gift


def _find(actor: Actor, pid: str, gid: str) -> _Found:
    with reading() as session:
        campaign = campaigns.own_campaign(session, actor, pid)
        gift = queries.gift(session, actor.organisation_id, gid)
    if campaign is None or gift is None or gift.campaign_id != campaign.id:
        raise NotFound
    return _Found(campaign, gift)


@router.get(ONE, name="donations:gift")
def show_gift(request: Request, actor: Treasurer, pid: str, gid: str) -> Response:
    """One gift: its donor, its lines in the ledger, what was given back."""
    return _show(request, _find(actor, pid, gid), None)


@router.post(ONE + "/refund", name="donations:refund")
def refund(request: Request, actor: Treasurer, pid: str, gid: str, form: FormData) -> Response:
    """Give all or part of it back."""
    found, parsed = _find(actor, pid, gid), form.parse(forms.RefundForm)
    if parsed.data is None:
        return _show(request, found, parsed, status=422)
    with reading() as session:
        left = queries.standing(session, found.gift).left_minor
        pressed = queries.refund_by_key(session, parsed.data.form_key) is not None
    amount = forms.read_amount(
        parsed.data.amount, found.gift.currency, left if not pressed else found.gift.charged_minor
    )
    if isinstance(amount, Message):
        return _show(request, found, parsed.with_error("amount", amount), status=422)
    wish = RefundWish(amount, parsed.data.reason, parsed.data.note, parsed.data.form_key)
    try:
        made = refunding.refund(actor, gid, wish)
    except Conflict as refused:
        return _show(request, found, parsed.with_error("form", refused.message), status=409)
    done = None if made.state is RefundState.FAILED else "refunded"
    return redirect(request, f"/studio/campaigns/{pid}/gifts/{gid}", ok=done)


@router.post(ONE + "/warnings/{wid}/keep", name="donations:keep-warned")
def keep(request: Request, actor: Treasurer, pid: str, gid: str, wid: str) -> Response:
    """Keep a gift its bank warned of, knowingly."""
    _find(actor, pid, gid)
    disputing.keep(actor, wid, gid)
    return redirect(request, f"/studio/campaigns/{pid}/gifts/{gid}", ok="saved")


def _show(request: Request, found: _Found, form: FormState | None, *, status: int = 200) -> Response:
    gift = found.gift
    with reading() as session:
        standing = queries.standing(session, gift, connected=refunding.connected(session, gift))
        context = {
            "campaign": found.campaign,
            "room": "gifts",
            "gift": gift,
            "standing": standing,
            "hindrance": rules.hindrance(standing, clock.now()),
            "refunds": queries.refunds(session, gift.id),
            "disputes": queries.disputes_of(session, gift.id),
            "warnings": queries.warnings_of(session, gift.id),
            "lines": queries.lines_of(session, gift.id),
            "fee": rules.dispute_fee(gift.currency),
            "words": rules,
            "line_words": LINE_WORDS,
            "reasons": [(one.value, rules.REASON_WORDS[one]) for one in rules.OFFERED],
            "form": form or _begun(standing.left_minor, gift.currency),
        }
    return page(request, "donations/gift.html", context, status=status, headers=PRIVATE)


def _begun(left_minor: int, currency: str) -> FormState:
    """The form as it is first shown: the whole of what is left, and a key of its own."""
    return FormState({"amount": decimal_string(left_minor, currency), "form_key": new_pid()})
