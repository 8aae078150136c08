"""`/c/{slug}/wall`: the campaign on the screen of a room. No donor's name is on it; paused, it says the statement."""

import hashlib
from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from markupsafe import Markup
from sqlmodel import Session
from starlette.responses import Response

from app.campaigns import queries as campaigns
from app.campaigns.access import PublicCampaign, find_public
from app.campaigns.drawers import drawers, now_of, states
from app.campaigns.models import Campaign
from app.campaigns.rules import Phase, State, flood_day
from app.challenges import queries as challenges
from app.core import i18n
from app.core.db import reading
from app.core.deps import Db
from app.core.errors import TooMany
from app.core.pages import page, via
from app.core.ratelimit import client_address
from app.core.streams import EventStream, Source, Streams
from app.core.templating import absolute, render
from app.crisis.service import said_in
from app.donations import queries as donations
from app.drive import telling
from app.links import queries as links
from app.print import cards
from app.public.days import sum_of
from app.stories import queries as stories
from app.testimonials import queries as testimonials
from app.testimonials.queries import shown_name

router = APIRouter()
STATE = "public/_wall.html"
AGAIN = 10  # seconds until a browser without a place asks again
VOICES = 3
WORDS = 96  # characters of a testimonial: what fits beside the others
_MONEY = frozenset({State.DRIVE, State.REPORTING, State.CLOSED})


def _state(session: Session, campaign: Campaign, code: str = "") -> dict[str, Any]:
    """What the wall shows now. `code`: of the campaign's link that the code to scan leads by."""
    now = now_of(campaign)
    week = drawers(campaign, href=lambda _: None, states=states(campaign, now))
    drive = telling.drive_view(session, campaign)
    own = links.came_by(session, campaign.id, code)
    asked = _asked(session, campaign, now.today)
    giving = campaign.state is State.DRIVE
    target = f"/r/{own.code}" if own and own.retired_at is None else f"/c/{campaign.slug}"
    if giving and target.startswith("/c/"):
        target = f"{target}/donate"
    return {
        "campaign": campaign,
        "organisation": campaigns.organisation(session, campaign).name,
        "week": week,
        "weekday": week[flood_day(now, campaign.length) - 1].weekday,
        "now": now,
        "before": now.phase is Phase.BEFORE,
        "paused": campaign.paused_at is not None,
        "giving": giving,
        "money_first": campaign.state in _MONEY or drive.totals.gifts > 0,
        "drive": drive,
        "totals": drive.totals,
        "asked": asked,
        "acts": 0 if now.phase is Phase.BEFORE else challenges.total(session, campaign.id),
        "voices": testimonials.latest(session, campaign.id, limit=VOICES - (asked is not None)),
        "words": WORDS,
        "shown_name": shown_name,
        "target": absolute(target),
    }


def _asked(session: Session, campaign: Campaign, today: int | None) -> dict[str, Any] | None:
    """Today's challenge with what it has come to; None on a day without one."""
    day = next((one for one in stories.days(session, campaign.id) if one.number == today), None)
    found = challenges.shown(session, campaign_id=campaign.id, day_id=day.id) if day else None
    if found is None or not found.challenge.title:
        return None
    return {
        "title": found.challenge.title,
        "acts": found.acts,
        "sum": sum_of(found.challenge, found.quantity, campaign.language),
    }


def _drawn(state: dict[str, Any], language: str) -> str:
    with i18n.speaking(language):
        code = Markup(cards.qr_inline(state["target"]))  # noqa: S704 – drawn by us from our own address
        said = said_in(state["campaign"], language) or state["campaign"].hold_statement
        return render(STATE, {**state, "statement": said, "qr": code}, language=language)


def _version(session: Session, campaign: Campaign) -> str:
    """A short text that changes with what the wall shows: four small questions, for it is asked each second."""
    told = (
        donations.pulse(session, campaign.id),
        challenges.total(session, campaign.id),
        [(one.pid, one.version) for one in testimonials.latest(session, campaign.id, limit=VOICES)],
        (campaign.state, campaign.version, str(campaign.paused_at), str(campaign.statement_at)),
        str(now_of(campaign)),
    )
    return hashlib.sha256(repr(told).encode()).hexdigest()[:16]


@router.get("/c/{slug}/wall", name="public:wall")
def wall(request: Request, session: Db, campaign: PublicCampaign) -> Response:
    """For a room's screen: follows by a stream; without script it loads itself anew."""
    language = request.state.language
    html = _drawn(_state(session, campaign, via(request)), language)
    context = {
        "campaign": campaign,
        "organisation": campaigns.organisation(session, campaign).name,
        "state": Markup(html),  # noqa: S704 – a template of ours, which escaped what people wrote
        "version": _version(session, campaign),
    }
    return page(request, "public/wall.html", context, headers={"X-Robots-Tag": "noindex"})


@router.get("/c/{slug}/wall/state", name="public:wall-state")
def wall_state(request: Request, session: Db, campaign: PublicCampaign) -> Response:
    """The part that moves, for browsers that ask again."""
    html = _drawn(_state(session, campaign, via(request)), request.state.language)
    headers = {"Cache-Control": "public, max-age=5", "Vary": "Accept-Language"}
    return Response(html, media_type="text/html; charset=utf-8", headers=headers)


def _source(request: Request, slug: str) -> Source:
    """The campaign to follow, found in one step: a crowd that comes at once holds no connection between two."""
    with reading() as session:
        campaign = find_public(slug, request, session)
        own = links.came_by(session, campaign.id, via(request))
        key, code = campaign.slug, own.code if own else ""

    def version() -> str:
        with reading() as session:
            campaign = campaigns.public_campaign(session, key)
            return _version(session, campaign) if campaign else ""

    return Source(key=f"wall:{key}:{code}", version=version, draw=_drawing(key, code))


def _drawing(slug: str, code: str) -> Callable[[str], str]:
    def draw(language: str) -> str:
        with reading() as session:
            campaign = campaigns.public_campaign(session, slug)
            return _drawn(_state(session, campaign, code), language) if campaign else ""

    return draw


@router.get("/c/{slug}/wall/stream", name="public:wall-stream")
async def wall_stream(
    request: Request, source: Annotated[Source, Depends(_source)], seen: str = ""
) -> Response:
    """Each change as an event; no place left means 429, and the page asks again."""
    streams: Streams = request.app.state.streams
    address = client_address(request)
    if not streams.has_room(address):
        raise TooMany(AGAIN)
    last = request.headers.get("last-event-id", seen)[:40]
    return EventStream(streams.follow(source, request.state.language, address=address, seen=last))
