"""The open ledger and the organiser's gifts."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import Response, StreamingResponse

from app.campaigns.access import OwnCampaign, PublicCampaign
from app.campaigns.models import Campaign
from app.campaigns.rules import day_date
from app.core.deps import Db
from app.core.pages import page
from app.donations import export, queries
from app.donations.rules import Opening, opening
from app.payments.door import door

router = APIRouter()


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


def _opening(campaign: Campaign) -> Opening:
    return opening(
        campaign.state, paused=campaign.paused_at is not None, elsewhere=bool(campaign.external_url)
    )
