"""Addresses, deadlines, who may decide, what a decision does: by table."""

from datetime import UTC, datetime, timedelta

import pytest

from app.intake.rules import ItemState, may_become
from app.notices import rules
from app.notices.rules import Category, Outcome, Side

BASE = "https://story.example.org"
NOW = datetime(2027, 3, 3, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("https://story.example.org/c/lanternes", "/c/lanternes"),
        ("/c/lanternes/days/3#act-1", "/c/lanternes/days/3#act-1"),
        ("https://STORY.example.org/c/x?lang=fr", "/c/x?lang=fr"),
        ("https://story.example.org", "/"),
        ("https://elsewhere.example/c/lanternes", None),
        ("//elsewhere.example/x", None),
        ("https://story.example.org//elsewhere.example/x", None),
        ("https://story.example.org@elsewhere.example/", None),
        ("javascript:alert(1)", None),
        ("data:text/html,x", None),
        ("/\\elsewhere.example", None),
        ("/c/a b", None),
        ("c/lanternes", None),
        ("", None),
        ("https://[", None),
    ],
)
def test_only_addresses_of_this_site(typed: str, kept: str | None) -> None:
    assert rules.own_address(typed, BASE) == kept


@pytest.mark.parametrize(
    ("address", "slug", "page", "day"),
    [
        ("/c/lanternes", "lanternes", "", None),
        ("/c/lanternes/days/3?x=1#y", "lanternes", "days", 3),
        ("/c/lanternes/days/", "lanternes", "days", None),
        ("/c/lanternes/impact#update-1", "lanternes", "impact", None),
        ("/legal?org=1", "", "", None),
        ("/", "", "", None),
    ],
)
def test_what_an_address_names(address: str, slug: str, page: str, day: int | None) -> None:
    assert (rules.slug_in(address), rules.page_in(address), rules.day_in(address)) == (slug, page, day)


def test_grave_ones_are_decided_within_a_day() -> None:
    for category in Category:
        wait = rules.decide_by(category, NOW) - NOW
        assert wait == (timedelta(days=1) if category in rules.GRAVE else timedelta(days=7))


@pytest.mark.parametrize(
    ("side", "outcome", "days", "appealed", "may"),
    [
        (Side.NOTIFIER, Outcome.KEEP, 1, False, True),
        (Side.NOTIFIER, Outcome.KEEP, 183, False, True),
        (Side.NOTIFIER, Outcome.KEEP, 184, False, False),
        (Side.NOTIFIER, Outcome.KEEP, 1, True, False),
        (Side.NOTIFIER, Outcome.HIDE, 1, False, False),
        (Side.AUTHOR, Outcome.HIDE, 1, False, True),
        (Side.AUTHOR, Outcome.REMOVE, 1, False, True),
        (Side.AUTHOR, Outcome.KEEP, 1, False, False),
    ],
)
def test_who_may_contest(side: Side, outcome: Outcome, days: int, appealed: object, may: object) -> None:
    found = rules.may_appeal(
        side, outcome, decided_at=NOW - timedelta(days=days), appealed=bool(appealed), now=NOW
    )
    assert found is may


@pytest.mark.parametrize(
    ("wrote", "decided", "team", "hindered"),
    [
        (set(), set(), {1, 2}, False),
        ({2}, set(), {1, 2}, False),
        ({1}, set(), {1, 2}, True),
        (set(), {1}, {1, 2}, True),
        ({1}, set(), {1}, False),  # nobody else: someone has to
        ({1}, {2}, {1, 2}, False),
        ({1}, {2}, {1, 2, 3}, True),
    ],
)
def test_nobody_judges_their_own_work(
    wrote: set[int], decided: set[int], team: set[int], hindered: object
) -> None:
    assert (rules.hindrance(1, wrote=wrote, decided=decided, team=team) is not None) is hindered


@pytest.mark.parametrize("before", list(ItemState))
@pytest.mark.parametrize("outcome", list(Outcome))
def test_every_restriction_is_a_step_items_may_take(before: ItemState, outcome: Outcome) -> None:
    after = rules.restricted(before, outcome)
    if after is not None:
        assert outcome is not Outcome.KEEP
        assert may_become(before, after)
        assert after in (ItemState.RESTRICTED, ItemState.REJECTED)
    elif outcome is not Outcome.KEEP:
        assert before in (ItemState.REJECTED, ItemState.RESTRICTED, ItemState.WITHDRAWN)


@pytest.mark.parametrize("before", [ItemState.ACCEPTED, ItemState.PENDING])
@pytest.mark.parametrize("outcome", [Outcome.HIDE, Outcome.REMOVE])
def test_what_was_restricted_goes_back_where_it_stood(before: ItemState, outcome: Outcome) -> None:
    now = rules.restricted(before, outcome)
    assert now is not None
    for step in rules.released(now, before):
        assert may_become(now, step)
        now = step
    assert now is before


def test_the_median() -> None:
    hours = [timedelta(hours=n) for n in (1, 2, 30)]
    assert rules.middle(hours) == timedelta(hours=2)
    assert rules.middle(hours[:2]) == timedelta(hours=1.5)
    assert rules.middle([]) is None
