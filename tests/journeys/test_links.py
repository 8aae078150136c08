"""From a link to a gift: made by an organiser, opened on a phone, told in its row; and the wall of a room."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.cast import Demo
from tests.journeys.conftest import Browsers, Visit
from tests.journeys.hand import Hand
from tests.journeys.looking import findings, too_wide
from tests.journeys.pages import Who

PHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/22F76"
    " Instagram 380.0.0.28.75 (iPhone14,5; iOS 18_5; fr_FR; fr; scale=3.00; 1170x2532; 743234567)"
)


def _row(page: Page, name: str, label: str) -> str:
    return page.locator("tr", has_text=name).locator(f"[data-label='{label}']").inner_text()


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("javascript", [True, False], ids=["script", "no-script"])
def test_from_a_link_to_a_gift(
    lived_in: Demo, visit: Visit, browsers: Browsers, language: str, *, javascript: bool
) -> None:
    name = f"Fenêtre {language} {javascript}"
    studio = browsers(Who.COLLEAGUE_ABROAD, language).new_page()
    studio.goto(lived_in.path(f"/studio/campaigns/{{drive}}/links?lang={language}"))
    organiser = Hand(studio, language, javascript=True)
    organiser.unfold("New link")
    organiser.fill("What you call it", name)
    organiser.choose("Where it leads", "donate")
    organiser.press("Make the link")
    address = studio.locator("input[readonly]").input_value()
    assert re.search(r"/r/[2-9a-z]{6}$", address)
    assert findings(studio) == []

    phone = visit(
        lived_in.running,
        f"{address}?lang={language}",
        language=language,
        javascript=javascript,
        user_agent=PHONE,
    )
    assert "/c/last-bus/donate?" in phone.url
    follower = Hand(phone, language, javascript=javascript)
    follower.fill("Other amount", "7")
    follower.press("Give %(amount)s" if javascript else "Give")
    phone.wait_for_url("**/sandbox/stripe/pay/*")
    follower.press("Pay %(amount)s")
    phone.wait_for_url("**/thanks?*")
    follower.sees("%(amount)s given. Thank you.")

    def shown() -> tuple[str, str]:
        studio.goto(lived_in.path(f"/studio/campaigns/{{drive}}/links?lang={language}"))
        people, gifts = organiser.words("People"), organiser.words("Gifts")
        return _row(studio, name, people), _row(studio, name, gifts)[:1]

    for _ in range(20):  # a look is written within a second, a payment within a few
        if shown() == ("1", "1"):
            break
        studio.wait_for_timeout(500)
    assert shown() == ("1", "1")
    assert too_wide(studio) == []
    studio.close()


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_wall_moves_by_itself_and_stops_with_everything(
    lived_in: Demo, visit: Visit, browsers: Browsers, language: str
) -> None:
    page = visit(lived_in.running, f"/c/last-bus/wall?lang={language}", language=language, size=(1280, 720))
    figure = page.locator(".wall-sum")
    before = figure.inner_text()
    assert findings(page) == []
    studio = browsers(Who.COLLEAGUE_ABROAD, "en").new_page()
    studio.goto(lived_in.path("/studio/campaigns/{drive}/offline"))
    studio.locator("[name=amount]").fill("13,50")
    studio.get_by_role("button", name="Enter the gift").click()
    expect(figure).not_to_have_text(before)
    card = studio.locator("article").first
    card.locator("summary").click()
    card.locator("[name=reason]").fill("Only to see the figure move")
    card.get_by_role("button", name="Cancel by an opposite entry").click()
    expect(figure).to_have_text(before)
    studio.close()
    small = page.evaluate(
        "() => [...document.querySelectorAll('main p, main h2, main figcaption, main blockquote')]"
        ".map(one => parseFloat(getComputedStyle(one).fontSize)).filter(size => size < innerWidth * 0.0209)"
    )
    assert small == []  # read from ten metres
