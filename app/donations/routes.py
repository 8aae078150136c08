"""Pages of giving: the donation page, the thanks, the open ledger, the organiser's gifts, Stripe's webhook.

The routes that lead to Stripe hold no database session while Stripe is asked.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from sqlmodel import Session
from starlette.background import BackgroundTask
from starlette.responses import PlainTextResponse, Response, StreamingResponse

from app.campaigns.access import OwnCampaign, PublicCampaign, find_public
from app.campaigns.around import Around, around_of
from app.campaigns.models import Campaign
from app.campaigns.rules import day_date
from app.campaigns.sharing import sharing
from app.core import clock, i18n
from app.core.db import reading
from app.core.deps import Db
from app.core.errors import NotFound
from app.core.forms import FormData, FormState
from app.core.i18n import Message, mark
from app.core.pages import page, redirect
from app.core.ratelimit import limited
from app.core.templating import absolute
from app.donations import beside, export, queries, rules, tracing
from app.donations.forms import GiftForm, read_amount
from app.donations.models import Gift
from app.donations.rules import Opening, Visibility, opening
from app.donations.service import doors, fulfilment, giving, inbox
from app.donations.service.together import afterwards, together
from app.influencers import queries as influencers
from app.influencers.queries import Tie
from app.payments.base import BadSignature, PaymentError
from app.payments.door import WEBHOOK_PATH, Door, door
from app.people import queries as people

router = APIRouter()
# A phone network puts thousands behind one address, and a story sends them all at once: the limits stop a
# machine, not a crowd. Stripe's own page defends itself against card testing.
CHECKOUT_LIMITS = [
    limited("checkout", times=20, seconds=60),
    limited("checkout-day", times=400, seconds=86_400),
]
NO_TRACE = {"Cache-Control": "no-store", "X-Robots-Tag": "noindex"}

VISIBILITIES = (
    (Visibility.ORGANISATION.value, mark("The organisation only")),
    (Visibility.PUBLIC.value, mark("Everyone")),
    (Visibility.NOBODY.value, mark("Nobody")),
)
_CLOSED = mark("The drive is not open at this moment. Nothing was taken.")
_STRIPE_DOWN = mark(
    "The payment service does not answer. Nothing was taken, and what you typed is still here."
    " Try again in a minute."
)


@router.get("/c/{slug}/donate", name="donations:donate")
def donate(request: Request, session: Db, campaign: PublicCampaign) -> Response:
    """One decision on one screen; before and after the drive, the day it opens or where the gifts went."""
    return _donate_page(request, _asking(request, session, campaign), None)


@router.post("/c/{slug}/donate", name="donations:give", dependencies=CHECKOUT_LIMITS)
def give(request: Request, slug: str, form: FormData) -> Response:
    """Store the gift, open Stripe's page and lead there."""
    with reading() as session:
        campaign = find_public(slug, request, session)
        asking = _asking(request, session, campaign)

    def again(state: FormState, status: int, retry: str = "") -> Response:
        return _donate_page(request, asking, state, status=status, retry=retry)

    parsed = form.parse(GiftForm)
    if _opening(campaign) is not Opening.OPEN:
        return again(parsed.with_error("form", _CLOSED), 409)
    if parsed.data is None:
        return again(parsed, 422)
    with i18n.speaking(request.state.language):
        amount = read_amount(parsed.data, campaign.currency, _suggested(campaign))
    if isinstance(amount, Message):
        return again(parsed.with_error("amount", amount), 422)
    wish = giving.Wish(
        amount_minor=amount,
        visibility=parsed.data.visibility,
        donor_name=parsed.data.donor_name,
        message=parsed.data.message,
        language=request.state.language,
    )
    base = f"/c/{campaign.slug}"
    places = giving.Places(
        thanks=absolute(f"{base}/thanks?session={{CHECKOUT_SESSION_ID}}"), donate=absolute(f"{base}/donate")
    )
    try:
        url = giving.give(
            doors.gateway_of(campaign.organisation_id),
            campaign,
            wish,
            organisation=asking.around.organisation.name,
            places=places,
            retry=parsed.data.retry,
        )
    except doors.NoDoor:
        return again(parsed.with_error("form", _STRIPE_DOWN), 503)
    except giving.PageNotOpened as failure:
        return again(parsed.with_error("form", _STRIPE_DOWN), 503, failure.retry)
    return redirect(request, url)


@router.get(
    "/c/{slug}/thanks",
    name="donations:thanks",
    dependencies=[limited("thanks", times=60, seconds=60)],
)
def thanks(request: Request, slug: str, session_id: Annotated[str, Query(alias="session")] = "") -> Response:
    """What became of the gift the donor comes back from, as Stripe says it and not as the address does."""
    with reading() as session:
        campaign = find_public(slug, request, session)
        around = _around(request, session, campaign)
        gift = queries.gift_by_checkout(session, campaign, session_id) if _plausible(session_id) else None
    if gift is None:
        raise NotFound
    gift, resume = _as_stripe_says(gift)
    with reading() as session:
        totals = queries.totals(session, campaign.id)
    context = {
        "campaign": campaign,
        "around": around,
        "gift": gift,
        "resume": resume,
        "totals": totals,
    }
    return page(request, "donations/thanks.html", context, headers=NO_TRACE)


