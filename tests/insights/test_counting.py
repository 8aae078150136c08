"""Sums equal a slow count of every row, after any history, and are due when something moved."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete
from sqlmodel import Session, col, select

from app.campaigns.models import Campaign
from app.challenges.models import ChallengeAct
from app.core import clock, db
from app.donations import queries as donations
from app.donations.models import LedgerEntry
from app.donations.rules import EntryKind
from app.followers import service as following
from app.followers.models import Follower
from app.insights import counting, jobs, queries, rules, sources
from app.insights.models import CountRun, Tally
from app.insights.rules import Dimension, Measure
from app.insights.sources import Key
from app.intake.models import Item
from app.intake.rules import ItemState
from app.links.models import TrackedLink
from tests import factories
from tests.insights.events import Crowd
from tests.insights.reference import Reference, Sums


def stored(session: Session, campaign: Campaign) -> Sums:
    rows = session.exec(select(Tally).where(Tally.campaign_id == campaign.id))
    return {
        Key(
            one.measure,
            one.on_date,
            one.influencer_id,
            one.challenge_id,
            one.frame_id,
            one.channel,
            one.language,
        ): (
            one.number,
            one.amount_minor,
        )
        for one in rows
    }


def recount(session: Session, campaign: Campaign) -> int:
    session.flush()
    session.expire_all()
    return counting.keep(session, campaign, counting.count(session, campaign))


def crowd(session: Session, seed: int = 1, **values: Any) -> Crowd:
    campaign = factories.campaign(session, factories.organisation(session), **values)
    return Crowd(session, campaign, seed).stage()


@pytest.mark.parametrize("zone", ["Europe/Paris", "Asia/Kolkata", "America/St_Johns", "Pacific/Auckland"])
def test_every_sum_equals_the_slow_count(session: Session, zone: str) -> None:
    # The clocks of Europe go forward on the 28th, in the middle of this week.
    people = crowd(session, timezone=zone, starts_on=date(2027, 3, 25))
    people.acts(400)
    people.words(60)
    people.follows(90)
    people.gifts(150)
    people.visits(9)
    with clock.frozen(datetime(2027, 4, 20, tzinfo=UTC)):
        assert recount(session, people.campaign) > 100
        reference = Reference(session, people.campaign)
        assert stored(session, people.campaign) == reference.all()
        run = session.get_one(CountRun, people.campaign.id)
        assert run.medians == reference.medians


def test_a_follow_stands_under_the_influencer_whose_link_it_came_by(
    session: Session, client: TestClient
) -> None:
    people = crowd(session)
    here, carrier, frame = people.campaign, people.carriers[0], people.frames[0]
    link = session.get_one(TrackedLink, people.links[0])
    link.channel, link.code = "instagram", "k7m2xq"
    path, code = f"/c/{here.slug}/follow", link.code
    session.commit()
    client.post(f"{path}?via={code}", data={"email": "nora@example.org"})
    client.post(path, data={"email": "ines@example.org"})
    for row in session.exec(select(Follower)).all():
        following.confirm(session, here, row)
    recount(session, here)
    assert stored(session, here) == Reference(session, here).all()
    for by, key in (
        (Dimension.INFLUENCER, carrier),
        (Dimension.FRAME, frame),
        (Dimension.CHANNEL, "instagram"),
    ):
        told = queries.apart(session, here, by)[Measure.FOLLOWS].numbers
        assert told == {key: 1, (0 if by is not Dimension.CHANNEL else ""): 1}
    assert sum(queries.figures_of(session, here).numbers[Measure.FOLLOWS].values()) == 2


def test_money_equals_the_ledger_to_the_cent(session: Session) -> None:
    people = crowd(session)
    entries = people.gifts(80)
    people.entry(EntryKind.MATCH, 50_000)
    people.entry(EntryKind.DECLARED, 7_777)
    people.entry(EntryKind.REFUND, -1000, gift=1)
    wrong = session.get_one(LedgerEntry, entries[0])
    people.entry(EntryKind.CORRECTION, -wrong.amount_minor, gift=wrong.gift_id, corrects=wrong.id)
    recount(session, people.campaign)
    figures, totals = (
        queries.figures_of(session, people.campaign),
        donations.totals(session, people.campaign.id),
    )
    assert figures.amount(Measure.GIFTS) == totals.raised_minor
    assert figures.number(Measure.GIFTS) == totals.gifts == 79
    assert figures.net_minor == totals.net_minor


STEPS = st.lists(
    st.sampled_from(
        [
            "acts",
            "words",
            "gifts",
            "follows",
            "refund",
            "cancel",
            "refuse",
            "remove",
            "move",
            "restart",
            "erase",
        ]
    ),
    min_size=1,
    max_size=8,
)


@given(steps=STEPS, seed=st.integers(0, 10_000))
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_after_any_history_the_sums_are_those_of_the_rows(
    session: Session, steps: list[str], seed: int
) -> None:
    people = crowd(session, seed)
    people.acts(30)
    people.gifts(12)
    people.visits(2)
    recount(session, people.campaign)
    # Once it is over, wherever the week was moved to: nothing is counted before it happened, nor before the clocks
    # that go forward in the middle of March have.
    with clock.frozen(clock.now() + timedelta(days=120)):
        for step in steps:
            happen(people, step)
            recount(session, people.campaign)
            reference = Reference(session, people.campaign)
            assert stored(session, people.campaign) == reference.all()
            assert session.get_one(CountRun, people.campaign.id).medians == reference.medians
    session.rollback()


def happen(people: Crowd, step: str) -> None:
    """Something later that changes what was counted before."""
    session, dice = people.session, people.dice
    acts = session.exec(select(ChallengeAct).where(ChallengeAct.campaign_id == people.campaign.id)).all()
    entries = session.exec(
        select(LedgerEntry).where(
            LedgerEntry.campaign_id == people.campaign.id,
            LedgerEntry.kind == EntryKind.GIFT,
            col(LedgerEntry.id).not_in(
                select(LedgerEntry.corrects_id).where(col(LedgerEntry.corrects_id).is_not(None))
            ),
        )
    ).all()
    if step == "acts":
        people.acts(7)
    elif step == "follows":
        people.follows(4)
    elif step == "words":
        people.words(5)
    elif step == "gifts":
        people.gifts(3)
    elif step in ("refund", "cancel") and entries:
        one = dice.choice(entries)
        if step == "refund":
            people.entry(EntryKind.REFUND, -one.amount_minor, gift=one.gift_id)
        else:
            people.entry(EntryKind.CORRECTION, -one.amount_minor, gift=one.gift_id, corrects=one.id)
    elif step == "refuse":
        for item in session.exec(select(Item).where(Item.campaign_id == people.campaign.id)):
            item.state = dice.choice(list(ItemState))
            session.add(item)
    elif step == "remove" and acts:
        act = dice.choice(acts)
        act.removed_at = None if act.removed_at else clock.now()
        session.add(act)
    elif step == "move" and acts:
        act = dice.choice(acts)
        act.at += timedelta(hours=dice.randrange(-30, 30))
        session.add(act)
    elif step == "restart":
        people.campaign.starts_on += timedelta(days=dice.randrange(1, 9))
        people.campaign.timezone = dice.choice(["Europe/Paris", "America/New_York", "Asia/Tokyo"])
        session.add(people.campaign)
    elif step == "erase" and acts:
        session.execute(delete(ChallengeAct).where(col(ChallengeAct.id) == dice.choice(acts).id))


def test_a_second_count_writes_nothing_and_an_older_one_never_wins(session: Session) -> None:
    people = crowd(session)
    people.acts(50)
    session.flush()
    older = counting.count(session, people.campaign)
    with clock.frozen(clock.now() + timedelta(minutes=1)):
        people.acts(20)
        assert recount(session, people.campaign) > 0
        newer = stored(session, people.campaign)
        assert recount(session, people.campaign) == 0
    assert counting.keep(session, people.campaign, older) == 0
    assert stored(session, people.campaign) == newer


def test_two_campaigns_keep_apart(session: Session) -> None:
    one, other = crowd(session, 1), crowd(session, 2)
    one.acts(20)
    other.acts(30)
    recount(session, one.campaign)
    recount(session, other.campaign)
    both = queries.figures(session, [one.campaign.id, other.campaign.id])
    slow = Reference(session, one.campaign).all()
    acts = sum(number for key, (number, _) in slow.items() if key.measure is Measure.ACTS)
    assert both[one.campaign.id].number(Measure.ACTS) == acts
    assert both[other.campaign.id].number(Measure.ACTS) != acts


def test_the_job_counts_what_moved_and_leaves_the_rest(session: Session) -> None:
    people = crowd(session)
    people.acts(10)
    session.commit()
    now = clock.now()
    assert jobs.count_campaigns() == 1
    assert jobs.count_campaigns() == 0
    people.acts(5)
    session.commit()
    with clock.frozen(now + timedelta(seconds=30)):
        assert jobs.count_campaigns() == 0  # within the minute
    with clock.frozen(now + timedelta(seconds=61)):
        assert jobs.count_campaigns() == 1
        assert jobs.count_campaigns() == 0
    with db.reading() as fresh:
        assert stored(fresh, people.campaign) == Reference(fresh, people.campaign).all()


def test_a_long_count_is_not_made_every_minute() -> None:
    run = CountRun(campaign_id=1, counted_at=clock.now() - timedelta(minutes=2), seconds=12, pulse="before")
    assert not counting.is_due(run, "after", last_day_was=timedelta())
    run.seconds = 1
    assert counting.is_due(run, "after", last_day_was=timedelta())
    assert not counting.is_due(run, "before", last_day_was=timedelta())
    run.counted_at = clock.now() - timedelta(hours=2)
    assert counting.is_due(run, "before", last_day_was=timedelta())
    assert not counting.is_due(run, "before", last_day_was=timedelta(days=60))


def test_a_room_may_offer_what_it_counts(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    people = crowd(session)
    on = people.campaign.starts_on
    monkeypatch.setattr(sources, "_offered", [])
    sources.offer(lambda *_: iter([sources.Sum(Key(Measure.VOTES, on), 12)]))
    recount(session, people.campaign)
    assert queries.figures_of(session, people.campaign).number(Measure.VOTES, [on]) == 12


@given(
    zone=st.sampled_from(
        ["Europe/Paris", "America/Sao_Paulo", "Australia/Lord_Howe", "Asia/Kathmandu", "UTC"]
    ),
    minute=st.integers(0, 400 * 1440 - 1),
)
@settings(max_examples=300, deadline=None)
def test_offsets_are_those_of_the_zone_at_every_minute(zone: str, minute: int) -> None:
    first = datetime(2026, 10, 1, tzinfo=UTC)
    at = first + timedelta(minutes=minute)
    spans = rules.offsets(zone, first, first + timedelta(days=400))
    span = next(one for one in spans if at < one.until)
    assert timedelta(minutes=span.minutes) == at.astimezone(ZoneInfo(zone)).utcoffset()


def test_the_middle_gift_is_the_middle_one() -> None:
    assert rules.median({}) is None
    assert rules.median({500: 1}) == 500
    assert rules.median({500: 1, 1001: 1}) == 750
    assert rules.median({500: 10, 100_000: 1}) == 500
