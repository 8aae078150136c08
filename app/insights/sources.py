"""The rows behind each figure, summed by day in the database. Reads other rooms' tables, and only what counts there.

Each function sums one kind of row of one campaign; nothing is remembered between two counts, so that a correction
of whatever came before is in the next one. A day is a day of the campaign's zone.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Date, Integer, Interval, Label, and_, case, cast, func, literal
from sqlalchemy import select as sql_select
from sqlmodel import Session, col

from app.campaigns.models import Campaign
from app.challenges.models import ChallengeAct
from app.challenges.queries import accepted
from app.core import clock
from app.donations.models import Gift, LedgerEntry
from app.donations.rules import EntryKind
from app.followers.models import FollowDevice, Follower
from app.insights import rules
from app.insights.rules import Measure
from app.intake.models import Item
from app.intake.rules import ItemState, Kind
from app.links.models import TrackedLink, VisitCount
from app.questions.models import Question, QuestionVote
from app.testimonials.models import Testimonial


@dataclass(frozen=True)
class Key:
    """What a sum is told apart by; 0 and "" where the row does not say."""

    measure: Measure
    on: date
    influencer_id: int = 0
    challenge_id: int = 0
    frame_id: int = 0
    channel: str = ""
    language: str = ""


@dataclass(frozen=True)
class Sum:
    """How many, and where it is money, how much in minor units."""

    key: Key
    number: int
    amount_minor: int = 0


@dataclass(frozen=True)
class Amount:
    """How often one amount was given on a day."""

    on: date
    amount_minor: int
    times: int


Source = Callable[[Session, Campaign], Iterator[Sum]]
_offered: list[Source] = []


def offer(source: Source) -> None:
    """Add what a room above or beside this one counts."""
    if source not in _offered:
        _offered.append(source)


def every(session: Session, campaign: Campaign) -> Iterator[Sum]:
    """Every sum of a campaign but those of gifts, whose amounts `given` tells apart."""
    for source in (visits, acts, testimonials, questions, votes, follows, other_money, *_offered):
        yield from source(session, campaign)


def local_day(session: Session, campaign: Campaign, instant: Any) -> ColumnElement[Any]:
    """The date of an instant in the campaign's zone, as the database computes it; `read_day` reads it."""
    first = campaign.created_at.astimezone(UTC) - timedelta(days=1)
    spans = rules.offsets(campaign.timezone, first, clock.now() + timedelta(days=2))
    is_sqlite = session.get_bind().dialect.name == "sqlite"

    def shifted(minutes: int) -> ColumnElement[Any]:
        if is_sqlite:
            return func.date(instant, f"{minutes:+d} minutes")
        return cast(func.timezone("UTC", instant) + cast(literal(timedelta(minutes=minutes)), Interval), Date)

    *earlier, last = spans
    if not earlier:
        return shifted(last.minutes)
    return case(
        *((instant < span.until, shifted(span.minutes)) for span in earlier), else_=shifted(last.minutes)
    )


def read_day(value: Any) -> date:
    """A day as either database tells it."""
    return value if isinstance(value, date) else date.fromisoformat(str(value))


def _names(group: Sequence[Label[Any]]) -> list[str]:
    """Grouping by name: PostgreSQL takes two expressions with parameters for different ones. No column has these."""
    return [one.name for one in group]


# Where somebody came from, as the link tells by which they came; nothing where they came by none.
_FRAME = func.coalesce(col(TrackedLink.frame_id), 0)
_CHANNEL = func.coalesce(col(TrackedLink.channel), "")


def visits(session: Session, campaign: Campaign) -> Iterator[Sum]:
    """People, newcomers, pages opened, and machines; the room of links counted them as they came."""
    told = {
        Measure.PEOPLE: col(VisitCount.people),
        Measure.NEWCOMERS: col(VisitCount.newcomers),
        Measure.VISITS: col(VisitCount.visits),
        Measure.MACHINES: col(VisitCount.bots) + col(VisitCount.previews),
    }
    frame = _FRAME.label("k_frame")
    group: Sequence[Label[Any]] = (
        col(VisitCount.on_date).label("k_day"),
        col(VisitCount.influencer_id).label("k_carrier"),
        frame,
        col(VisitCount.channel).label("k_channel"),
        col(VisitCount.language).label("k_language"),
    )
    rows = session.execute(
        sql_select(*group, *(func.sum(column) for column in told.values()))
        .select_from(VisitCount)
        .outerjoin(TrackedLink, col(TrackedLink.id) == col(VisitCount.link_id))
        .where(col(VisitCount.campaign_id) == campaign.id)
        .group_by(*_names(group))
    )
    for on, influencer, frame_id, channel, language, *numbers in rows:
        for measure, number in zip(told, numbers, strict=True):
            if number:
                key = Key(measure, on, influencer, 0, frame_id, str(channel), language)
                yield Sum(key, int(number))


