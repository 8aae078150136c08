"""What machines read: feed, calendar, sharing picture, site map, robots, manifest; no day to come."""

import hashlib
from datetime import datetime
from email.utils import parsedate_to_datetime
from functools import lru_cache
from xml.etree import ElementTree as ET

from fastapi import APIRouter, Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from app.campaigns import queries as campaigns
from app.campaigns import sharing
from app.campaigns.access import PublicCampaign
from app.campaigns.drawers import Drawer, drawers, now_of, states
from app.claims import queries as claims
from app.core import i18n
from app.core.assets import asset
from app.core.deps import Db
from app.core.templating import absolute
from app.impact import queries as impact
from app.print.og import og_picture
from app.public import feeds, queries
from app.questions import sessions
from app.stories import queries as stories
from app.testimonials import queries as testimonials

router = APIRouter()
SITEMAP = "http://www.sitemaps.org/schemas/sitemap/0.9"
PARTS = ("impact", "log", "how-we-count", "voices", "voices/questions", "sources", "who")
"""Pages of a campaign that search engines should find, besides its own and its days'."""
XHTML = "http://www.w3.org/1999/xhtml"


def _kept(
    request: Request, body: bytes, media_type: str, *, seconds: int, modified: datetime | None = None
) -> Response:
    """An answer that a reader need not fetch again: 304 when what it has is still right."""
    # Weak from the start: compression would weaken it anyway, and the 304 has to name the same one.
    etag = f'W/"{hashlib.sha256(body).hexdigest()[:32]}"'
    headers = {
        "ETag": etag,
        "Cache-Control": f"public, max-age={seconds}",
        "Cross-Origin-Resource-Policy": "cross-origin",
        "Vary": "Accept-Encoding, Accept-Language",
    }
    if modified is not None:
        headers["Last-Modified"] = feeds.http_date(modified)
    if _unchanged(request, etag, modified):
        return Response(status_code=304, headers=headers)
    return Response(body, media_type=media_type, headers=headers)


def _unchanged(request: Request, etag: str, modified: datetime | None) -> bool:
    """RFC 9110, 13.1.2 and 13.2.2: If-None-Match compares weakly, and decides alone when it is there."""
    given = request.headers.get("if-none-match")
    if given is not None:
        known = {tag.strip().removeprefix("W/") for tag in given.split(",")}
        return given.strip() == "*" or etag.removeprefix("W/") in known
    since = request.headers.get("if-modified-since")
    if since is None or modified is None:
        return False
    try:
        return modified.replace(microsecond=0) <= parsedate_to_datetime(since)
    except (TypeError, ValueError):
        return False


@router.api_route("/c/{slug}/feed.atom", methods=["GET", "HEAD"], name="public:feed")
def feed(request: Request, session: Db, campaign: PublicCampaign) -> Response:
    """The days that have come, the accounts of impact and what was corrected."""
    now = now_of(campaign)
    days = queries.shown_days(session, campaign, now.shown)
    updates = queries.published_updates(session, campaign)
    corrections = [one for one, _ in claims.corrections(session, campaign)]
    with i18n.speaking(campaign.language):
        voices = testimonials.featured(session, campaign.id, limit=20)
        revised = impact.revisions_of(session, [one.id for one in updates])
        found = feeds.entries(campaign, days, updates, voices, corrections, revised)
    gone = [*testimonials.left_feed(session, campaign.id), *queries.withdrawn_updates(session, campaign)]
    body = feeds.atom(campaign, campaigns.organisation(session, campaign).name, found, gone)
    modified = max([feeds.updated_at(campaign, found), *(at.replace(microsecond=0) for _, at in gone)])
    return _kept(request, body, "application/atom+xml", seconds=300, modified=modified)


