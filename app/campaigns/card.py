"""What every story card of a campaign shows around its words. Refuses nothing: it only reads."""

from sqlmodel import Session

from app.campaigns import queries
from app.campaigns.drawers import drawers, now_of, states
from app.campaigns.models import Campaign
from app.core import i18n
from app.core.i18n import Message
from app.core.templating import absolute
from app.print.typesetting import House


def house(session: Session, campaign: Campaign, *, kicker: Message, weekday: int, language: str) -> House:
    """The drawers, the colour of a weekday (0 is Monday), and whose campaign it is, in a language."""
    with i18n.speaking(language):
        return House(
            kicker=str(kicker),
            language=language,
            weekday=weekday,
            week=drawers(campaign, href=lambda _: None, states=states(campaign, now_of(campaign))),
            title=campaign.title,
            organisation=queries.organisation(session, campaign).name,
            address=absolute(f"/c/{campaign.slug}").split("://", 1)[-1],
        )