def acts(session: Session, campaign: Campaign) -> Iterator[Sum]:
    """Challenges taken that count, on the day they were told, by challenge, and by link or else by team."""
    day = local_day(session, campaign, col(ChallengeAct.at)).label("k_day")
    late = func.sum(cast(col(ChallengeAct.late), Integer))
    carrier = func.coalesce(col(TrackedLink.influencer_id), col(ChallengeAct.team_id), 0).label("k_carrier")
    challenge_id: Label[Any] = col(ChallengeAct.challenge_id).label("k_challenge")
    group = (day, carrier, challenge_id, _FRAME.label("k_frame"), _CHANNEL.label("k_channel"))
    rows = session.execute(
        sql_select(*group, func.count(col(ChallengeAct.id)), late)
        .select_from(ChallengeAct)
        .outerjoin(TrackedLink, col(TrackedLink.id) == col(ChallengeAct.link_id))
        .where(col(ChallengeAct.campaign_id) == campaign.id, accepted())
        .group_by(*_names(group))
    )
    for on, who, challenge, frame, channel, number, told_late in rows:
        where = (read_day(on), who, challenge, frame, channel)
        yield Sum(Key(Measure.ACTS, *where), number)
        if number > told_late:
            yield Sum(Key(Measure.ON_DAY, *where), number - int(told_late))


def testimonials(session: Session, campaign: Campaign) -> Iterator[Sum]:
    """What people told: all that was sent and not taken back, and what the team accepted."""
    kinds = (Kind.TESTIMONIAL, Measure.TESTIMONIALS_SENT, Measure.TESTIMONIALS)
    yield from _sent(session, campaign, Testimonial, col(Testimonial.created_at), kinds)


def questions(session: Session, campaign: Campaign) -> Iterator[Sum]:
    """What people asked: likewise."""
    kinds = (Kind.QUESTION, Measure.QUESTIONS_SENT, Measure.QUESTIONS)
    yield from _sent(session, campaign, Question, col(Question.asked_at), kinds)


def _sent(
    session: Session,
    campaign: Campaign,
    table: type[Testimonial] | type[Question],
    instant: Any,
    told: tuple[Kind, Measure, Measure],
) -> Iterator[Sum]:
    kind, sent, good = told
    day = local_day(session, campaign, instant).label("k_day")
    carrier = func.coalesce(col(TrackedLink.influencer_id), 0).label("k_carrier")
    language_of: Label[Any] = col(table.language).label("k_language")
    group = (day, carrier, _FRAME.label("k_frame"), _CHANNEL.label("k_channel"), language_of)
    stands = case((col(Item.state) == ItemState.ACCEPTED, 1), else_=0)
    rows = session.execute(
        sql_select(*group, func.count(), func.sum(stands))
        .select_from(table)
        .join(Item, and_(col(Item.kind) == kind, col(Item.subject_id) == col(table.id)))
        .outerjoin(TrackedLink, col(TrackedLink.id) == col(table.link_id))
        .where(col(table.campaign_id) == campaign.id, col(Item.state) != ItemState.WITHDRAWN)
        .group_by(*_names(group))
    )
    for on, who, frame, channel, language, number, was_accepted in rows:
        where = (read_day(on), who, 0, frame, channel, language)
        yield Sum(Key(sent, *where), number)
        if was_accepted:
            yield Sum(Key(good, *where), int(was_accepted))


def votes(session: Session, campaign: Campaign) -> Iterator[Sum]:
    """How often somebody wanted to know it too."""
    day = local_day(session, campaign, col(QuestionVote.at)).label("k_day")
    rows = session.execute(
        sql_select(day, func.count()).where(col(QuestionVote.campaign_id) == campaign.id).group_by("k_day")
    )
    for on, number in rows:
        yield Sum(Key(Measure.VOTES, read_day(on)), number)


