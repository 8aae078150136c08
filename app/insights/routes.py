"""`/studio/campaigns/{pid}/insights`: the week from attention to action, laid side by side, against past weeks."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from app.campaigns.access import OwnCampaign
from app.core import i18n
from app.core.db import reading, transaction
from app.core.deps import Db
from app.core.i18n import mark
from app.core.pages import page, redirect
from app.core.ratelimit import limited
from app.insights import counting, telling, weeks
from app.insights.access import Seated
from app.insights.rules import Dimension
from app.insights.view import around, base
from app.people.access import Member

router = APIRouter()
ROOM = "/studio/campaigns/{pid}/insights"

BY = {
    Dimension.INFLUENCER: mark("By influencer"),
    Dimension.FRAME: mark("By frame"),
    Dimension.CHALLENGE: mark("By challenge"),
    Dimension.CHANNEL: mark("By the way they came"),
    Dimension.LANGUAGE: mark("By language"),
}


@router.get(ROOM, name="insights:week")
def week(request: Request, session: Db, actor: Member, campaign: OwnCampaign) -> Response:
    """The whole week on one page."""
    shown = telling.overview(session, campaign, request.state.language)
    return page(request, "insights/week.html", {**around(campaign, actor, ""), "shown": shown})


@router.post(
    ROOM + "/count", name="insights:count", dependencies=[limited("insights-count", times=6, seconds=60)]
)
def count(request: Request, seat: Seated) -> Response:
    """Count now. Rows are read without holding up anybody who writes."""
    with reading() as session:
        counted = counting.count(session, seat.campaign)
    with transaction() as session:
        counting.keep(session, seat.campaign, counted)
    return redirect(request, base(seat.campaign), ok="counted")


@router.get(ROOM + "/compared", name="insights:compared")
def compared(
    request: Request,
    session: Db,
    actor: Member,
    campaign: OwnCampaign,
    by: Dimension = Dimension.INFLUENCER,
) -> Response:
    """The same figures told apart by one thing."""
    with i18n.speaking(request.state.language):
        rows = telling.shares(session, campaign, by)
    context = {"by": by, "ways": BY, "rows": rows}
    return page(request, "insights/compared.html", {**around(campaign, actor, "/compared"), **context})


@router.get(ROOM + "/weeks", name="insights:weeks")
def past_weeks(request: Request, session: Db, actor: Member, campaign: OwnCampaign) -> Response:
    """The organisation's own past weeks, on the same days."""
    context = {"side": weeks.beside(session, actor, campaign)}
    return page(request, "insights/weeks.html", {**around(campaign, actor, "/weeks"), **context})