@router.api_route("/c/{slug}/calendar.ics", methods=["GET", "HEAD"], name="public:calendar")
def calendar(request: Request, session: Db, campaign: PublicCampaign) -> Response:
    """The days by date and beat, the live sessions, and the days the promises fall due."""
    with i18n.speaking(campaign.language):
        body = feeds.ics(
            campaign,
            stories.days(session, campaign.id),
            impact.promises(session, campaign),
            [held.session for held in sessions.of_campaign(session, campaign.id)],
        )
    answer = _kept(request, body, "text/calendar; charset=utf-8", seconds=3600)
    answer.headers["Content-Disposition"] = f'inline; filename="{campaign.slug}.ics"'
    return answer


@router.api_route("/c/{slug}/og.png", methods=["GET", "HEAD"], name="public:og")
def og(request: Request, session: Db, campaign: PublicCampaign) -> Response:
    """The picture other sites show beside the link: the week, the title, the organisation."""
    now = now_of(campaign)
    with i18n.speaking(campaign.language):
        week = tuple(drawers(campaign, href=lambda _: None, states=states(campaign, now)))
    name = campaigns.organisation(session, campaign).name
    body = _drawn(campaign.title, name, week, now.today, campaign.language)
    return _kept(request, body, "image/png", seconds=3600)


@lru_cache(maxsize=128)
def _drawn(title: str, subtitle: str, days: tuple[Drawer, ...], today: int | None, lang: str) -> bytes:
    return og_picture(title, subtitle, days, today, lang)


@router.api_route("/sitemap.xml", methods=["GET", "HEAD"], name="public:sitemap")
def sitemap(request: Request, session: Db) -> Response:
    """Every public page with its languages; days to come are left out."""
    root = ET.Element("urlset", {"xmlns": SITEMAP, "xmlns:xhtml": XHTML})
    paths = ["/"]
    for campaign in queries.listed_campaigns(session):
        base = f"/c/{campaign.slug}"
        shown = now_of(campaign).shown
        days = [f"{base}/days/{number}" for number in range(1, shown + 1)]
        paths += [base, *days, *(f"{base}/{part}" for part in PARTS)]
    for path in paths:
        place = ET.SubElement(root, "url")
        ET.SubElement(place, "loc").text = absolute(path)
        for language, address in sharing.alternates(path):
            ET.SubElement(place, "xhtml:link", {"rel": "alternate", "hreflang": language, "href": address})
    body: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return _kept(request, body, "application/xml", seconds=3600)


@router.api_route("/robots.txt", methods=["GET", "HEAD"], name="public:robots")
def robots() -> Response:
    """What crawlers may read: the public pages, nothing personal."""
    closed = ("/studio", "/brief", "/gift", "/r/", "/after", "/sandbox", "/webhooks")
    lines = [
        "User-agent: *",
        *(f"Disallow: {path}" for path in closed),
        f"Sitemap: {absolute('/sitemap.xml')}",
    ]
    return PlainTextResponse("\n".join(lines) + "\n", headers={"Cache-Control": "public, max-age=86400"})


@router.api_route("/manifest.webmanifest", methods=["GET", "HEAD"], name="public:manifest")
def manifest() -> Response:
    """What a phone needs to keep the site as an app."""
    icons = [
        {
            "src": asset(f"img/{name}-{size}.png").url,
            "sizes": f"{size}x{size}",
            "type": "image/png",
            "purpose": use,
        }
        for name, use in (("icon", "any"), ("icon-maskable", "maskable"))
        for size in (192, 512)
    ]
    content = {
        "id": "/",
        "name": "Septaine",
        "short_name": "Septaine",
        "start_url": "/",
        "scope": "/",
        "display": "browser",
        "background_color": "#ffffff",
        "theme_color": "#14151a",
        "icons": icons,
    }
    return JSONResponse(
        content, media_type="application/manifest+json", headers={"Cache-Control": "public, max-age=86400"}
    )


@router.api_route("/favicon.ico", methods=["GET", "HEAD"], name="public:favicon")
def favicon() -> Response:
    """The icon for readers that ask here without reading the page."""
    headers = {"Cache-Control": "public, max-age=86400"}
    return Response(asset("img/icon-32.png").content, media_type="image/png", headers=headers)
