"""What befalls a gift, from the payment page of the sandbox to the studio and the public proof."""

import re
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from tests.journeys.cast import Demo
from tests.journeys.conftest import Browsers, Visit
from tests.journeys.hand import Hand
from tests.journeys.looking import findings, small_boxes, too_wide
from tests.journeys.pages import Who

BOTH = pytest.mark.parametrize("language", ["fr", "en"])
ANY = pytest.mark.parametrize("javascript", [True, False], ids=["script", "no-script"])


def _give(
    lived_in: Demo, visit: Visit, language: str, amount: str, *, javascript: bool = True
) -> tuple[Hand, str]:
    """A donor on a phone pays and rests on the thanks page; and the path of the payment page."""
    page = visit(
        lived_in.running, f"/c/last-bus/donate?lang={language}", language=language, javascript=javascript
    )
    hand = Hand(page, language, javascript=javascript)
    hand.fill("Other amount", amount)
    hand.press("Give %(amount)s" if javascript else "Give")
    page.wait_for_url("**/sandbox/stripe/pay/*")
    till = urlsplit(page.url).path
    hand.press("Pay %(amount)s")
    page.wait_for_url("**/thanks?*")
    return hand, till


def _treasurer(lived_in: Demo, browsers: Browsers, language: str) -> Hand:
    page = browsers(Who.COLLEAGUE_ABROAD, language).new_page()
    page.goto(lived_in.path("/studio/campaigns/{drive}/gifts"))
    return Hand(page, language, javascript=True)


def _given_back(hand: Hand, language: str) -> int:
    """What the public proof says was given back, in pence; 0 where it says nothing."""
    hand.page.goto(f"/c/last-bus/impact?lang={language}")
    row = hand.page.locator("main dl > div, main li, main tr").filter(has_text=hand.words("Given back"))
    text = row.first.inner_text() if row.count() else ""
    found = re.search(r"\d[\d.,\s]*[.,]\d\d", text)
    return int(re.sub(r"\D", "", found[0])) if found else 0


@BOTH
@ANY
def test_a_gift_given_back_is_seen_in_the_proof(
    lived_in: Demo, visit: Visit, browsers: Browsers, language: str, *, javascript: bool
) -> None:
    donor, _ = _give(lived_in, visit, language, "37,41", javascript=javascript)
    ledger = donor.page.request.get("/c/last-bus/ledger.csv").text
    before = ledger().count(",refund,-37.41,")
    shown = _given_back(donor, language)
    desk = _treasurer(lived_in, browsers, language)
    desk.page.locator("ul.gifts a", has_text=re.compile(r"37[.,]41")).first.click()
    desk.page.wait_for_load_state()
    assert findings(desk.page) == []
    assert too_wide(desk.page) == []
    desk.choose("Why", "donor")
    desk.press("Give it back")
    desk.sees("given back")
    desk.sees("It is given back already.")
    assert findings(desk.page) == []
    assert _given_back(donor, language) == shown + 3741
    assert ledger().count(",refund,-37.41,") == before + 1
    desk.page.goto("/sandbox/mail")
    expect(desk.page.locator("ul.mailbox")).to_contain_text(re.compile(r"37[.,]41"))
    desk.page.close()


@BOTH
def test_a_warning_then_a_dispute_to_its_outcome(
    lived_in: Demo, visit: Visit, browsers: Browsers, language: str
) -> None:
    donor, till = _give(lived_in, visit, language, "21,13")
    donor.page.goto(till)
    donor.press("The card’s bank warns of fraud")
    desk = _treasurer(lived_in, browsers, language)
    desk.page.goto("/studio/disputes")
    desk.page.locator("section[aria-labelledby=warned] a", has_text=re.compile(r"21[.,]13")).first.click()
    desk.page.wait_for_load_state()
    desk.sees("The card’s bank suspects fraud")
    assert findings(desk.page) == []
    desk.press("Keep it: we know the donor")
    expect(desk.page.get_by_text(desk.words("The card’s bank suspects fraud"))).to_have_count(0)
    donor.page.goto(till)
    donor.press("The bank disputes it")
    desk.page.goto("/studio/disputes")
    desk.page.locator("section[aria-labelledby=list] a", has_text=re.compile(r"21[.,]13")).first.click()
    desk.page.wait_for_load_state()
    assert findings(desk.page) == []
    assert too_wide(desk.page) == []
    expect(desk.field("The donor’s e-mail address")).to_have_value("donor@example.org")
    desk.fill("The donor’s name", "Jo Marsh")
    desk.press("Keep the draft")
    expect(desk.field("The donor’s name")).to_have_value("Jo Marsh")
    desk.field("I have read it. It is final: the bank takes one answer.").check()
    desk.press("Submit for good")
    desk.sees("The bank is reading.")
    donor.page.goto(till)
    donor.press("The bank decides for you")
    desk.page.reload()
    desk.sees("Won.")
    assert findings(desk.page) == []
    desk.page.close()


@BOTH
def test_under_watch_a_browser_does_its_sum_or_is_asked_to_wait(
    lived_in: Demo, visit: Visit, browsers: Browsers, language: str
) -> None:
    desk = _treasurer(lived_in, browsers, language)
    desk.page.goto("/studio/defence")
    desk.press("Watch for ten minutes")
    desk.sees("The pages are under watch.")
    assert findings(desk.page) == []
    desk.press("Play it through")
    desk.sees("Donors who give")
    _give(lived_in, visit, language, "12,12")  # its browser does the sum while the person types
    page = visit(lived_in.running, f"/c/last-bus/donate?lang={language}", language=language, javascript=False)
    slow = Hand(page, language, javascript=False)
    slow.fill("Other amount", "12,13")
    slow.press("Give")
    expect(page.locator(".errors")).to_contain_text("15")
    expect(slow.field("Other amount")).to_have_value("12,13")
    assert small_boxes(page, 24) == []
    desk.page.goto("/studio/defence")
    desk.press("End it now")
    desk.sees("All is calm.")
    desk.page.close()
