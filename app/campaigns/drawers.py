"""The semainier as data: one drawer a day, with its words, for every face, and where the week stands now."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from app.campaigns.models import Campaign
from app.campaigns.rules import Moment, Phase, day_date, moment
from app.core import clock
from app.core.i18n import day as say_day
from app.core.i18n import gettext, mark

DrawerState = Literal["done", "today", "coming", "missed", "posted"]

_STATES = {
    "done": mark("done"),
    "today": mark("today"),
    "coming": mark("to come"),
    "missed": mark("missed"),
    "posted": mark("posted"),
}


@dataclass(frozen=True)
class Drawer:
    """One day: `weekday` is 0 for Monday; `label` is the whole sentence read aloud."""

    number: int
    weekday: int
    short: str
    label: str
    state: DrawerState
    href: str | None
    on: date


def drawers(
    campaign: Campaign,
    *,
    href: Callable[[int], str | None],
    states: Mapping[int, DrawerState] | None = None,
) -> list[Drawer]:
    """The campaign's drawers as of today in its zone; `states` overrides what the calendar says.

    Speaks the language that is current: call it inside `i18n.speaking(…)`.
    """
    today = clock.today(campaign.timezone)
    made = []
    for number in range(1, campaign.length + 1):
        on = day_date(campaign.starts_on, number)
        by_date: DrawerState = "done" if on < today else "today" if on == today else "coming"
        state = (states or {}).get(number, by_date)
        label = gettext("%(weekday)s, day %(number)s, %(state)s") % {
            "weekday": say_day(on, "EEEE").capitalize(),
            "number": number,
            "state": str(_STATES[state]),
        }
        made.append(Drawer(number, on.weekday(), say_day(on, "EEE"), label, state, href(number), on))
    return made


def now_of(campaign: Campaign) -> Moment:
    """Where a campaign stands now, in its own zone."""
    return moment(campaign.state, campaign.starts_on, campaign.length, clock.today(campaign.timezone))


def states(campaign: Campaign, now: Moment) -> dict[int, DrawerState]:
    """What the calendar would say, corrected by the campaign's state: nothing is done before the launch."""
    if now.phase is Phase.BEFORE:
        return dict.fromkeys(range(1, campaign.length + 1), "coming")
    if now.phase in (Phase.REPORTING, Phase.CLOSED):
        return {
            number: "done" if number <= now.shown else "coming" for number in range(1, campaign.length + 1)
        }
    return {}
