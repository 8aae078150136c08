"""What the calendar shows: a day, a week or a month of posts, and what was asked of it. Reads only.

What the address asks is read forgivingly: an unknown view, date or filter counts as not asked.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from sqlmodel import Session

from app.campaigns.models import Campaign
from app.campaigns.rules import day_number, last_date
from app.core import clock
from app.core.i18n import Message, mark
from app.influencers import queries as influencers
from app.influencers.models import Influencer
from app.people.rules import Actor
from app.publishing.forms import ORGANISATION
from app.publishing.plans import Plan, plans
from app.publishing.rules import Standing
from app.stories import queries as stories
from app.stories.queries import Step
from app.studio.board import may_edit


class View(StrEnum):
    DAY = "day"
    WEEK = "week"
    MONTH = "month"


class Group(StrEnum):
    """How posts stand, in the groups an organiser looks for."""

    ATTENTION = "attention"
    WAITING = "waiting"
    PLANNED = "planned"
    POSTED = "posted"


GROUPS: Mapping[Group, Message] = {
    Group.ATTENTION: mark("to look at"),
    Group.WAITING: mark("not approved yet"),
    Group.PLANNED: mark("planned"),
    Group.POSTED: mark("posted"),
}

_GROUP_OF: Mapping[Standing, Group] = {
    Standing.DRAFT: Group.WAITING,
    Standing.IN_REVIEW: Group.WAITING,
    Standing.APPROVED: Group.ATTENTION,
    Standing.SCHEDULED: Group.PLANNED,
    Standing.DUE: Group.PLANNED,
    Standing.SENDING: Group.PLANNED,
    Standing.SENT: Group.POSTED,
}


@dataclass(frozen=True)
class Asked:
    """What the address asks for; empty filters show everything."""

    view: View
    on: date
    carrier: str = ""  # the public id of an influencer, or ORGANISATION
    channel: str = ""
    group: Group | None = None

    @property
    def query(self) -> str:
        """The address of the same page, after its question mark."""
        wanted = {"view": self.view.value, "on": self.on.isoformat(), "carrier": self.carrier}
        wanted |= {"channel": self.channel, "state": self.group.value if self.group else ""}
        return urlencode({name: value for name, value in wanted.items() if value})

    @property
    def is_filtered(self) -> bool:
        return bool(self.carrier or self.channel or self.group)

    def at(self, on: date, view: str = "") -> "Asked":
        """The same question of another day, or in another view."""
        return replace(self, on=on, view=View(view) if view else self.view)


@dataclass(frozen=True)
class Cell:
    """A day of the calendar. `number` is that of the campaign's day, None outside it."""

    on: date
    number: int | None
    is_today: bool
    is_within: bool  # of the month that is shown
    plans: Sequence[Plan]

    @property
    def weekday(self) -> int:
        return self.on.weekday()


@dataclass(frozen=True)
class Calendar:
    """A page of the calendar."""

    asked: Asked
    cells: Sequence[Cell]
    today: date
    offset: str  # of the campaign's zone in the days shown, "UTC+1"
    people: Sequence[Influencer]
    channels: Sequence[tuple[str, str]]  # code and name of those in use
    posts: int  # of the campaign, shown or not
    hidden: int  # in these days, left out by the filter
    step: Step | None
    editable: bool

    @property
    def first(self) -> date:
        return self.cells[0].on

    @property
    def last(self) -> date:
        return self.cells[-1].on

    @property
    def shown(self) -> int:
        return sum(len(cell.plans) for cell in self.cells)

    @property
    def before(self) -> Asked:
        return self.asked.at(_stepped(self.asked, -1))

    @property
    def after(self) -> Asked:
        return self.asked.at(_stepped(self.asked, 1))


def asked(query: Mapping[str, str], campaign: Campaign) -> Asked:
    """What an address asks for; without a date, today, or the nearest day of the campaign."""
    return Asked(
        view=View(query["view"]) if query.get("view") in set(View) else View.WEEK,
        on=_date(query.get("on", "")) or nearest(campaign),
        carrier=query.get("carrier", "")[:16],
        channel=query.get("channel", "")[:20],
        group=Group(query["state"]) if query.get("state") in set(Group) else None,
    )


