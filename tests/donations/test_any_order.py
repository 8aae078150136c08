"""Whatever order news comes in, however often, late or never: books, receipts, wall end as in an orderly run."""

import random
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import timedelta
from itertools import count
from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine
from sqlmodel import col, select

from app.campaigns.models import Campaign
from app.core import clock, db
from app.core.db import reading
from app.donations import queries
from app.donations.models import Gift, GivingPlan, LedgerEntry
from app.donations.rules import Visibility
from app.donations.service import reconciling
from app.drive import queries as drive
from app.drive import rules as drive_rules
from app.payments.base import Event
from app.receipts import jobs as receipts
from app.receipts.models import Receipt, ReceiptGift, ReceiptSeries
from tests.donations import stage
from tests.donations.stage import Till, take_in

# What befalls a gift, in words of the test payment page.
ONCE: dict[str, list[str]] = {
    "paid": ["pay"],
    "refused, then paid": ["decline", "pay"],
    "refused": ["decline"],
    "late": ["delay", "arrive"],
    "late, never": ["delay", "fail"],
    "waiting": ["delay"],
    "abandoned": ["abandon"],
    "partly back": ["pay", "refund 10", "refund 2,50"],
    "all back in three": ["pay", "refund 13,33", "refund 13,33", "refund 14,57"],
    "late and all back": ["delay", "arrive", "refund 41,23"],
    "a refund that failed": ["pay", "refund 10", "return", "refund 5"],
    "refused by the donor's bank, then again": ["pay", "refund 41,23", "return", "refund 41,23"],
    "disputed": ["pay", "dispute"],
    "dispute won": ["pay", "dispute", "win", "refund 3"],
    "dispute lost": ["pay", "refund 5,01", "dispute", "lose"],
    "asked, then taken": ["pay", "inquire", "escalate", "lose"],
    "only asked": ["pay", "inquire", "win"],
    "warned, then given back": ["pay", "warn", "refund 41,23"],
    "a debit disputed": ["delay", "arrive", "dispute", "lose"],
}
MONTHLY: dict[str, list[str]] = {
    "three months": ["pay", "month", "month", "end"],
    "a month late": ["pay", "month-refused", "month-arrives", "month"],
    "never again": ["pay", "month-refused", "month-fails", "end"],
    "by debit": ["delay", "arrive", "month-slow", "month-arrives"],
    "a debit that fails": ["delay", "fail", "month-arrives"],
    "a month back": ["pay", "month", "refund 20", "month", "dispute", "win"],
    "the last month disputed": ["pay", "month", "dispute", "lose", "end"],
    "refused at the page": ["decline", "pay"],
    "left": ["abandon"],
}
STORIES = {**ONCE, **MONTHLY}
SEEN = (Visibility.PUBLIC, Visibility.ORGANISATION, Visibility.PUBLIC, Visibility.NOBODY)
LATER = count()
Told = tuple[str, ...]


@pytest.fixture(scope="module")
def long_stripe(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Till]:
    with stage.till(tmp_path_factory.mktemp("stripe")) as made:
        yield made


def test_the_books_of_any_run_are_those_of_an_orderly_one(
    engine: Engine,
    long_stripe: Till,
    *,
    exhaustive: bool,
) -> None:
    @settings(max_examples=60 if exhaustive else 6, deadline=None)
    @given(data=st.data())
    def holds(data: st.DataObject) -> None:
        names = st.lists(st.sampled_from(sorted(STORIES)), min_size=1, max_size=4)
        _compare(long_stripe, data, data.draw(names, label="stories"))

    holds()


def _compare(stripe: Till, data: st.DataObject, stories: Sequence[str]) -> None:
    """One campaign that hears everything in order, another that hears some of it in any order."""
    # A later day for each example: what was read up to an instant is not asked for again.
    began = clock.now() + timedelta(days=4 * next(LATER))
    with clock.frozen(began):
        orderly, wild = _campaign(), _campaign()
    told = _play(stripe, orderly, stories, began, lambda fresh: fresh)
    _play(stripe, wild, stories, began + timedelta(days=2), lambda fresh: _some(data, fresh))
    with clock.frozen(began + timedelta(days=3, hours=20)):
        for event in _some(data, told):
            take_in(stripe, event)
        reconciling.reconcile(stripe.gateway)
        _settle(orderly, wild)
        with patch.object(drive_rules, "WALL_FROM", 1):
            assert _books(wild) == _books(orderly)
        assert _books(wild) == _as_stripe_has_it(stripe, wild)


def test_everything_that_can_befall_a_drive_at_once(
    engine: Engine,
    stripe: Till,
    *,
    exhaustive: bool,
) -> None:
    """Every story in one campaign, whose wall shows: half of the news is lost, the rest comes mixed, some twice."""
    for seed in range(6 if exhaustive else 1):
        _befall(stripe, random.Random(seed))  # noqa: S311 - a seed


