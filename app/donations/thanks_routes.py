"""Where a donor comes back to: what became of the gift, as Stripe says it. Holds no session while Stripe is asked."""

import re
from typing import Annotated

from fastapi import APIRouter, Query, Request
from sqlmodel import Session
from starlette.responses import Response

from app.campaigns.access import find_public
from app.campaigns.around import Around, around_of
from app.campaigns.models import Campaign
from app.core.db import reading
from app.core.errors import NotFound
from app.core.pages import page, speak
from app.core.ratelimit import limited
from app.donations import beside, own, queries, tracing
from app.donations.models import Gift, GivingPlan
from app.donations.rules import GiftState, PlanState
from app.donations.service import doors, fulfilment, monthly
from app.payments.base import CheckoutSession, PaymentError
from app.supporters.access import visitor
from app.supporters.queries import Visit

router = APIRouter()
NO_TRACE = {"Cache-Control": "no-store", "X-Robots-Tag": "noindex"}


def week_of(request: Request, session: Session, campaign: Campaign) -> Around:
    """The week with the drive's drawer open, or the last one when the drive opens after the days."""
    return around_of(request, session, campaign, open_day=min(campaign.drive_day, campaign.length))


@router.get(
    "/c/{slug}/thanks",
    name="donations:thanks",
    dependencies=[limited("thanks", times=60, seconds=60)],
)
def thanks(request: Request, slug: str, session_id: Annotated[str, Query(alias="session")] = "") -> Response:
    """What became of the gift the donor comes back from, as Stripe says it and not as the address does."""
    with reading() as session:
        campaign = find_public(slug, request, session)
        found = _of_page(session, campaign, session_id)
        if found is None:
            raise NotFound
        speak(request, found.language)  # as it was given in
        around, visit = week_of(request, session, campaign), visitor(request, session)
    gift, resume = _as_stripe_says(found)
    with reading() as session:
        totals = queries.totals(session, campaign.id)
        mine = visit is not None and _is_theirs(session, visit, gift)
        standing = _standing(session, gift)
        report_on, statement = beside.report_on(session, campaign), tracing.merchant(session, gift.account)
    context = {
        "campaign": campaign,
        "around": around,
        "gift": gift,
        "monthly": isinstance(gift, GivingPlan),
        "standing": standing.value,
        "resume": resume,
        "totals": totals,
        "mine": mine,
        "statement": statement or around.organisation.legal_name or around.organisation.name,
        "report_on": report_on,
    }
    return page(request, "donations/thanks.html", context, headers=NO_TRACE)


def _plausible(session_id: str) -> bool:
    return re.fullmatch(r"cs_(test|live)_[A-Za-z0-9]{1,100}", session_id) is not None


def _of_page(session: Session, campaign: Campaign, session_id: str) -> Gift | GivingPlan | None:
    """What a payment page of this campaign was for."""
    if not _plausible(session_id):
        return None
    gift = queries.gift_by_checkout(session, campaign, session_id)
    return gift or tracing.plan_by_checkout(session, campaign.id, session_id)


def _as_stripe_says(found: Gift | GivingPlan) -> tuple[Gift | GivingPlan, str | None]:
    """The gift or plan brought up to date, and where to go on paying while its page is still open.

    Stripe out of reach leaves it as we know it: the page says that it is being checked.
    """
    checkout: CheckoutSession
    fresh: Gift | GivingPlan | None
    refresh = fulfilment.refresh if isinstance(found, Gift) else monthly.refresh_page
    try:
        fresh, checkout = refresh(doors.gateway_for(found.account), found.checkout_id or "")
    except (PaymentError, fulfilment.Mismatch, doors.NoDoor):
        return found, None
    return fresh or found, checkout.url


_PLAN_STANDS = {
    PlanState.ACTIVE: GiftState.PENDING,  # a debit Stripe has announced, and the bank not yet made
    PlanState.LATE: GiftState.PENDING,
    PlanState.ENDED: GiftState.EXPIRED,
    PlanState.EXPIRED: GiftState.EXPIRED,
}


def _standing(session: Session, found: Gift | GivingPlan) -> GiftState:
    """Where a gift stands, or the first month of a plan, in the words of a gift: paid once its money is here."""
    if isinstance(found, Gift):
        return found.state
    if tracing.has_month(session, found.id):
        return GiftState.PAID
    begun = GiftState.CHECKOUT if found.subscription is None else GiftState.PENDING
    return _PLAN_STANDS.get(found.state, begun)


def _is_theirs(session: Session, visit: Visit, found: Gift | GivingPlan) -> bool:
    row = (own.gift if isinstance(found, Gift) else own.plan)(session, visit, found.pid)
    return row is not None
