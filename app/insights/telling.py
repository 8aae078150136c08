"""Makes the pages' figures of the sums: the path from attention to action, the days, what is laid side by side."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlmodel import Session

from app.campaigns.models import Campaign
from app.campaigns.rules import State, day_date
from app.core import clock, i18n
from app.core.i18n import Message, mark
from app.insights import queries, rules, words
from app.insights.queries import Apart, Figures, Reached
from app.insights.rules import ACTIONS, Dimension, Measure

BEFORE_DRIVE = frozenset({State.DRAFT, State.READY, State.LIVE})


@dataclass(frozen=True)
class Step:
    """A step on the way from seeing to giving. `rate` of a hundred of the step before came this far."""

    name: Message
    number: int | None  # None: not known
    rate: float | None
    of: Message | None  # the words of the rate
    help: Message | None = None

    @property
    def rate_words(self) -> Message | None:
        """« 3,1 pour 100 vues »."""
        if self.rate is None or self.of is None:
            return None
        return self.of.with_values(rate=i18n.number(round(self.rate, 1 if self.rate < 10 else 0)))


@dataclass(frozen=True)
class Line:
    """Figures of one day, or of what lies outside the days of the week."""

    name: str
    short: str
    weekday: int
    number: int | None  # of the day; None outside
    views: int | None
    people: int
    newcomers: int
    acts: int
    testimonials: int
    questions: int
    follows: int
    gifts: int
    given_minor: int
    middle_minor: int | None

    @property
    def actions(self) -> int:
        return self.acts + self.testimonials + self.questions + self.follows + self.gifts


@dataclass(frozen=True)
class Overview:
    """The first page: everything a team asks for of a week."""

    figures: Figures
    reach: Reached
    steps: Sequence[Step]
    days: Sequence[Line]
    come: int  # how many of them have come
    outside: Sequence[Line]
    whole: Line
    sentences: Sequence[str]

    @property
    def told_days(self) -> Sequence[Line]:
        """Those that have come: a line of noughts tells nobody anything."""
        return self.days[: self.come]

    @property
    def active(self) -> float:
        """Actions for each person a day, at most all of them."""
        whole = self.figures.number(Measure.PEOPLE)
        return min(1.0, self.figures.actions() / whole) if whole else 0.0

    @property
    def empty(self) -> bool:
        return not self.figures.numbers and self.whole.views is None


def overview(session: Session, campaign: Campaign, language: str) -> Overview:
    """Everything of the first page, in a handful of queries; sentences in a language."""
    figures = queries.figures_of(session, campaign)
    by_day = queries.reach(session, campaign, "day")
    whole = queries.reach_whole(session, campaign)
    with i18n.speaking(language):
        days = [_day(campaign, figures, by_day, number) for number in range(1, campaign.length + 1)]
        come = _come(campaign)
        outside = _outside(campaign, figures)
        told = words.sentences(_told(session, campaign, figures, whole))
        every = _line(figures, None, str(mark("In all")), "", 0, None, whole.get("views"))
    return Overview(figures, whole, steps(figures, whole), days, come, outside, every, told)


def _come(campaign: Campaign) -> int:
    """How many days have come, today's among them."""
    passed = (clock.today(campaign.timezone) - campaign.starts_on).days + 1
    return max(0, min(passed, campaign.length))


def _day(campaign: Campaign, figures: Figures, reach: Mapping[int, Reached], number: int) -> Line:
    on = day_date(campaign.starts_on, number)
    views = reach.get(number, Reached()).get("views")
    name = mark("Day %(number)s · %(day)s").with_values(number=number, day=i18n.day(on, "EEE d MMM"))
    return _line(figures, [on], str(name), i18n.day(on, "EEE"), on.weekday(), number, views)


def _outside(campaign: Campaign, figures: Figures) -> list[Line]:
    first, last = campaign.starts_on, day_date(campaign.starts_on, campaign.length)
    parts = (
        (words.BEFORE, [on for on in figures.days if on < first]),
        (words.AFTER, [on for on in figures.days if on > last]),
    )
    return [_line(figures, days, str(name), "", 0, None, None) for name, days in parts if days]


def _line(
    figures: Figures,
    days: Sequence[date] | None,
    name: str,
    short: str,
    weekday: int,
    number: int | None,
    views: int | None,
) -> Line:
    single = days[0].isoformat() if days is not None and len(days) == 1 else None
    middle = figures.median_minor if days is None else figures.medians.get(single) if single else None
    return Line(
        name=name,
        short=short,
        weekday=weekday,
        number=number,
        views=views,
        people=figures.number(Measure.PEOPLE, days),
        newcomers=figures.number(Measure.NEWCOMERS, days),
        acts=figures.number(Measure.ACTS, days),
        testimonials=figures.number(Measure.TESTIMONIALS_SENT, days),
        questions=figures.number(Measure.QUESTIONS_SENT, days),
        follows=figures.number(Measure.FOLLOWS, days),
        gifts=figures.number(Measure.GIFTS, days),
        given_minor=figures.amount(Measure.GIFTS, days),
        middle_minor=middle,
    )


OF_VIEWS = mark("%(rate)s for 100 views")
OF_PEOPLE = mark("%(rate)s for 100 people who came")


