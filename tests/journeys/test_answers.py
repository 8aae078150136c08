"""An hour of answers: asked, read, voted for, put on air, answered with a source, archived, kept as a card.

Told in French and in English, with script and without, while somebody watches in the other language and the other
way: by the stream where script runs, by loading the page again where it does not.
"""

import re
import struct
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.journeys.cast import CASTS, known_pids, password, sign_in
from tests.journeys.conftest import Visit
from tests.journeys.hand import Hand
from tests.journeys.looking import DESK, PHONE, findings
from tests.journeys.stage import Instance

SOURCE = ("The book of who came", "https://www.insee.fr/fr/statistiques/8061348")
QUESTIONS = {
    ("fr", True): "Puis-je amener ma voisine bulgare au prochain mardi ?",
    ("fr", False): "Les cours continuent-ils pendant les grandes vacances ?",
    ("en", True): "Do beginners get a timetable they can keep?",
    ("en", False): "May I bring my Bulgarian neighbour along on Thursday?",
}
SOON = 20_000  # milliseconds within which a change comes by the stream, on a busy machine
ANSWER = "Oui / yes: la porte reste ouverte, the kettle is on."


@dataclass
class Journey:
    """One telling: who asks and leads in one way, who watches in the other."""

    running: Instance
    open: Callable[..., Page]
    language: str
    javascript: bool
    live: str = ""  # path of the session's public page
    desk: str = ""  # path of its desk in the studio

    def __post_init__(self) -> None:
        self.cast = CASTS[self.language]
        self.base = f"/studio/campaigns/{known_pids(self.running)[self.cast.campaign]}"
        self.room = f"/c/{self.cast.slug}/voices"
        self.question = QUESTIONS[self.language, self.javascript]

    def organiser(self) -> Hand:
        page = self.open(
            self.running, "/studio/sign-in", language=self.language, javascript=self.javascript, size=DESK
        )
        sign_in(page, self.cast.organiser, password(self.running))
        return Hand(page, self.language, javascript=self.javascript)

    def follower(self) -> Hand:
        page = self.open(
            self.running, self.live, language=self.language, javascript=self.javascript, size=PHONE
        )
        return Hand(page, self.language, javascript=self.javascript)

    def watcher(self) -> Hand:
        """Somebody else: another browser, the other language, the other way."""
        language, javascript = "en" if self.language == "fr" else "fr", not self.javascript
        page = self.open(
            self.running,
            self.live,
            language=language,
            javascript=javascript,
            size=PHONE,
            user_agent="Mozilla/5.0 (someone else)",
        )
        page.goto(f"{self.live}?lang={language}")
        return Hand(page, language, javascript=javascript)

    def look(self, hand: Hand) -> None:
        if hand.javascript:
            assert findings(hand.page) == []


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("javascript", [True, False], ids=["script", "no-script"])
def test_an_hour_of_answers(demo: Instance, visit: Visit, language: str, *, javascript: bool) -> None:
    journey = Journey(demo, visit, language, javascript)
    organiser = journey.organiser()
    announce(journey, organiser)
    follower = journey.follower()
    ask(journey, follower)
    read_it(journey, organiser)
    watcher = journey.watcher()
    vote(journey, watcher)
    open_the_session(journey, organiser, watcher)
    put_on_air(journey, organiser, watcher)
    answer(journey, organiser, watcher)
    close(journey, organiser, watcher)
    find_it_in_the_archive(journey, watcher)
    keep_the_card(journey, organiser)
    take_it_back(journey, follower)


def comes(hand: Hand, awaited: Locator, words: str) -> None:
    """The live page shows it: by itself where script runs, once it is loaded again elsewhere."""
    if not hand.javascript:
        hand.page.reload()
    expect(awaited).to_contain_text(words, timeout=SOON)


def announce(journey: Journey, hand: Hand) -> None:
    """Planned for this very minute, so that it can be opened whatever the hour of the test."""
    now = datetime.now(UTC).astimezone(journey.cast.zone)
    hand.page.goto(f"{journey.base}/sessions/new")
    hand.fill("Title", "Une heure / one hour")
    hand.fill("Day", now.date().isoformat())
    hand.fill("Hour", f"{now:%H:%M}")
    hand.press("Announce it")
    hand.page.wait_for_url(re.compile(r"/sessions/(?!new)\w+"))
    journey.desk = urlsplit(hand.page.url).path
    journey.live = f"{journey.room}/live/{journey.desk.rsplit('/', 1)[1]}"