@router.get("/c/{slug}/ledger.csv", name="donations:ledger")
def ledger(session: Db, campaign: PublicCampaign) -> Response:
    """The open ledger, for machines and for accountants."""
    lines = list(export.ledger_lines(queries.ledger_entries(session, campaign.id)))
    headers = {
        "Content-Disposition": f'attachment; filename="{campaign.slug}-ledger.csv"',
        "Cache-Control": "no-cache",
    }
    return StreamingResponse(iter(lines), media_type="text/csv; charset=utf-8", headers=headers)


@router.get("/studio/campaigns/{pid}/gifts", name="donations:gifts")
def gifts(
    request: Request,
    session: Db,
    campaign: OwnCampaign,
    number: Annotated[int, Query(alias="page", ge=1)] = 1,
) -> Response:
    """The gifts, the sums, and whether Stripe's news arrives."""
    views, count = queries.gifts(session, campaign, page=number)
    context = {
        "campaign": campaign,
        "room": "gifts",
        "totals": queries.totals(session, campaign.id),
        "gifts": views,
        "number": number,
        "count": count,
        "health": queries.event_health(session),
        "opening": _opening(campaign),
        "opens": day_date(campaign.starts_on, campaign.drive_day),
        "live": door().gateway.livemode,
    }
    return page(request, "donations/studio.html", context)


async def _raw_body(request: Request) -> bytes:
    return await request.body()


@router.post(WEBHOOK_PATH, name="donations:webhook")
def webhook(request: Request, body: Annotated[bytes, Depends(_raw_body)]) -> Response:
    """Keep a signed event of the instance's account; it is acted on after the answer."""
    return _told(door(), request, body)


@router.post(f"{WEBHOOK_PATH}/{{pid}}", name="donations:own-webhook")
def own_webhook(request: Request, pid: str, body: Annotated[bytes, Depends(_raw_body)]) -> Response:
    """The same for an organisation's own account; the address is the organisation's and stays when keys change."""
    with reading() as session:
        organisation = people.organisation_by_pid(session, pid)
        own = tracing.stripe_account(session, organisation.id) if organisation else None
        try:
            entrance = doors.door_for(session, own.pid) if own else None
        except doors.NoDoor:
            entrance = None
    if entrance is None:
        raise NotFound
    return _told(entrance, request, body)


def _told(entrance: Door, request: Request, body: bytes) -> Response:
    # Whoever knows that the secret is empty could sign: such an address does not exist.
    if not any(secret.strip() for secret in entrance.webhook_secrets):
        raise NotFound
    header = request.headers.get("stripe-signature")
    try:
        event = entrance.gateway.read_event(body, header, entrance.webhook_secrets, clock.now())
        new = together.keep(event, entrance.gateway)
    except (BadSignature, inbox.WrongMode):
        return PlainTextResponse("refused", 400)
    return PlainTextResponse("kept", background=BackgroundTask(afterwards.act) if new else None)


def _plausible(session_id: str) -> bool:
    return re.fullmatch(r"cs_(test|live)_[A-Za-z0-9]{1,100}", session_id) is not None


def _as_stripe_says(gift: Gift) -> tuple[Gift, str | None]:
    """The gift brought up to date, and where to go on paying while its page is still open.

    Stripe out of reach leaves the gift as we know it: the page says that it is being checked.
    """
    try:
        fresh, checkout = fulfilment.refresh(doors.gateway_for(gift.account), gift.checkout_id or "")
    except (PaymentError, fulfilment.Mismatch, doors.NoDoor):
        return gift, None
    return fresh or gift, checkout.url


def _opening(campaign: Campaign) -> Opening:
    return opening(
        campaign.state, paused=campaign.paused_at is not None, elsewhere=bool(campaign.external_url)
    )


def _suggested(campaign: Campaign) -> list[int]:
    return rules.suggestions(campaign.currency, campaign.suggested_minor)


def _around(request: Request, session: Session, campaign: Campaign) -> Around:
    """The week with the drive's drawer open, or the last one when the drive opens after the days."""
    return around_of(request, session, campaign, open_day=min(campaign.drive_day, campaign.length))


@dataclass(frozen=True)
class Asking:
    """What the donation page says besides the form: who receives, who carries the story on what terms."""

    around: Around
    totals: queries.Totals
    ties: Sequence[Tie]
    words: Sequence[queries.Word]
    beside: Mapping[str, Any]  # what other rooms lay there


def _asking(request: Request, session: Session, campaign: Campaign) -> Asking:
    around, totals = _around(request, session, campaign), queries.totals(session, campaign.id)
    words = queries.words(session, campaign.id)
    laid = beside.of(session, campaign, totals)
    return Asking(around, totals, influencers.ties(session, campaign), words, laid)


def _donate_page(
    request: Request,
    asking: Asking,
    form: FormState | None,
    *,
    status: int = 200,
    retry: str = "",
) -> Response:
    campaign = asking.around.campaign
    suggested = _suggested(campaign)
    with i18n.speaking(request.state.language):
        title = i18n.gettext("Give")
    context = {
        "campaign": campaign,
        "around": asking.around,
        "sharing": sharing(request, asking.around, "/donate", title=title, description=campaign.drive_ask),
        "totals": asking.totals,
        "ties": asking.ties,
        "words": asking.words,
        "form": form,
        "opening": _opening(campaign),
        "suggested": suggested,
        "preferred": suggested[len(suggested) // 2] if suggested else None,
        "visibilities": VISIBILITIES,
        "scale": rules.scale(campaign.currency),
        "retry": retry,
        **asking.beside,
        "opens": day_date(campaign.starts_on, campaign.drive_day),
    }
    headers = NO_TRACE if form is not None else None
    return page(request, "donations/donate.html", context, status=status, headers=headers)
