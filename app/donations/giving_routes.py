"""Where people give: the page of one decision, and the way to Stripe's.

The routes that lead to Stripe hold no database session while Stripe is asked.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request
from sqlmodel import Session
from starlette.responses import Response

from app.campaigns.access import PublicCampaign, find_public
from app.campaigns.around import Around
from app.campaigns.models import Campaign
from app.campaigns.rules import day_date
from app.campaigns.sharing import sharing
from app.core import clock, i18n
from app.core.db import reading, transaction
from app.core.deps import Db
from app.core.forms import FormData, FormState
from app.core.i18n import Message, mark
from app.core.pages import page, redirect, via
from app.core.ratelimit import client_address, limited
from app.core.templating import VIA, absolute
from app.defence import queries as guarding
from app.defence import service as defence
from app.defence.service import Caller
from app.donations import asking, beside, queries
from app.donations.asking import Offer
from app.donations.forms import AgainForm, GiftForm, linked, read_amount
from app.donations.models import Gift
from app.donations.rules import Opening, Tribute, Visibility, opening
from app.donations.service import doors, giving, keeping
from app.donations.thanks_routes import NO_TRACE, week_of
from app.influencers import queries as influencers
from app.influencers.queries import Tie
from app.links import queries as links
from app.supporters.access import Known, set_cookie, visitor
from app.supporters.queries import Visit

router = APIRouter()
# A phone network puts thousands behind one address, and a story sends them all at once: the limit stops what
# would wear the server out. Who tries cards is the defence's matter.
CHECKOUT_LIMITS = [limited("checkout", times=60, seconds=60)]

_CLOSED = mark("The drive is not open at this moment. Nothing was taken.")
_HELD = mark(
    "Many payments are being tried here at this moment, so each one is looked at. Nothing was taken, and what you"
    " typed is still here. Wait %(seconds)s seconds, then press again."
)
_STRIPE_DOWN = mark(
    "The payment service does not answer. Nothing was taken, and what you typed is still here."
    " Try again in a minute."
)


@dataclass(frozen=True)
class Asking:
    """What the giving page says besides the form: who receives, who carries the story on what terms."""

    around: Around
    totals: queries.Totals
    ties: Sequence[Tie]
    words: Sequence[queries.Word]
    offer: Offer
    beside: Mapping[str, Any]  # what other rooms lay there
    guarded: bool  # the form does a sum while it is filled in


@router.get("/c/{slug}/donate", name="donations:donate")
def donate(
    request: Request,
    session: Db,
    campaign: PublicCampaign,
    visit: Known,
    amount: str = "",
    monthly: str = "",
) -> Response:
    """One decision on one screen; before and after the drive, the day it opens or where the gifts went.

    A link may bring the amount and the rhythm: `?amount=12,50&monthly=1`.
    """
    asked = _asking(request, session, campaign, visit)
    values = linked(amount, monthly, campaign.currency, asked.offer.suggested)
    return _donate_page(request, asked, FormState(values) if values else None)


@router.post("/c/{slug}/donate", name="donations:give", dependencies=CHECKOUT_LIMITS)
def give(request: Request, slug: str, form: FormData) -> Response:
    """Store the gift, open Stripe's page and lead there."""
    with reading() as session:
        campaign = find_public(slug, request, session)
        visit = visitor(request, session)
        asked = _asking(request, session, campaign, visit)
    parsed = form.parse(GiftForm)
    if _opening(campaign) is not Opening.OPEN:
        return _donate_page(request, asked, parsed.with_error("form", _CLOSED), status=409)
    if parsed.data is None:
        return _donate_page(request, asked, parsed, status=422)
    with i18n.speaking(request.state.language):
        amount = read_amount(parsed.data, campaign.currency)
    if isinstance(amount, Message):
        return _donate_page(request, asked, parsed.with_error("amount", amount), status=422)
    if lacking := _receipt_lacks(parsed.data, asked):
        return _donate_page(request, asked, FormState(parsed.values, lacking), status=422)
    wish = _wish(parsed.data, amount, asked.offer, request.state.language)
    return _to_stripe(request, asked, visit, wish, parsed, _caller(request, parsed.data))


@router.post("/c/{slug}/donate/again", name="donations:give-again", dependencies=CHECKOUT_LIMITS)
def give_again(request: Request, slug: str, form: FormData) -> Response:
    """The last gift of this browser once more, with one press."""
    with reading() as session:
        campaign = find_public(slug, request, session)
        visit = visitor(request, session)
        asked = _asking(request, session, campaign, visit)
    before = asked.offer.again
    if before is None:
        return redirect(request, f"/c/{campaign.slug}/donate")
    if _opening(campaign) is not Opening.OPEN:
        return _donate_page(request, asked, FormState().with_error("form", _CLOSED), status=409)
    parsed = form.parse(AgainForm)
    if parsed.data is None:
        return _donate_page(request, asked, FormState(), status=422)
    wish = _same_again(before, asked.offer, request.state.language)
    return _to_stripe(request, asked, visit, wish, FormState(), _caller(request, parsed.data))


def _receipt_lacks(data: GiftForm, asked: Asking) -> dict[str, Message]:
    """What the receipt that is asked for would lack, by field; the room that writes receipts knows."""
    lacks = asked.beside.get("receipt_lacks")
    if not (data.receipt and lacks):
        return {}
    return dict(lacks(data.company, data.company_number, data.legal_form))