def follows(session: Session, campaign: Campaign) -> Iterator[Sum]:
    """Addresses on the day they were confirmed, devices on the day they began; what was erased since is gone."""
    counted: Counter[Key] = Counter()
    for table, began in ((Follower, Follower.confirmed_at), (FollowDevice, FollowDevice.created_at)):
        day = local_day(session, campaign, col(began)).label("k_day")
        carrier = func.coalesce(col(TrackedLink.influencer_id), 0).label("k_carrier")
        language_of: Label[Any] = col(table.language).label("k_language")
        group = (day, carrier, _FRAME.label("k_frame"), _CHANNEL.label("k_channel"), language_of)
        rows = session.execute(
            sql_select(*group, func.count())
            .select_from(table)
            .outerjoin(TrackedLink, col(TrackedLink.id) == col(table.link_id))
            .where(col(table.campaign_id) == campaign.id, col(began).is_not(None))
            .group_by(*_names(group))
        )
        for on, who, frame, channel, language, number in rows:
            counted[Key(Measure.FOLLOWS, read_day(on), who, 0, frame, channel, language)] += number
    for key, number in counted.items():
        yield Sum(key, number)


_MONEY = {
    EntryKind.REFUND: Measure.BACK,
    EntryKind.DISPUTE: Measure.BACK,
    EntryKind.FEE: Measure.FEES,
    EntryKind.MATCH: Measure.MATCHED,
    EntryKind.DECLARED: Measure.DECLARED,
}


@dataclass(frozen=True)
class _Entered:
    """Alike entries as they stand, with what corrects them: `whole` is 1, or 0 once they are cancelled."""

    kind: EntryKind
    on: date
    influencer_id: int
    frame_id: int
    channel: str
    language: str
    amount_minor: int
    whole: int
    times: int

    def sum(self, measure: Measure, sign: int = 1) -> Sum:
        key = Key(measure, self.on, self.influencer_id, 0, self.frame_id, self.channel, self.language)
        return Sum(key, self.whole * self.times, sign * self.amount_minor * self.times)


def other_money(session: Session, campaign: Campaign) -> Iterator[Sum]:
    """What was given or taken back, fees, a sponsor's money, what was collected elsewhere, on the day of the entry."""
    for one in _entries(session, campaign, tuple(_MONEY)):
        measure = _MONEY[one.kind]
        yield one.sum(measure, -1 if measure in (Measure.BACK, Measure.FEES) else 1)


def given(session: Session, campaign: Campaign) -> tuple[list[Sum], list[Amount]]:
    """Gifts on the day of their entry, and how often each amount was given: a gift entered wrongly is none."""
    found = list(_entries(session, campaign, (EntryKind.GIFT,)))
    amounts = [Amount(one.on, one.amount_minor, one.times) for one in found if one.whole > 0]
    return [one.sum(Measure.GIFTS) for one in found], amounts


def _entries(session: Session, campaign: Campaign, kinds: Sequence[EntryKind]) -> Iterator[_Entered]:
    """Entries of some kinds on their own day, alike ones together."""
    fixes = (
        sql_select(
            col(LedgerEntry.corrects_id).label("of"),
            func.sum(col(LedgerEntry.amount_minor)).label("amount"),
            func.count().label("times"),
        )
        .where(col(LedgerEntry.campaign_id) == campaign.id, col(LedgerEntry.corrects_id).is_not(None))
        .group_by(col(LedgerEntry.corrects_id))
        .subquery()
    )
    group: Sequence[Label[Any]] = (
        col(LedgerEntry.kind).label("k_kind"),
        col(LedgerEntry.on_date).label("k_day"),
        func.coalesce(col(Gift.influencer_id), col(TrackedLink.influencer_id), 0).label("k_carrier"),
        _FRAME.label("k_frame"),
        _CHANNEL.label("k_channel"),
        func.coalesce(col(Gift.language), "").label("k_language"),
        (col(LedgerEntry.amount_minor) + func.coalesce(fixes.c.amount, 0)).label("k_amount"),
        (1 - func.coalesce(fixes.c.times, 0)).label("k_whole"),
    )
    rows = session.execute(
        sql_select(*group, func.count())
        .select_from(LedgerEntry)
        .outerjoin(fixes, fixes.c.of == col(LedgerEntry.id))
        .outerjoin(Gift, col(Gift.id) == col(LedgerEntry.gift_id))
        .outerjoin(TrackedLink, col(TrackedLink.id) == col(Gift.link_id))
        .where(col(LedgerEntry.campaign_id) == campaign.id, col(LedgerEntry.kind).in_(kinds))
        .group_by(*_names(group))
    )
    for kind, on, influencer, frame, channel, language, amount, whole, times in rows:
        where = (int(influencer), int(frame), channel, language)
        yield _Entered(EntryKind(kind), on, *where, int(amount), int(whole), int(times))
