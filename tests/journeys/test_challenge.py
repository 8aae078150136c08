"""A challenge with a proof: told, given back with a reason, corrected, accepted, counted, taken back.

In French and in English, with script and without; whoever tells it keeps their days and comes back by a mailed link.
"""

import re
from dataclasses import dataclass

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.journeys.cast import known_pids, mailed_path, password, sign_in
from tests.journeys.conftest import Visit
from tests.journeys.hand import Hand
from tests.journeys.looking import DESK, PHONE, findings, small_boxes, too_wide
from tests.journeys.stage import Instance
from tests.media import samples

MODERATOR = "odile@leslanternes.example"
DAY = "/c/lanternes/days/3"


@dataclass
class Journey:
    """One telling, by somebody with a browser of their own: an act counts once a person."""

    running: Instance
    visit: Visit
    language: str
    javascript: bool

    def __post_init__(self) -> None:
        self.name = f"Ida{self.language}{'s' if self.javascript else 'n'}"
        self.email = f"{self.name}@exemple.example".lower()
        self.asked = f"?lang={self.language}"

    def hand(self, path: str, size: tuple[int, int] = PHONE) -> Hand:
        page = self.visit(
            self.running,
            path,
            language=self.language,
            javascript=self.javascript,
            size=size,
            user_agent=f"Mozilla/5.0 ({self.name})",
        )
        return Hand(page, self.language, javascript=self.javascript)

    def look(self, page: Page) -> None:
        if self.javascript:
            assert findings(page) + small_boxes(page, 24) + too_wide(page) == []

    def counted(self, page: Page) -> int:
        """The acts accepted so far, as the page of the day says it."""
        page.goto(DAY + self.asked)
        said = page.locator("#challenge p", has=page.locator("a[href*='how-we-count']")).inner_text()
        found = re.search(r"\d[\d\s,]*", said.split("·")[-1])
        assert found, said
        return int(re.sub(r"\D", "", found[0]))


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("javascript", [True, False], ids=["script", "no-script"])
def test_from_a_proof_to_the_count(demo: Instance, visit: Visit, language: str, *, javascript: bool) -> None:
    journey = Journey(demo, visit, language, javascript)
    hand = journey.hand(DAY + journey.asked)
    before = journey.counted(hand.page)
    tell(journey, hand)
    keep_the_days(journey, hand)
    moderator = journey.hand("/", DESK)
    sign_in(moderator.page, MODERATOR, password(demo))
    give_back(journey, moderator)
    away = correct(journey)
    assert journey.counted(hand.page) == before, "nothing counts before somebody accepted it"
    expect(hand.page.locator("#challenge")).not_to_contain_text(journey.name)
    accept(journey, moderator)
    assert journey.counted(hand.page) == before + 1
    expect(hand.page.locator("#challenge")).to_contain_text(journey.name)
    journey.look(hand.page)
    take_back(journey, away)
    assert journey.counted(hand.page) == before
    expect(hand.page.locator("#challenge")).not_to_contain_text(journey.name)


def tell(journey: Journey, hand: Hand) -> None:
    """With a photo, a word and a name: somebody reads it first."""
    form = hand.page.locator("#challenge form[action*='/challenge']")
    hand.unfold("Add a photo, a word or a place")
    shot = {"name": "page.png", "mimeType": "image/png", "buffer": samples.picture(size=(90, 160))}
    form.locator("[name=photo]").set_input_files(shot)
    form.locator("[name=text]").fill(f"{journey.name} : deux pages.")
    form.locator("[name=pseudonym]").fill(journey.name)
    form.locator("[name=place]").fill("Roubaix")
    hand.press("I did it", form)
    hand.sees("Noted. Thank you.")
    hand.sees("Someone of the team reads it first. It counts once it is accepted.")
    journey.look(hand.page)


def keep_the_days(journey: Journey, hand: Hand) -> None:
    form = hand.form("/keep")
    form.locator("[name=agree]").check()
    form.locator("[name=email]").fill(journey.email)
    hand.press("Keep my days", form)
    hand.page.wait_for_url("**/mine*")


def _open(journey: Journey, hand: Hand) -> Locator:
    """The act in the inbox, with its photo."""
    page = hand.page
    page.goto(f"/studio/inbox{journey.asked}&kind=act&campaign={known_pids(journey.running)['live']}")
    with page.expect_event("load"):
        page.locator("[data-line]", has_text=journey.name).locator("[data-open]").click()
    item = page.locator("article", has_text=journey.name)
    expect(item.locator("img").first).to_be_visible()
    return item


def give_back(journey: Journey, hand: Hand) -> None:
    """With a reason that its author reads."""
    _open(journey, hand)
    journey.look(hand.page)
    form = hand.page.locator("form[data-key-form=r]")
    form.locator("xpath=ancestor::details").locator("summary").click()
    form.locator("select").select_option("proof")
    form.locator("textarea").fill("Combien de pages ?")
    with hand.page.expect_event("load"):
        form.locator("button").click()


def correct(journey: Journey) -> Hand:
    """By the mailed link, on another device."""
    away = journey.hand("/")
    away.page.goto(mailed_path(away.page, journey.email, "/mine/"))
    away.page.wait_for_url("**/mine")
    away.page.goto(f"/mine{journey.asked}")
    away.sees("Returned to you")
    journey.look(away.page)
    with away.page.expect_event("load"):
        away.page.locator("#days ~ section a[href*='/mine/challenges/acts/']").first.click()
    expect(away.page.locator("main")).to_contain_text("Combien de pages ?")
    away.page.locator("[name=text]").fill(f"{journey.name} : trois pages.")
    journey.look(away.page)
    away.press("Send again")
    away.page.wait_for_url("**/mine*")
    away.page.goto(f"/mine{journey.asked}")
    away.sees("Being read")
    return away


def accept(journey: Journey, hand: Hand) -> None:
    expect(_open(journey, hand)).to_contain_text("trois pages")
    with hand.page.expect_event("load"):
        hand.page.locator("button[value=accept]").click()
    expect(hand.page.locator(".errors")).to_have_count(0)


def take_back(journey: Journey, hand: Hand) -> None:
    hand.page.goto(f"/mine{journey.asked}")
    hand.sees("Done")
    with hand.page.expect_event("load"):
        hand.page.locator("#days ~ section a[href*='/mine/challenges/acts/']").first.click()
    hand.press("Take it back")
    hand.page.wait_for_url("**/mine*")