def _wish(data: GiftForm, amount: int, offer: Offer, language: str) -> giving.Wish:
    return giving.Wish(
        amount_minor=amount,
        cover_minor=offer.cover(amount) if data.cover else 0,
        monthly=data.every == "month",
        visibility=data.visibility,
        donor_name=data.donor_name,
        message=data.message,
        language=language,
        company=data.company,
        company_number=data.company_number,
        address=data.address,
        tribute=data.tribute,
        tribute_name=data.tribute_name if data.tribute is not Tribute.NONE else "",
    )


def _same_again(before: Gift, offer: Offer, language: str) -> giving.Wish:
    """As before, without the word and the tribute: those belonged to that day."""
    return giving.Wish(
        amount_minor=before.amount_minor,
        cover_minor=offer.cover(before.amount_minor) if before.cover_minor else 0,
        visibility=before.visibility,
        donor_name=before.donor_name,
        donor_email=before.donor_email,
        message="",
        language=language,
        company=before.company,
        company_number=before.company_number,
        address=before.address,
    )


def _caller(request: Request, data: AgainForm) -> Caller:
    return Caller(client_address(request), data.proof, data.ticket)


def _to_stripe(
    request: Request,
    asked: Asking,
    visit: Visit | None,
    wish: giving.Wish,
    form: FormState,
    caller: Caller,
) -> Response:
    """Let the defence have its say, keep whose gift it will be, then open Stripe's page for it."""
    campaign = asked.around.campaign
    verdict = defence.admit(campaign.organisation_id, caller)
    if not verdict.admitted:
        return _held(request, asked, form, verdict)
    hidden = wish.visibility is Visibility.NOBODY
    with transaction() as session:
        supporter_id, cookie = keeping.giver(session, visit, campaign, language=wish.language, hidden=hidden)
        link = links.came_by(session, campaign.id, via(request))
    base = f"/c/{campaign.slug}"
    donate = f"{base}/donate?{VIA}={link.code}" if link else f"{base}/donate"
    places = giving.Places(
        thanks=absolute(f"{base}/thanks?session={{CHECKOUT_SESSION_ID}}"), donate=absolute(donate)
    )
    try:
        url = giving.give(
            doors.gateway_of(campaign.organisation_id),
            campaign,
            giving.tied(wish, supporter_id, caller.source, link),
            organisation=asked.around.organisation.name,
            places=places,
            retry=str(form.values.get("retry", "")),
        )
        answer = redirect(request, url)
    except doors.NoDoor:
        answer = _donate_page(request, asked, form.with_error("form", _STRIPE_DOWN), status=503)
    except giving.PageNotOpened as failure:
        again = form.with_error("form", _STRIPE_DOWN)
        answer = _donate_page(request, asked, again, status=503, retry=failure.retry)
    if cookie:
        set_cookie(answer, cookie)
    return answer


def _held(request: Request, asked: Asking, form: FormState, verdict: defence.Answer) -> Response:
    """The form again, with what it takes to be let through. It is the same for everyone, whatever the reason."""
    again = form.with_error("form", _HELD.with_values(seconds=verdict.wait))
    answer = _donate_page(request, asked, again, status=429, ticket=verdict.ticket)
    answer.headers["Retry-After"] = str(verdict.wait)
    return answer


def _opening(campaign: Campaign) -> Opening:
    return opening(
        campaign.state, paused=campaign.paused_at is not None, elsewhere=bool(campaign.external_url)
    )


def _asking(request: Request, session: Session, campaign: Campaign, visit: Visit | None) -> Asking:
    around, totals = week_of(request, session, campaign), queries.totals(session, campaign.id)
    return Asking(
        around,
        totals,
        influencers.ties(session, campaign),
        queries.words(session, campaign.id),
        asking.offer(session, campaign, visit),
        beside.of(session, campaign, totals),
        guarding.guarded(session, campaign.organisation_id, clock.now()),
    )


def _donate_page(
    request: Request,
    asked: Asking,
    form: FormState | None,
    *,
    status: int = 200,
    retry: str = "",
    ticket: str = "",
) -> Response:
    campaign = asked.around.campaign
    with i18n.speaking(request.state.language):
        title = i18n.gettext("Give")
    context = {
        "campaign": campaign,
        "around": asked.around,
        "sharing": sharing(request, asked.around, "/donate", title=title, description=campaign.drive_ask),
        "totals": asked.totals,
        "ties": asked.ties,
        "words": asked.words,
        "offer": asked.offer,
        "form": _shown(form, asked.offer),
        "opening": _opening(campaign),
        "visibilities": asking.VISIBILITIES,
        "tributes": asking.TRIBUTES,
        "rhythms": asking.RHYTHMS,
        "retry": retry,
        "ticket": ticket,
        "guarded": asked.guarded or bool(ticket),
        **asked.beside,
        "opens": day_date(campaign.starts_on, campaign.drive_day),
    }
    private = form is not None or asked.offer.again is not None
    return page(
        request, "donations/donate.html", context, status=status, headers=NO_TRACE if private else None
    )


def _shown(form: FormState | None, offer: Offer) -> FormState | None:
    """What was typed; an amount that is no longer among those to pick stands in the open field."""
    picked = str(form.values.get("pick", "")) if form else ""
    if form is None or not picked.isdecimal() or int(picked) in offer.suggested:
        return form
    typed = form.values.get("amount") or offer.written(int(picked))
    return FormState({**form.values, "pick": "", "amount": typed}, form.errors)
