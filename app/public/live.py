"""A session's live page: whole at each reload, by a stream where the browser takes it, by asking again elsewhere."""

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from icalendar import Calendar
from starlette.responses import Response

from app.campaigns import queries as campaigns
from app.campaigns.access import PublicCampaign, find_public
from app.campaigns.around import around_of
from app.campaigns.models import Campaign
from app.campaigns.sharing import sharing
from app.core import i18n
from app.core.db import reading
from app.core.deps import Db
from app.core.errors import NotFound, TooMany
from app.core.pages import page
from app.core.ratelimit import client_address
from app.core.streams import EventStream, Source, Streams
from app.core.templating import Here, at, render
from app.public import asking
from app.questions import sessions
from app.questions.ics import session_event
from app.questions.sessions import Held
from app.supporters.access import Known

router = APIRouter()
ROOM = "/c/{slug}/voices/live/{sid}"
STATE = "public/questions/_state.html"
AGAIN = 10  # seconds until a browser without a place asks again


def _held(session: Db, campaign: PublicCampaign, sid: str) -> Held:
    held = sessions.find(session, campaign.id, sid)
    if held is None:
        raise NotFound
    return held


Announced = Annotated[Held, Depends(_held)]
"""The session named by `{sid}` of the public campaign."""


@router.get(ROOM, name="public:live")
def live_page(
    request: Request, session: Db, campaign: PublicCampaign, held: Announced, known: Known
) -> Response:
    """The session as it stands: announced, on air, or the archive of what was answered."""
    around = around_of(request, session, campaign)
    voter = asking.voter_of(request, session, campaign, known)
    context = {
        "around": around,
        "sharing": sharing(
            request,
            around,
            f"/voices/live/{held.session.pid}",
            title=held.session.title,
            description=held.session.about,
        ),
        "version": sessions.pulse(session, held.session.pid),
        "own": asking.own_waiting(session, campaign, known),
        "closed": asking.closed_words(campaign),
        "form": None,
        "near": [],
        "page_use": asking.PAGE_USE,
        "edit_use": asking.EDIT_USE,
        **asking.state(session, campaign, held, voter),
    }
    return page(request, "public/questions/live.html", context)


@router.get(ROOM + "/state", name="public:live-state")
def live_state(
    request: Request, session: Db, campaign: PublicCampaign, held: Announced, known: Known
) -> Response:
    """The part that moves, for browsers that ask again; 304 while nothing changed."""
    etag = f'W/"{sessions.pulse(session, held.session.pid)}-{request.state.language}"'
    headers = {"ETag": etag, "Cache-Control": "private, no-cache"}
    if request.headers.get("if-none-match", "") == etag:
        return Response(status_code=304, headers=headers)
    voter = asking.voter_of(request, session, campaign, known)
    return page(request, STATE, asking.state(session, campaign, held, voter), headers=headers)


def _source(request: Request, slug: str, sid: str) -> Source:
    """The session to follow, found in one step: a crowd that comes at once holds no connection between two."""
    with reading() as session:
        campaign = find_public(slug, request, session)
        held = _held(session, campaign, sid)
        pid, path = held.session.pid, request.url.path

    def version() -> str:
        with reading() as session:
            return sessions.pulse(session, pid)

    return Source(key=f"qa:{pid}", version=version, draw=_drawing(slug, pid, path))


def _drawing(slug: str, pid: str, path: str) -> Callable[[str], str]:
    """Draws the part that moves as everyone sees it. A language ends with "!" where it was asked for by address."""

    def draw(language: str) -> str:
        spoken, asked = language.rstrip("!"), language.endswith("!")
        with reading() as session:
            campaign = campaigns.public_campaign(session, slug)
            held = sessions.find(session, campaign.id, pid) if campaign else None
            if campaign is None or held is None:
                return ""
            context: dict[str, Any] = asking.state(session, campaign, held, None)
            with at(Here(path=path, language=spoken, language_asked=asked)), i18n.speaking(spoken):
                return render(STATE, context, language=spoken)

    return draw


@router.get(ROOM + "/stream", name="public:live-stream")
async def live_stream(
    request: Request, source: Annotated[Source, Depends(_source)], seen: str = ""
) -> Response:
    """Each change as an event whose id is the version shown; no place left means 429, and the page asks again."""
    streams: Streams = request.app.state.streams
    address = client_address(request)
    if not streams.has_room(address):
        raise TooMany(AGAIN)
    language = request.state.language + ("!" if request.state.language_asked else "")
    last = request.headers.get("last-event-id", seen)[:40]
    return EventStream(streams.follow(source, language, address=address, seen=last))


@router.get(ROOM + "/session.ics", name="public:live-calendar")
def calendar(campaign: PublicCampaign, held: Announced) -> Response:
    """The session as an event to keep."""
    with i18n.speaking(campaign.language):
        made = _calendar(campaign, held)
    headers = {
        "Content-Disposition": f'inline; filename="{held.session.pid}.ics"',
        "Cache-Control": "public, max-age=300",
    }
    return Response(made.to_ical(), media_type="text/calendar; charset=utf-8", headers=headers)


def _calendar(campaign: Campaign, held: Held) -> Calendar:
    made = Calendar()
    made.add("prodid", "-//Septaine//Questions//EN")
    made.add("version", "2.0")
    made.add("method", "PUBLISH")
    made.add_component(session_event(campaign, held.session))
    return made
