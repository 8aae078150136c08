"""The week on one page, for a table around which people sit: the same words on the screen and on paper."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlmodel import Session

from app.campaigns import queries as campaigns
from app.campaigns.models import Campaign
from app.campaigns.rules import day_date
from app.core import i18n
from app.core.i18n import gettext
from app.insights import spending, telling
from app.insights.rules import Dimension, Measure
from app.insights.spending import Spending
from app.insights.telling import Line, Overview, Share
from app.people.rules import Actor, Permission
from app.print.documents import pdf

CARRIERS, WAYS = 5, 4
DAYS_ON_PAPER = 14
"""A longer campaign shows its fullest days on paper; the screen and the exports have them all."""


@dataclass(frozen=True)
class Debrief:
    """What is told of a week; costs only to who may see money."""

    campaign: Campaign
    shown: Overview
    carriers: Sequence[Share]
    ways: Sequence[Share]
    spending: Spending | None


def debrief(session: Session, actor: Actor, campaign: Campaign, language: str) -> Debrief:
    """Everything of the page, in a language."""
    shown = telling.overview(session, campaign, language)
    with i18n.speaking(language):
        carriers = telling.shares(session, campaign, Dimension.INFLUENCER)[:CARRIERS]
        ways = telling.shares(session, campaign, Dimension.CHANNEL)[:WAYS]
    costs = spending.spending(session, campaign) if actor.may(Permission.MONEY) else None
    return Debrief(campaign, shown, carriers, ways, costs)


def paper(session: Session, one: Debrief, language: str) -> bytes:
    """The debrief as a tagged PDF of one page."""
    with i18n.speaking(language):
        data = _paper(session, one, language)
    return pdf("debrief.typ", data, {})


def _paper(session: Session, one: Debrief, language: str) -> dict[str, Any]:
    campaign, figures = one.campaign, one.shown.figures
    last = day_date(campaign.starts_on, campaign.length)
    days = f"{i18n.day(campaign.starts_on, 'd MMMM')} – {i18n.day(last, 'd MMMM yyyy')}"
    counted = figures.counted_at
    when = i18n.moment(counted, campaign.timezone, "short") if counted else ""
    return {
        "lang": language,
        "title": campaign.title,
        "kicker": gettext("Debrief"),
        "by": campaigns.organisation(session, campaign).name,
        "days": days,
        "weekdays": [line.weekday for line in one.shown.days],
        "sentences": list(one.shown.sentences),
        "path": {"title": gettext("From attention to action"), "rows": _path(one.shown)},
        "table": {"title": gettext("Day by day"), "heads": _heads(), "rows": _rows(campaign, one.shown)},
        "carriers": _carriers(campaign, one.carriers),
        "ways": _ways(campaign, one.ways),
        "costs": _costs(campaign, one.spending),
        "foot": _foot(when),
    }


def _path(shown: Overview) -> list[dict[str, Any]]:
    top = max((step.number or 0 for step in shown.steps), default=0) or 1
    rows = []
    for step in shown.steps:
        known = step.number is not None
        rows.append(
            {
                "name": str(step.name),
                "number": i18n.number(step.number or 0) if known else str(step.help or "–"),
                "share": round(100 * (step.number or 0) / top, 2),
                "rate": str(step.rate_words or ""),
            }
        )
    return rows


def _heads() -> list[str]:
    return [
        gettext("Day"),
        gettext("Views"),
        gettext("New people"),
        gettext("Challenges"),
        gettext("Words sent"),
        gettext("Follows"),
        gettext("Gifts"),
        gettext("Sum given"),
    ]


def _rows(campaign: Campaign, shown: Overview) -> list[list[str]]:
    days = list(shown.told_days)
    if len(days) > DAYS_ON_PAPER:
        fullest = sorted(days, key=lambda one: -(one.actions + one.newcomers))[:DAYS_ON_PAPER]
        days = [one for one in days if one in fullest]
    return [_row(campaign, one) for one in (*days, *shown.outside, shown.whole)]


def _row(campaign: Campaign, one: Line) -> list[str]:
    numbers = (one.newcomers, one.acts, one.testimonials + one.questions, one.follows, one.gifts)
    views = i18n.number(one.views) if one.views is not None else "–"
    given = i18n.money(one.given_minor, campaign.currency)
    return [one.name, views, *(i18n.number(number) for number in numbers), given]


def _carriers(campaign: Campaign, rows: Sequence[Share]) -> dict[str, Any]:
    return {
        "title": gettext("By influencer"),
        "heads": [
            gettext("Name"),
            gettext("New people"),
            gettext("Challenges"),
            gettext("Follows"),
            gettext("Sum given"),
        ],
        "rows": [
            [
                one.name,
                i18n.number(one.get(_NEW)),
                i18n.number(one.get(_ACTS)),
                i18n.number(one.get(_FOLLOWS)),
                i18n.money(one.given_minor, campaign.currency),
            ]
            for one in rows
        ],
    }


_NEW, _ACTS, _FOLLOWS = Measure.NEWCOMERS, Measure.ACTS, Measure.FOLLOWS


def _ways(campaign: Campaign, rows: Sequence[Share]) -> dict[str, Any]:
    return {
        "title": gettext("By the way they came"),
        "heads": [gettext("Name"), gettext("New people"), gettext("Sum given")],
        "rows": [
            [one.name, i18n.number(one.get(_NEW)), i18n.money(one.given_minor, campaign.currency)]
            for one in rows
            if one.get(_NEW) or one.given_minor
        ],
    }


def _costs(campaign: Campaign, one: Spending | None) -> list[str]:
    if one is None or not (one.total_minor or one.minutes):
        return []
    said = [gettext("The week cost %(sum)s.") % {"sum": i18n.money(one.total_minor, campaign.currency)}]
    if one.minutes:
        hours = {"hours": i18n.number(round(one.minutes / 60, 1))}
        said.append(gettext("It took %(hours)s hours of people's time.") % hours)
    each = one.each(one.actions)
    if each is not None:
        price = {"cost": i18n.money(each, campaign.currency, cents=True)}
        said.append(gettext("One action for %(cost)s: a hint, for it had many causes.") % price)
    return said


def _foot(when: str) -> str:
    how = gettext(
        "People are counted without cookies, each once a day; new people once in all. Views are what platforms "
        "show, added up. Gifts are those of the ledger."
    )
    return f"{how} {gettext('Counted %(when)s.') % {'when': when}}" if when else how