def steps(figures: Figures, reach: Reached) -> Sequence[Step]:
    """Seen, came, did something, gave: each against the one before that is known."""
    views, people = reach.get("views"), figures.number(Measure.NEWCOMERS) or None
    gifts = figures.number(Measure.GIFTS)
    did = figures.actions() - gifts
    told: list[tuple[Message, int | None, Message | None]] = [
        (mark("Story views"), views, mark("Nothing typed yet")),
        (mark("People who came"), people, mark("No visit counted yet")),
        (mark("Challenges, words, follows"), did, None),
        (mark("Gifts"), gifts, None),
    ]
    found: list[Step] = []
    for place, (name, number, missing) in enumerate(told):
        # What people did is told of those who came, gifts too: a gift need not follow a challenge.
        whole = told[min(place - 1, 1)] if place else None
        rate = rules.per_hundred(number, whole[1]) if whole and whole[1] and number is not None else None
        of = OF_VIEWS if place == 1 else OF_PEOPLE
        found.append(Step(name, number, rate, of, None if number is not None else missing))
    return found


def _told(session: Session, campaign: Campaign, figures: Figures, reach: Reached) -> words.Told:
    newcomers = figures.numbers.get(Measure.NEWCOMERS, {})
    best = rules.best_day(newcomers, campaign.starts_on, campaign.length)
    title, day, acts = _top_challenge(session, campaign)
    coming = campaign.state in BEFORE_DRIVE and campaign.drive_opened_at is None
    opens = day_date(campaign.starts_on, campaign.drive_day)
    return words.Told(
        people=figures.number(Measure.NEWCOMERS),
        new_day=best,
        new_that_day=newcomers.get(day_date(campaign.starts_on, best), 0) if best else 0,
        views=reach.get("views"),
        acts=figures.number(Measure.ACTS),
        challenge=title,
        challenge_day=day,
        challenge_acts=acts,
        gifts=figures.number(Measure.GIFTS),
        given=i18n.money(figures.amount(Measure.GIFTS), campaign.currency),
        middle=i18n.money(figures.median_minor or 0, campaign.currency),
        drive_opens=opens if coming and opens >= clock.today(campaign.timezone) else None,
    )


def _top_challenge(session: Session, campaign: Campaign) -> tuple[str, int, int]:
    """Title, day and acts of the challenge taken most; nothing where two share the place."""
    taken = queries.apart(session, campaign, Dimension.CHALLENGE).get(Measure.ACTS)
    top = max(taken.numbers.values(), default=0) if taken else 0
    first = [key for key, number in taken.numbers.items() if number == top] if taken and top else []
    if len(first) != 1:
        return "", 0, 0
    for challenge, day in queries.challenges(session, campaign):
        if challenge.id == first[0]:
            return challenge.title, day.number, top
    return "", 0, 0


@dataclass(frozen=True)
class Share:
    """One row of a comparison: an influencer, a challenge, a frame, a way, a language."""

    name: str
    views: int | None
    numbers: Mapping[Measure, int]
    given_minor: int
    lang: str | None = None  # of the name

    def get(self, measure: Measure) -> int:
        return self.numbers.get(measure, 0)

    @property
    def words(self) -> int:
        return self.get(Measure.TESTIMONIALS_SENT) + self.get(Measure.QUESTIONS_SENT)

    @property
    def actions(self) -> int:
        return sum(self.get(measure) for measure in ACTIONS)


def shares(session: Session, campaign: Campaign, by: Dimension) -> Sequence[Share]:
    """The rows of a comparison: in their order where they have one, else the most people first."""
    found = queries.apart(session, campaign, by)
    if by is Dimension.CHALLENGE:
        found = {one: found[one] for one in (Measure.ACTS, Measure.ON_DAY) if one in found}
    reach = queries.reach(session, campaign, by.value) if by in _REACHED else {}
    keys = {key for one in found.values() for key in one.numbers} | set(reach)
    names, ordered = _names(session, campaign, by)
    rows = {key: _share(key, names, found, reach, by, campaign) for key in keys}
    order = {key: place for place, key in enumerate(names)}

    def place(key: Any) -> tuple[Any, ...]:
        one, nobody = rows[key], key in (0, "")  # who came by nobody's way stands last
        if ordered:
            return nobody, order.get(key, len(order))
        return nobody, -one.get(Measure.PEOPLE), -one.actions, one.name

    return [rows[key] for key in sorted(rows, key=place)]


_REACHED = (Dimension.INFLUENCER, Dimension.FRAME, Dimension.CHANNEL)


def _share(
    key: Any,
    names: Mapping[Any, str],
    found: Mapping[Measure, Apart],
    reach: Mapping[Any, Reached],
    by: Dimension,
    campaign: Campaign,
) -> Share:
    gifts = found.get(Measure.GIFTS)
    told = by in (Dimension.CHALLENGE, Dimension.FRAME) and key in names
    return Share(
        name=names.get(key, str(words.NOBODY)),
        views=reach[key].get("views") if key in reach else None,
        numbers={measure: one.numbers.get(key, 0) for measure, one in found.items()},
        given_minor=gifts.amounts.get(key, 0) if gifts else 0,
        lang=campaign.language if told else None,
    )


def _names(session: Session, campaign: Campaign, by: Dimension) -> tuple[Mapping[Any, str], bool]:
    """What the keys are called, and whether they have an order of their own."""
    if by is Dimension.INFLUENCER:
        return queries.influencer_names(session, campaign), False
    if by is Dimension.CHALLENGE:
        rows = queries.challenges(session, campaign)
        return {one.id: f"{day.number} · {one.title}" for one, day in rows}, True
    if by is Dimension.FRAME:
        frames = queries.frames(session, campaign)
        return {one.id: f"{day.number}.{one.position + 1} · {one.title}" for one, day in frames}, True
    if by is Dimension.LANGUAGE:
        told = {code: name[:1].upper() + name[1:] for code, name in i18n.language_names().items()}
        return {**told, "": str(words.UNKNOWN)}, False
    return {key: str(name) for key, name in words.CHANNELS.items()}, False
