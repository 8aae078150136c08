"""`/c/{slug}/who`: the organisation's public card. Says what it declares and where anyone may check it."""

from dataclasses import dataclass

from fastapi import APIRouter, Request
from starlette.responses import Response

from app.campaigns.access import PublicCampaign
from app.campaigns.around import around_of
from app.campaigns.sharing import sharing
from app.core import i18n
from app.core.deps import Db
from app.core.i18n import Message
from app.core.pages import page
from app.donations import queries as donations
from app.influencers import queries as influencers
from app.people.identity import REGISTER_NAMES, register_url, written
from app.people.models import Organisation

router = APIRouter()


@dataclass(frozen=True)
class Register:
    """The register that vouches for the organisation, and where to look."""

    number: str  # as people read it
    name: Message
    url: str


def register_of(organisation: Organisation) -> Register | None:
    """None while no number is declared."""
    kind, number = organisation.legal_kind, organisation.legal_number
    if kind is None or not number:
        return None
    return Register(written(kind, number), REGISTER_NAMES[kind], register_url(kind, number))


@router.get("/c/{slug}/who", name="public:who")
def who(request: Request, session: Db, campaign: PublicCampaign) -> Response:
    """Legal identity, governance, accounts, the way of the money, ties, contact."""
    around = around_of(request, session, campaign)
    with i18n.speaking(request.state.language):
        title = i18n.gettext("Who we are")
    context = {
        "campaign": campaign,
        "around": around,
        "sharing": sharing(request, around, "/who", title=title),
        "register": register_of(around.organisation),
        "ties": influencers.ties(session, campaign),
        "totals": donations.totals(session, campaign.id),
    }
    return page(request, "public/who.html", context)
