"""What others may show of a drive: a widget for any site, a page over a live stream, a poster. No name is on them."""

from collections.abc import Callable
from functools import lru_cache
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Request
from sqlmodel import Session
from starlette.responses import Response

from app.campaigns import queries as campaigns
from app.campaigns.access import PublicCampaign, find_public
from app.campaigns.drawers import now_of
from app.campaigns.models import Campaign
from app.campaigns.rules import State, day_date, flood_day
from app.core import i18n
from app.core.db import reading
from app.core.deps import Db
from app.core.errors import Conflict, TooMany
from app.core.i18n import mark
from app.core.pages import page
from app.core.ratelimit import client_address, limited
from app.core.streams import EventStream, Source, Streams
from app.core.templating import absolute, render
from app.donations import queries as donations
from app.drive import telling
from app.print.poster import Poster, poster
from app.print.typesetting import Unprintable

router = APIRouter()
STATE = "drive/_overlay.html"
AGAIN = 10  # seconds until a browser without a place asks again
# Any site may frame the widget, which is why it holds nothing to press but a link, no script and no form.
FRAMED = (
    "default-src 'none'; style-src 'self'; img-src 'self'; font-src 'self'; form-action 'none'; base-uri 'none';"
    " object-src 'none'; script-src 'none'; frame-ancestors *"
)


def _state(session: Session, campaign: Campaign) -> dict[str, Any]:
    drive = telling.drive_view(session, campaign)
    return {
        "campaign": campaign,
        "organisation": campaigns.organisation(session, campaign).name,
        "totals": drive.totals,
        "drive": drive,
        "match_words": telling.match_words,
        "weekday": day_date(campaign.starts_on, flood_day(now_of(campaign), campaign.length)).weekday(),
        "giving": campaign.state is State.DRIVE and campaign.paused_at is None,
        "target": absolute(f"/c/{campaign.slug}/donate"),
    }


@router.get("/c/{slug}/widget", name="drive:widget")
def widget(request: Request, session: Db, campaign: PublicCampaign) -> Response:
    """The bar for another site's page: no script, no cookie, nothing of the visitor."""
    headers = {
        "Content-Security-Policy": FRAMED,
        "Cross-Origin-Resource-Policy": "cross-origin",
        "Cache-Control": "public, max-age=30",
        "Vary": "Accept-Language",
        "X-Robots-Tag": "noindex",
    }
    return page(request, "drive/widget.html", _state(session, campaign), headers=headers)


@router.get("/c/{slug}/overlay", name="drive:overlay")
def overlay(request: Request, session: Db, campaign: PublicCampaign) -> Response:
    """Big figures on a see-through ground, to lay over a live stream."""
    context = {**_state(session, campaign), "version": _version(campaign.id)}
    return page(request, "drive/overlay.html", context, headers={"X-Robots-Tag": "noindex"})


@router.get("/c/{slug}/overlay/state", name="drive:overlay-state")
def overlay_state(request: Request, session: Db, campaign: PublicCampaign) -> Response:
    """The part that moves, for browsers that ask again."""
    return page(request, STATE, _state(session, campaign), headers={"Cache-Control": "public, max-age=5"})


def _version(campaign_id: int) -> str:
    with reading() as session:
        return donations.pulse(session, campaign_id)


def _source(request: Request, slug: str) -> Source:
    with reading() as session:
        campaign = find_public(slug, request, session)
        own, key = campaign.id, campaign.slug
    return Source(key=f"drive:{own}", version=lambda: _version(own), draw=_drawing(key))


def _drawing(slug: str) -> Callable[[str], str]:
    def draw(language: str) -> str:
        with reading() as session:
            campaign = campaigns.public_campaign(session, slug)
            if campaign is None:
                return ""
            with i18n.speaking(language):
                return render(STATE, _state(session, campaign), language=language)

    return draw


@router.get("/c/{slug}/overlay/stream", name="drive:overlay-stream")
async def overlay_stream(
    request: Request, source: Annotated[Source, Depends(_source)], seen: str = ""
) -> Response:
    """Each change as an event; no place left means 429, and the page asks again."""
    streams: Streams = request.app.state.streams
    address = client_address(request)
    if not streams.has_room(address):
        raise TooMany(AGAIN)
    last = request.headers.get("last-event-id", seen)[:40]
    return EventStream(streams.follow(source, request.state.language, address=address, seen=last))


@router.get(
    "/c/{slug}/poster.pdf",
    name="drive:poster",
    dependencies=[limited("poster", times=30, seconds=60)],
)
def poster_pdf(
    request: Request, session: Db, campaign: PublicCampaign, paper: Literal["a4", "a3"] = "a4"
) -> Response:
    """A poster whose code leads to the donation page. Raises Conflict for letters no typeface here has."""
    language = request.state.language
    with i18n.speaking(language):
        told = Poster(
            title=campaign.drive_title or campaign.title,
            ask=campaign.drive_ask or campaign.cause,
            organisation=campaigns.organisation(session, campaign).name,
            code_words=i18n.gettext("Scan to give"),
            address=absolute(f"/c/{campaign.slug}"),
            link=absolute(f"/c/{campaign.slug}/donate"),
            weekday=day_date(campaign.starts_on, campaign.drive_day).weekday(),
            paper=paper,
            language=language,
            text_language=campaign.language,
        )
    try:
        body = _drawn(told)
    except Unprintable:
        raise Conflict(
            mark("This campaign is written in letters the poster's typeface does not have.")
        ) from None
    headers = {
        "Content-Disposition": f'inline; filename="{campaign.slug}-{paper}.pdf"',
        "Cache-Control": "public, max-age=3600",
        "Vary": "Accept-Language",
    }
    return Response(body, media_type="application/pdf", headers=headers)


@lru_cache(maxsize=64)
def _drawn(told: Poster) -> bytes:
    return poster(told)
