"""`/studio`: the organisation's campaigns, where each stands and what it still lacks."""

from dataclasses import dataclass

from fastapi import APIRouter, Request
from starlette.responses import Response

from app.books import queries as books
from app.campaigns import queries
from app.campaigns.drawers import Drawer, drawers
from app.campaigns.models import Campaign
from app.campaigns.rules import STATE_WORDS, State, day_number, last_date
from app.core import clock
from app.core.deps import Db
from app.core.i18n import Message, mark, speaking
from app.core.pages import page
from app.launch import queries as launch
from app.launch.queries import Readiness
from app.people.access import Member
from app.people.rules import Permission

router = APIRouter()

# The shape of a state's badge: shape and word first, colour second.
STATE_SHAPES = {
    State.DRAFT: "open",
    State.READY: "open",
    State.LIVE: "now",
    State.DRIVE: "now",
    State.REPORTING: "now",
    State.CLOSED: "done",
}


@dataclass(frozen=True)
class Card:
    """One campaign on the home page; `readiness` is None once there is no next step."""

    campaign: Campaign
    week: list[Drawer]
    when: Message
    state: Message
    shape: str
    readiness: Readiness | None


@router.get("/studio", name="studio:home")
def home(request: Request, session: Db, actor: Member) -> Response:
    """Campaigns that run or are being written, then those that are over."""
    with speaking(request.state.language):
        campaigns = queries.own_campaigns(session, actor)
        ready = launch.readiness_of(session, campaigns)
        cards = [_card(campaign, ready.get(campaign.id)) for campaign in campaigns]
    over = [card for card in cards if card.campaign.state is State.CLOSED]
    context = {
        "cards": [card for card in cards if card not in over],
        "over": over,
        "differs": actor.may(Permission.MONEY) and books.has_open(session, actor.organisation_id),
    }
    return page(request, "studio/home.html", context)


def _card(campaign: Campaign, readiness: Readiness | None) -> Card:
    return Card(
        campaign=campaign,
        week=drawers(campaign, href=lambda _number: None),
        when=_when(campaign),
        state=STATE_WORDS[campaign.state],
        shape=STATE_SHAPES[campaign.state],
        readiness=readiness,
    )


def _when(campaign: Campaign) -> Message:
    today = clock.today(campaign.timezone)
    number = day_number(campaign.starts_on, campaign.length, today)
    if number is not None:
        return mark("Day %(number)s of %(length)s").with_values(number=number, length=campaign.length)
    if today < campaign.starts_on:
        left = (campaign.starts_on - today).days
        return mark("Starts in %(days)s days").with_values(days=left) if left > 1 else mark("Starts tomorrow")
    gone = (today - last_date(campaign.starts_on, campaign.length)).days
    return mark("Over for %(days)s days").with_values(days=gone) if gone > 1 else mark("Ended yesterday")
