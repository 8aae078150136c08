"""Lays a week beside the organisation's own past weeks, on the same days, and says where that cannot be done."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import Session

from app.campaigns.models import Campaign
from app.campaigns.rules import PUBLIC_STATES, day_date, day_number, last_date
from app.core import clock
from app.core.i18n import Message
from app.insights import queries, rules
from app.insights.queries import Figures
from app.insights.rules import ACTIONS, BARS, WHY, Incomparable, Measure, Week
from app.people.rules import Actor


@dataclass(frozen=True)
class Past:
    """Another week up to the same day; a figure that cannot be compared is None."""

    campaign: Campaign
    why: Sequence[Incomparable]
    people: int | None
    actions: int | None
    acts: int | None
    gifts: int | None
    given_minor: int | None

    @property
    def whys(self) -> Sequence[Message]:
        return [WHY[one] for one in self.why]

    @property
    def barred(self) -> bool:
        return any(one in BARS for one in self.why)


@dataclass(frozen=True)
class Beside:
    """This week and those before, each up to the end of day `until`."""

    until: int
    own: Past
    past: Sequence[Past]


def beside(session: Session, actor: Actor, campaign: Campaign) -> Beside:
    """Past weeks of the same organisation, the latest first."""
    others = [one for one in queries.others(session, actor, campaign) if one.state in PUBLIC_STATES]
    figures = queries.figures(session, [campaign.id, *(one.id for one in others)])
    until = _until(campaign)
    own = _week(campaign, figures.get(campaign.id, Figures()))
    past = [
        _past(one, figures.get(one.id, Figures()), own, _week(one, figures.get(one.id, Figures())), until)
        for one in others
    ]
    return Beside(until, _past(campaign, figures.get(campaign.id, Figures()), own, own, until), past)


def _until(campaign: Campaign) -> int:
    """The last day that is over or running; the whole week afterwards."""
    today = clock.today(campaign.timezone)
    if today > last_date(campaign.starts_on, campaign.length):
        return campaign.length
    return day_number(campaign.starts_on, campaign.length, today) or 0


def _week(campaign: Campaign, figures: Figures) -> Week:
    return Week(
        length=campaign.length,
        currency=campaign.currency,
        drive_day=campaign.drive_day,
        begun=clock.today(campaign.timezone) >= campaign.starts_on,
        visits=figures.number(Measure.PEOPLE) > 0,
    )


def _past(campaign: Campaign, figures: Figures, own: Week, other: Week, until: int) -> Past:
    why = rules.differences(own, other)
    if any(one in BARS for one in why):
        return Past(campaign, why, None, None, None, None, None)
    days = [day_date(campaign.starts_on, number) for number in range(1, until + 1)]
    money = Incomparable.CURRENCY not in why and (Incomparable.DRIVE not in why or until >= campaign.length)
    counted = other.visits
    return Past(
        campaign,
        why,
        people=figures.number(Measure.NEWCOMERS, days) if counted else None,
        actions=sum(figures.number(one, days) for one in ACTIONS if one is not Measure.GIFTS),
        acts=figures.number(Measure.ACTS, days),
        gifts=figures.number(Measure.GIFTS, days) if money else None,
        given_minor=figures.amount(Measure.GIFTS, days) if money else None,
    )
