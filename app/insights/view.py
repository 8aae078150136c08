"""What every page of the room shows around its own words: its parts, its campaign, when it was counted."""

from typing import Any

from app.campaigns.models import Campaign
from app.core.i18n import Message, mark
from app.insights.words import METHODS
from app.people.rules import Actor, Permission

PARTS: tuple[tuple[str, Message, Permission], ...] = (
    ("", mark("The week"), Permission.VIEW),
    ("/compared", mark("Laid side by side"), Permission.VIEW),
    ("/reach", mark("Reach"), Permission.VIEW),
    ("/costs", mark("Costs and time"), Permission.MONEY),
    ("/weeks", mark("Past weeks"), Permission.VIEW),
    ("/debrief", mark("Debrief"), Permission.VIEW),
    ("/open", mark("Open data"), Permission.VIEW),
)


def base(campaign: Campaign) -> str:
    """Where the room lives."""
    return f"/studio/campaigns/{campaign.pid}/insights"


def around(campaign: Campaign, actor: Actor, part: str) -> dict[str, Any]:
    """The context every page of the room has."""
    return {
        "campaign": campaign,
        "room": "insights",
        "base": base(campaign),
        "part": part,
        "parts": [(path, name) for path, name, needs in PARTS if actor.may(needs)],
        "methods": METHODS,
    }
