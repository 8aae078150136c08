"""The instance's first page as data: the campaigns anyone may see, with their weeks."""

from dataclasses import dataclass
from typing import Any

from sqlmodel import Session

from app.campaigns.drawers import Drawer, drawers, now_of, states
from app.campaigns.models import Campaign
from app.campaigns.rules import Moment, Phase, State, flood_day
from app.challenges import queries as challenges
from app.core import i18n
from app.core.i18n import mark
from app.public import queries


@dataclass(frozen=True)
class Card:
    """A campaign in a list. `lang`: its language when the page speaks another."""

    campaign: Campaign
    organisation: str
    week: list[Drawer]
    weekday: int
    where: str
    acts: int
    lang: str | None


def view(session: Session, language: str) -> dict[str, Any]:
    """Campaigns that run, are announced or report, and those whose account is closed."""
    current = queries.current_campaigns(session)
    acts = challenges.totals(session, [campaign.id for campaign, _ in current])
    with i18n.speaking(language):
        return {
            "current": [_card(one, name, acts.get(one.id, 0), language) for one, name in current],
            "past": [_card(one, name, 0, language) for one, name in queries.closed_campaigns(session)],
        }


def _card(campaign: Campaign, organisation: str, acts: int, language: str) -> Card:
    now = now_of(campaign)
    week = drawers(campaign, href=lambda _: None, states=states(campaign, now))
    flood = flood_day(now, campaign.length)
    return Card(
        campaign,
        organisation,
        week,
        week[flood - 1].weekday,
        _where(campaign, now),
        acts,
        campaign.language if campaign.language != language else None,
    )


_DRIVE_OPEN, _TOLD = mark("the drive is open"), mark("the days are told")
_PAUSED, _CLOSED = mark("paused"), mark("the account is closed")
_REPORTING = mark("the account is being given")


def _where(campaign: Campaign, now: Moment) -> str:
    """Where it stands, in a few words of the current language."""
    driving = campaign.state is State.DRIVE
    if campaign.paused_at is not None:
        return str(_PAUSED)
    if now.phase is Phase.BEFORE:
        return i18n.gettext("starts on %(day)s") % {"day": i18n.day(campaign.starts_on, "EEEE d MMMM")}
    if now.phase is Phase.RUNNING:
        said = i18n.gettext("Day %(number)s of %(length)s") % {"number": now.today, "length": campaign.length}
        return f"{said} · {_DRIVE_OPEN}" if driving else said
    if now.phase is Phase.AFTER:
        return str(_DRIVE_OPEN if driving else _TOLD)
    return str(_CLOSED if now.phase is Phase.CLOSED else _REPORTING)
