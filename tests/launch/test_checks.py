"""Each check by table: what it accepts, what it refuses; and no step without all of its checks."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from app.campaigns.rules import NEXT_STATES, State
from app.core.i18n import speaking
from app.crisis.rules import NOTHING, lacking
from app.launch import rules
from app.launch.checks import CHECKS
from app.launch.facts import DayFacts, Facts, PersonFacts, PromiseFacts

TODAY = date(2027, 3, 3)
GOOD = Facts(
    today=TODAY,
    starts_on=TODAY,
    ends_on=TODAY + timedelta(days=6),
    title="La semaine de Maïa",
    cause="Lire à tout âge",
    summary="Maïa raconte.",
    days=tuple(DayFacts(number, 2) for number in range(1, 8)),
    people=(PersonFacts("Maïa", confirmed=True),),
    contact_name="Nora",
    contact_reach="+33 6",
    hold_statement="Nous vérifions.",
    legal_identity=True,
    goal_minor=2_500_000,
    drive_title="Vingt places",
    drive_ask="Une place.",
    suggested=3,
    money_use_total=100,
    promises=(PromiseFacts("adultes", whole=True, has_figure=True),),
    budget_minor=2_500_000,
    accounts_promised=1,
    nothing_to_source=True,
    updates=1,
)
DAY = GOOD.days[0]

BROKEN: list[tuple[str, dict[str, Any]]] = [
    ("identity", {"title": ""}),
    ("identity", {"cause": ""}),
    ("identity", {"summary": "", "headline": ""}),
    ("dates", {"starts_on": TODAY - timedelta(days=1)}),
    ("frames", {"days": ()}),
    ("frames", {"days": (replace(DAY, frames=0),)}),
    ("blanks", {"days": (replace(DAY, blanks=1),)}),
    ("blanks", {"campaign_blanks": 1}),
    ("blanks", {"drive_blanks": 1}),
    ("blanks", {"promise_blanks": 2}),
    ("media", {"days": (replace(DAY, without_media=1),)}),
    ("alt", {"days": (replace(DAY, without_alt=1),)}),
    ("portraits", {"days": (replace(DAY, unagreed=1),)}),
    ("challenges", {"days": (replace(DAY, has_challenge=False),)}),
    ("people", {"people": ()}),
    ("people", {"people": (PersonFacts("Maïa", confirmed=False),)}),
    ("terms", {"people": (PersonFacts("Maïa", confirmed=True, terms_missing=True),)}),
    ("contact", {"contact_name": ""}),
    ("contact", {"contact_reach": ""}),
    ("hold", {"hold_statement": ""}),
    ("crisis", {"crisis_lacks": lacking(NOTHING)}),
    ("claims", {"claims": 2, "open_claims": 1}),
    ("claims", {"unsourced": 1}),
    ("claims", {"nothing_to_source": False}),
    ("approval", {"approval_asked": True, "first_day_unapproved": 2}),
    ("first-day", {"starts_on": TODAY + timedelta(days=1)}),
    ("not-paused", {"paused": True}),
    ("legal", {"legal_identity": False}),
    ("promise", {"promises": ()}),
    ("promise", {"promises": (PromiseFacts("adultes", whole=False),)}),
    ("plan", {"budget_minor": 2_499_999}),
    ("plan", {"accounts_promised": 0}),
    ("ask", {"goal_minor": 0}),
    ("ask", {"drive_title": ""}),
    ("ask", {"drive_ask": ""}),
    ("ask", {"suggested": 0}),
    ("use", {"money_use_total": 99}),
    ("at-once", {"drive_at_once": True, "legal_identity": False}),
    ("at-once", {"drive_at_once": True, "goal_minor": 0}),
    ("days-over", {"today": TODAY + timedelta(days=6)}),
    ("settled", {"gifts_under_way": 1}),
    ("figures", {"promises": (PromiseFacts("adultes", whole=True),)}),
    ("balance", {"balance_minor": 1}),
    ("balance", {"balance_minor": -1}),
    ("update", {"updates": 0, "drive_was_open": True}),
]


@pytest.mark.parametrize("key", [key for key in CHECKS if key != "days-over"])
def test_a_whole_campaign_passes(key: str) -> None:
    assert CHECKS[key].holds(GOOD) is None


def test_the_last_day_is_over_the_day_after() -> None:
    assert CHECKS["days-over"].holds(replace(GOOD, today=GOOD.ends_on + timedelta(days=1))) is None


@pytest.mark.parametrize(("key", "change"), BROKEN)
def test_what_is_missing_is_said_in_both_languages(key: str, change: dict[str, Any]) -> None:
    missing = CHECKS[key].holds(replace(GOOD, **change))
    assert missing is not None
    said = []
    for language in ("en", "fr"):
        with speaking(language):
            said.append(str(missing))
            assert str(CHECKS[key].title)
    assert said[0] != said[1]
    assert "%(" not in "".join(said)


def test_only_an_emergency_asks_for_the_drive_before_the_week() -> None:
    for at_once in (True, False):
        found = rules.findings(State.DRAFT, State.READY, replace(GOOD, drive_at_once=at_once))
        assert ("at-once" in {one.check.key for one in found}) is at_once


def test_an_honest_word_stands_for_a_figure_and_a_balance() -> None:
    open_ = replace(GOOD, balance_minor=100, promises=(PromiseFacts("a", whole=True),), closing_note="…")
    assert CHECKS["figures"].holds(open_) is None
    assert CHECKS["balance"].holds(open_) is None
    assert CHECKS["balance"].holds(replace(GOOD, balance_minor=100, unspent_said=True)) is None


def test_each_check_is_broken_by_some_case_and_asked_by_some_step() -> None:
    assert {key for key, _ in BROKEN} == set(CHECKS)
    assert {key for keys in rules.REQUIRED.values() for key in keys} == set(CHECKS)


def test_the_steps_are_those_of_the_states() -> None:
    assert set(rules.REQUIRED) == {(before, after) for before, all_ in NEXT_STATES.items() for after in all_}
    assert all((before, after) in rules.REQUIRED for before, after in rules.FORWARD.items())
    assert set(rules.STEP_WORDS) == set(rules.STEP_MEANS) == set(State)