def ask(journey: Journey, hand: Hand) -> None:
    """Typed on the live page; nobody else sees it before it was read."""
    hand.fill("Your question", journey.question)
    hand.fill("Your name", "Lise")
    hand.press("Send the question")
    expect(hand.page.locator("#yours")).to_contain_text(journey.question)
    expect(hand.page.locator("#state")).not_to_contain_text(journey.question)
    journey.look(hand)


def read_it(journey: Journey, hand: Hand) -> None:
    """The desk says that something is to be read; in the inbox it is accepted."""
    hand.page.goto(journey.desk)
    with hand.page.expect_event("load"):
        hand.page.locator("main a[href*='/studio/inbox?']").click()
    with hand.page.expect_event("load"):
        hand.page.locator(".inbox a[data-open]", has_text=journey.question).click()
    hand.press("Accept")


def vote(journey: Journey, hand: Hand) -> None:
    """Counted once, and told so."""
    asked = hand.page.locator(".asked", has_text=journey.question)
    button = asked.locator("form.vote button")
    expect(button).to_have_attribute("aria-pressed", "false")
    if hand.javascript:
        button.click()
    else:
        with hand.page.expect_event("load"):
            button.click()
    expect(button).to_have_attribute("aria-pressed", "true")
    expect(button.locator(".num")).to_have_text("2")
    journey.look(hand)


def open_the_session(journey: Journey, hand: Hand, watcher: Hand) -> None:
    hand.page.goto(journey.desk)
    hand.press("Go live")
    comes(watcher, watcher.page.locator("#state"), watcher.words("Being answered now"))


def put_on_air(journey: Journey, hand: Hand, watcher: Hand) -> None:
    line = hand.page.locator("#queue li", has_text=journey.question)
    with hand.page.expect_event("load"):
        line.get_by_role("button", name=hand.words("On air")).click()
    expect(hand.page.locator("section[aria-labelledby=air] h2")).to_have_text(journey.question)
    comes(watcher, watcher.page.locator(".on-air"), journey.question)
    journey.look(watcher)


def answer(journey: Journey, hand: Hand, watcher: Hand) -> None:
    """In writing, with where it comes from."""
    form = hand.form("/answer")
    hand.fill("Answer", ANSWER, form)
    hand.fill("Who answers", "Samira", form)
    hand.fill("Source", SOURCE[0], form)
    hand.fill("Web address of the source", SOURCE[1], form)
    journey.look(hand)
    hand.press("It is answered", form)
    expect(hand.page.locator("section[aria-labelledby=done]")).to_contain_text(journey.question)
    comes(watcher, watcher.page.locator("#state"), ANSWER)
    replied = watcher.page.locator(".qa", has_text=journey.question)
    expect(replied.locator(f".sources a[href='{SOURCE[1]}']")).to_have_text(SOURCE[0])
    journey.look(watcher)


def close(journey: Journey, hand: Hand, watcher: Hand) -> None:
    hand.press("End the session")
    comes(
        watcher,
        watcher.page.locator("#state"),
        watcher.words("The session is over. What was answered stays here."),
    )
    expect(watcher.page.locator(".qa", has_text=journey.question)).to_be_visible()


def find_it_in_the_archive(journey: Journey, hand: Hand) -> None:
    """Among the answers, and behind the session among those that are over."""
    hand.page.goto(f"{journey.room}/questions?show=answered&lang={hand.language}")
    expect(hand.page.locator(".qa", has_text=journey.question)).to_contain_text(ANSWER)
    with hand.page.expect_event("load"):
        hand.page.locator(f"section[aria-labelledby=past-title] a[href*='{journey.live}']").click()
    expect(hand.page.locator(".qa", has_text=journey.question)).to_contain_text(ANSWER)
    journey.look(hand)


def keep_the_card(journey: Journey, hand: Hand) -> None:
    """From the desk: a picture in the measures of a story."""
    hand.page.goto(journey.desk)
    line = hand.page.locator("section[aria-labelledby=done] li", has_text=journey.question)
    address = line.locator("a[href*='/card.png']").get_attribute("href") or ""
    picture = hand.page.request.get(address)
    assert picture.headers["content-type"] == "image/png"
    assert struct.unpack(">II", picture.body()[16:24]) == (1080, 1920)


def take_it_back(journey: Journey, hand: Hand) -> None:
    """Its author has the last word: question and answer leave the archive."""
    hand.page.goto("/mine")
    own = hand.page.locator("article", has_text=journey.question)
    hand.press("Take it back", own)
    expect(hand.page.locator("article", has_text=journey.question)).to_have_count(0)
    hand.page.goto(journey.live)
    expect(hand.page.locator("#state")).not_to_contain_text(journey.question)
