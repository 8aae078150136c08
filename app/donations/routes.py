"""The open ledger, the organiser's gifts, and the addresses where Stripe tells its news."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from starlette.background import BackgroundTask
from starlette.responses import PlainTextResponse, Response, StreamingResponse

from app.campaigns.access import OwnCampaign, PublicCampaign
from app.campaigns.models import Campaign
from app.campaigns.rules import day_date
from app.core import clock
from app.core.db import reading
from app.core.deps import Db
from app.core.errors import NotFound
from app.core.pages import page
from app.donations import export, queries, tracing
from app.donations.rules import Opening, opening
from app.donations.service import doors, inbox
from app.donations.service.together import afterwards, together
from app.payments.base import BadSignature
from app.payments.door import WEBHOOK_PATH, Door, door
from app.people import queries as people

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


def _opening(campaign: Campaign) -> Opening:
    return opening(
        campaign.state, paused=campaign.paused_at is not None, elsewhere=bool(campaign.external_url)
    )
