"""A donor’s whole way on a phone, in both languages, with script and without: once, monthly, refused, late, back."""

import re
from collections.abc import Callable
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from tests.journeys.cast import Demo
from tests.journeys.conftest import Visit
from tests.journeys.hand import Hand
from tests.journeys.looking import findings, small_boxes, too_wide

PAGE = "/c/last-bus/donate"
BOTH = pytest.mark.parametrize("language", ["fr", "en"])
ANY = pytest.mark.parametrize("javascript", [True, False], ids=["script", "no-script"])
Donor = Callable[..., Hand]


@pytest.fixture
def donor(lived_in: Demo, visit: Visit) -> Donor:
    """A phone that opens the giving page."""

    def open_page(language: str, *, javascript: bool, query: str = "") -> Hand:
        page = visit(
            lived_in.running, f"{PAGE}?lang={language}{query}", language=language, javascript=javascript
        )
        return Hand(page, language, javascript=javascript)

    return open_page


def _look(hand: Hand) -> None:
    """What stands there passes axe, fits the phone and can be met by a thumb."""
    if hand.javascript:
        assert findings(hand.page) == []
    assert too_wide(hand.page) == []
    assert small_boxes(hand.page, 24) == []


def _to_stripe(hand: Hand, words: str = "Give %(amount)s") -> str:
    hand.press(words if hand.javascript else "Give")
    hand.page.wait_for_url("**/sandbox/stripe/pay/*")
    return urlsplit(hand.page.url).path


def _back_on_thanks(hand: Hand) -> str:
    hand.page.wait_for_url("**/thanks?*")
    return hand.page.url


def _amount(hand: Hand, text: str) -> None:
    expect(hand.page.locator("main")).to_contain_text(
        re.compile(rf"€{re.escape(text)}|£{re.escape(text)}|{re.escape(text.replace('.', ','))}\s[€£]")
    )


@BOTH
@ANY
def test_a_gift_once_and_its_own_page(donor: Donor, language: str, *, javascript: bool) -> None:
    hand = donor(language, javascript=javascript)
    _look(hand)
    hand.fill("Other amount", "12,50" if language == "fr" else "12.50")
    hand.unfold("Your name and a word")
    hand.fill("Your name", "Jo Marsh")
    if javascript:
        expect(hand.button("Give %(amount)s")).to_contain_text("12")
    _to_stripe(hand)
    hand.press("Have the card refused")
    hand.sees("The card was refused. Nothing was paid; you can try again.")
    hand.press("Pay %(amount)s")
    _back_on_thanks(hand)
    hand.sees("%(amount)s given. Thank you.")
    _amount(hand, "12.50")
    _look(hand)
    hand.follow("Your gifts")
    _amount(hand, "12.50")
    _look(hand)
    hand.page.locator("[aria-labelledby=given] a").first.click()
    hand.page.wait_for_url("**/gift/gifts/*")
    expect(hand.field("Your name")).to_have_value("Jo Marsh")
    hand.page.locator("[name=visibility][value=nobody]").check()
    _look(hand)
    hand.press("Save")
    expect(hand.page).to_have_url(re.compile(r"/gift(\?.*)?$"))
    expect(hand.page.locator("[aria-labelledby=given]")).to_contain_text(hand.words("Nobody"))
    hand.page.goto(f"{PAGE}?lang={language}")
    hand.press("Give %(amount)s again")
    hand.page.wait_for_url("**/sandbox/stripe/pay/*")


@BOTH
@ANY
def test_a_monthly_gift_is_ended_by_its_donor(donor: Donor, language: str, *, javascript: bool) -> None:
    hand = donor(language, javascript=javascript, query="&amount=15&monthly=1")
    _to_stripe(hand, "Give %(amount)s each month")
    hand.press("Pay %(amount)s")
    _back_on_thanks(hand)
    hand.sees("%(amount)s each month. Thank you.")
    _look(hand)
    hand.follow("Your gifts")
    _look(hand)
    hand.press("Change the card")
    hand.page.wait_for_url("**/sandbox/stripe/portal/*")
    hand.page.goto(f"/gift?lang={language}")
    hand.unfold("End this monthly gift")
    _look(hand)
    hand.press("End it now")
    hand.sees("Your monthly gift has ended. Nothing more is taken.")
    expect(hand.page.locator("[aria-labelledby=monthly] .state")).to_have_text(hand.words("ended"))


@BOTH
@pytest.mark.parametrize("arrives", [True, False], ids=["arrives", "fails"])
def test_money_that_takes_days(donor: Donor, language: str, *, arrives: bool) -> None:
    hand = donor(language, javascript=arrives)  # the one with script, the other without
    till = _to_stripe(hand)
    hand.press("Pay by a slow method")
    thanks = _back_on_thanks(hand)
    hand.sees("%(amount)s on its way. Thank you.")
    hand.page.goto(till)
    hand.press("The money arrives" if arrives else "The payment fails")
    hand.page.goto(thanks)
    hand.sees("%(amount)s given. Thank you." if arrives else "The payment did not go through.")
    _look(hand)
    hand.page.goto(f"/gift?lang={language}")
    expect(hand.page.locator("[aria-labelledby=given] .state")).to_have_text(
        hand.words("arrived" if arrives else "refused")
    )


@BOTH
def test_a_refund_is_seen_by_everyone(donor: Donor, language: str) -> None:
    hand = donor(language, javascript=True, query="&amount=30")
    till = _to_stripe(hand)
    hand.press("Pay %(amount)s")
    thanks = _back_on_thanks(hand)
    impact = "/c/last-bus/impact"

    def given_back() -> str:
        hand.page.goto(f"{impact}?lang={language}")
        row = hand.page.locator(".rows div", has_text=hand.words("Given back")).first
        return row.inner_text() if row.count() else ""

    before = given_back()
    hand.page.goto(till)
    hand.page.locator("button[value=refund]").first.click()
    hand.page.wait_for_load_state()
    hand.page.goto(thanks)  # which asks Stripe, should its news still be on the way
    assert given_back() != before
    hand.page.goto(f"/gift?lang={language}")
    hand.sees("given back")