def nearest(campaign: Campaign) -> date:
    """Today, or the day of the campaign that is nearest to it."""
    last = last_date(campaign.starts_on, campaign.length)
    return min(max(clock.today(campaign.timezone), campaign.starts_on), last)


def calendar(session: Session, actor: Actor, campaign: Campaign, wanted: Asked) -> Calendar:
    """The calendar that was asked for, in a fixed number of queries."""
    every = plans(session, campaign)
    cells = _cells(campaign, wanted, [one for one in every if fits(one, wanted)])
    first, last = cells[0].on, cells[-1].on
    here = sum(first <= one.post.on_date <= last for one in every)
    used = dict(sorted({one.post.channel: one.channel_name for one in every if not one.by_hand}.items()))
    return Calendar(
        asked=wanted,
        cells=cells,
        today=clock.today(campaign.timezone),
        offset=_offset(first, last, campaign.timezone),
        people=influencers.of_campaign(session, campaign),
        channels=list(used.items()),
        posts=len(every),
        hidden=here - sum(len(cell.plans) for cell in cells),
        step=stories.last_step(session, campaign.id),
        editable=may_edit(actor, campaign),
    )


def _cells(campaign: Campaign, wanted: Asked, shown: Sequence[Plan]) -> list[Cell]:
    """The days asked for, each with its posts in the order of the clock."""
    today = clock.today(campaign.timezone)
    by_day: dict[date, list[Plan]] = {}
    for one in shown:
        by_day.setdefault(one.post.on_date, []).append(one)
    return [
        Cell(
            on=on,
            number=day_number(campaign.starts_on, campaign.length, on),
            is_today=on == today,
            is_within=wanted.view is not View.MONTH or on.month == wanted.on.month,
            plans=by_day.get(on, []),
        )
        for on in span(wanted)
    ]


def span(wanted: Asked) -> list[date]:
    """The days a view shows: one; the week from Monday; the month in whole weeks."""
    if wanted.view is View.DAY:
        return [wanted.on]
    first = last = wanted.on
    if wanted.view is View.MONTH:
        first = wanted.on.replace(day=1)
        last = (first + timedelta(31)).replace(day=1) - timedelta(1)
    first -= timedelta(first.weekday())
    last += timedelta(6 - last.weekday())
    return [first + timedelta(days) for days in range((last - first).days + 1)]


def fits(plan: Plan, wanted: Asked) -> bool:
    """Whether a post passes the filters."""
    carrier = plan.influencer.pid if plan.influencer else ORGANISATION
    if wanted.carrier and wanted.carrier != carrier:
        return False
    if wanted.channel and wanted.channel != plan.post.channel:
        return False
    return wanted.group is None or wanted.group in groups_of(plan)


def groups_of(plan: Plan) -> set[Group]:
    """Where a post belongs; whatever has a flag is to be looked at, too."""
    found = {_GROUP_OF.get(plan.standing, Group.ATTENTION)}
    return found | {Group.ATTENTION} if plan.flags else found


def _stepped(wanted: Asked, by: int) -> date:
    if wanted.view is View.MONTH:
        middle = wanted.on.replace(day=15) + timedelta(30 * by)
        return middle.replace(day=1)
    return wanted.on + timedelta(by if wanted.view is View.DAY else 7 * by)


def _date(text: str) -> date | None:
    """A date within what a calendar can turn."""
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    return found if 2000 <= found.year <= 2100 else None


def _offset(first: date, last: date, zone: str) -> str:
    """How far the zone is from UTC in these days: "UTC+1", or "UTC+1 / UTC+2" when clocks change."""
    noons = [datetime(on.year, on.month, on.day, 12, tzinfo=ZoneInfo(zone)) for on in (first, last)]
    return " / ".join(dict.fromkeys(_signed(noon.utcoffset() or timedelta()) for noon in noons))


def _signed(offset: timedelta) -> str:
    minutes = int(offset.total_seconds()) // 60
    hours, rest = divmod(abs(minutes), 60)
    return f"UTC{'-' if minutes < 0 else '+'}{hours}" + (f":{rest:02d}" if rest else "")


__all__ = ["GROUPS", "Asked", "Calendar", "Cell", "Group", "View", "asked", "calendar", "nearest"]