def _befall(stripe: Till, dice: random.Random) -> None:
    began = clock.now() + timedelta(days=4 * next(LATER))
    with clock.frozen(began):
        orderly, wild = _campaign(), _campaign()
    _play(stripe, orderly, sorted(STORIES), began, lambda fresh: fresh)
    later = _play(stripe, wild, sorted(STORIES), began + timedelta(days=2), lambda _: [])
    with clock.frozen(began + timedelta(days=3, hours=20)):
        for event in dice.choices(later, k=len(later) // 2):
            take_in(stripe, event)
            if dice.random() < 0.1:
                receipts.settle_receipts()
        reconciling.reconcile(stripe.gateway)
        _settle(orderly, wild)
        assert _books(wild) == _books(orderly)
        assert _books(wild) == _as_stripe_has_it(stripe, wild)
        with reading() as session:
            shown = drive.wall(session, wild)
        assert shown is not None
        assert len(set(shown.names)) >= 8


@pytest.mark.parametrize("story", sorted(STORIES))
def test_each_story_alone_told_backwards(engine: Engine, stripe: Till, story: str) -> None:
    """Every event in reverse order, twice: the newest first, when nothing it builds on is known."""
    began = clock.now()
    with clock.frozen(began):
        orderly, wild = _campaign(), _campaign()
    _play(stripe, orderly, [story], began, lambda fresh: fresh)
    later = _play(stripe, wild, [story], began + timedelta(hours=8), lambda _: [])
    with clock.frozen(began + timedelta(hours=20)):
        for event in [*reversed(later), *later]:
            take_in(stripe, event)
        reconciling.reconcile(stripe.gateway)
        _settle(orderly, wild)
        assert _books(wild) == _books(orderly)


def _campaign() -> Campaign:
    with db.open_session(write=True) as session:
        made = stage.drive(session)
        stage.declare(session, made)
        return made


def _settle(*campaigns: Campaign) -> None:
    """The worker's receipts to the end; their numbers have no gap, whatever came in between."""
    while receipts.settle_all_receipts():
        pass
    with reading() as session:
        for series in session.exec(select(ReceiptSeries)).all():
            wanted = (
                Receipt.organisation_id == series.organisation_id,
                Receipt.series == series.series,
                Receipt.year == series.year,
            )
            numbers = session.exec(select(Receipt.number).where(*wanted)).all()
            assert sorted(numbers) == list(range(1, series.last + 1))


def _some(data: st.DataObject, events: Sequence[Event]) -> list[Event]:
    """A few of them, some twice, in any order; the others are lost."""
    picks = data.draw(st.lists(st.integers(0, 999), max_size=8), label="told")
    return [events[pick % len(events)] for pick in picks] if events else []


def _play(stripe: Till, campaign: Campaign, stories: Sequence[str], began: Any, tell: Any) -> list[Event]:
    """Play stories a minute a deed; ``tell`` chooses what is told after each. All events there were."""
    seen = len(stripe.news())
    at = began
    for number, story in enumerate(stories):
        with clock.frozen(at):
            page = stage.open_page(
                stripe,
                campaign,
                amount_minor=4000,
                cover_minor=123,
                monthly=story in MONTHLY,
                donor_name=f"{number}: {story}",
                donor_email="" if number % 3 else f"d{number}@example.org",
                visibility=SEEN[number % len(SEEN)],
                address=stage.ADDRESS if number % 2 == 0 else {},
            )
        for done, deed in enumerate(STORIES[story]):
            at += timedelta(minutes=1)
            with clock.frozen(at):
                before = len(stripe.news())
                stripe.befalls(page, deed)
                for event in tell(stripe.events(before)):
                    take_in(stripe, event)
                if done % 2 == 0:  # the worker's rounds come now and then
                    receipts.settle_receipts()
    with clock.frozen(at):
        return stripe.events(seen)


def _books(campaign: Campaign) -> tuple[object, ...]:
    """Everything the books say, without the names of things: gift by gift in the order given, then the sums."""
    with reading() as session:
        gifts = session.exec(select(Gift).where(Gift.campaign_id == campaign.id)).all()
        plans = session.exec(select(GivingPlan).where(GivingPlan.campaign_id == campaign.id)).all()
        entries = session.exec(select(LedgerEntry).where(LedgerEntry.campaign_id == campaign.id)).all()
        kinds = {entry.id: entry.kind.value for entry in entries}
        lines = Counter(
            (entry.kind.value, entry.amount_minor, kinds.get(entry.corrects_id or 0, "")) for entry in entries
        )
        sums = asdict(queries.totals(session, campaign.id)) | {"updated_at": None}
        wall = drive.wall(session, campaign)
        living = session.exec(
            select(Gift.donor_name, Receipt.kind, ReceiptGift.series, ReceiptGift.amount_minor)
            .join(ReceiptGift, col(ReceiptGift.gift_id) == col(Gift.id))
            .join(Receipt, col(Receipt.id) == col(ReceiptGift.receipt_id))
            .where(Gift.campaign_id == campaign.id, col(ReceiptGift.live))
        ).all()
    states = Counter((gift.state.value, gift.amount_minor, gift.cover_minor, gift.method) for gift in gifts)
    plan_states = Counter(plan.state.value for plan in plans)
    return states, plan_states, lines, tuple(sorted(sums.items(), key=str)), Counter(map(tuple, living)), wall


def _as_stripe_has_it(stripe: Till, campaign: Campaign) -> tuple[object, ...]:
    """The same, but every movement of Stripe's balance has been summed instead of our lines."""
    books = _books(campaign)
    with reading() as session:
        pages = set(session.exec(select(Gift.checkout_id).where(Gift.campaign_id == campaign.id)).all())
        pages |= set(
            session.exec(select(GivingPlan.checkout_id).where(GivingPlan.campaign_id == campaign.id)).all()
        )
        remaining = queries.totals(session, campaign.id).remaining_minor
        doubled = session.exec(
            select(LedgerEntry.source).where(col(LedgerEntry.campaign_id) == campaign.id)
        ).all()
    kinds = ("charge", "refund", "dispute")
    sources = {item["id"] for kind in kinds for item in stripe.all(kind) if item.get("_page") in pages}
    booked = sum(line["net"] for line in stripe.all("balance_transaction") if line["source"] in sources)
    assert remaining == booked
    assert len(doubled) == len(set(doubled))
    return books
