"""The proof from the reminder to the report: drafted, published, read, corrected, checked by anyone.

Told in French and in English, with script and without.
"""

import io
import re
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect
from pypdf import PdfReader

from app.transparency import files
from tests.journeys.cast import CASTS, known_pids, password, sign_in
from tests.journeys.conftest import Visit
from tests.journeys.hand import Hand
from tests.journeys.looking import DESK, PHONE, findings
from tests.journeys.stage import Instance


@dataclass(frozen=True)
class Telling:
    """What is told, wrongly at first, by whom, of which campaign of the demo."""

    campaign: str
    slug: str
    title: str
    body: str
    wrong: str
    right: str
    why: str


TELLINGS = {
    ("fr", True): Telling(
        "closed",
        "douze-chaises",
        "La session de janvier a ouvert",
        "Quinze personnes sont venues le premier soir.",
        "Quinze",
        "Seize",
        "Une personne arrivée après l’appel manquait.",
    ),
    ("fr", False): Telling(
        "closed",
        "douze-chaises",
        "La garde des enfants continue",
        "Neuf soirs sur dix ont été gardés.",
        "Neuf",
        "Dix",
        "La feuille du dernier soir était restée dans la salle.",
    ),
    ("en", True): Telling(
        "drive",
        "last-bus",
        "The bell that was missing",
        "One bike more left the shed this noon.",
        "One bike",
        "Two bikes",
        "The second one left while this was written.",
    ),
    ("en", False): Telling(
        "drive",
        "last-bus",
        "A brake, at last",
        "The last frame was fitted before supper.",
        "before supper",
        "after supper",
        "Alun looked at the wrong clock.",
    ),
}


@dataclass
class Journey:
    """One telling: the demo, how its people read, and where they do."""

    running: Instance
    open: Callable[..., Page]
    language: str
    javascript: bool

    def __post_init__(self) -> None:
        self.cast = CASTS[self.language]
        self.told = TELLINGS[self.language, self.javascript]
        self.base = f"/studio/campaigns/{known_pids(self.running)[self.told.campaign]}/impact"
        self.public = f"/c/{self.told.slug}"

    def hand(self, path: str, size: tuple[int, int]) -> Hand:
        page = self.open(self.running, path, language=self.language, javascript=self.javascript, size=size)
        return Hand(page, self.language, javascript=self.javascript)

    def look(self, hand: Hand) -> None:
        if self.javascript:
            assert findings(hand.page) == []


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("javascript", [True, False], ids=["script", "no-script"])
def test_from_the_ledger_to_a_checked_report(
    demo: Instance, visit: Visit, language: str, *, javascript: bool
) -> None:
    journey = Journey(demo, visit, language, javascript)
    organiser = journey.hand("/studio/sign-in", DESK)
    sign_in(organiser.page, journey.cast.organiser, password(demo))
    here = draft_and_publish(journey, organiser)
    anyone = journey.hand(f"{journey.public}/impact", PHONE)
    expect(anyone.page.get_by_role("heading", name=journey.told.title).first).to_be_visible()
    journey.look(anyone)
    correct(journey, organiser, here)
    the_public_reads_both(journey, anyone)
    the_log_holds(journey, anyone)
    the_report_says_it(journey, anyone)


def draft_and_publish(journey: Journey, hand: Hand) -> str:
    """A draft from the ledger, rewritten and published; returns its path in the studio."""
    hand.page.goto(journey.base)
    hand.press("Draft an update from the ledger")
    here = urlsplit(hand.page.url).path
    assert "[" in hand.field("What happened").input_value()  # it says what only a person knows
    journey.look(hand)
    hand.fill("Title", journey.told.title)
    hand.fill("What happened", journey.told.body)
    hand.press("Publish")
    hand.sees("Published.")
    return here


def correct(journey: Journey, hand: Hand, here: str) -> None:
    """Something was wrong: said in the open, with why."""
    hand.page.goto(here)
    hand.unfold("Correct this update")
    form = hand.form("/correct")
    hand.fill("What happened", journey.told.body.replace(journey.told.wrong, journey.told.right), form)
    hand.fill("Why", journey.told.why, form)
    hand.press("Correct it in public", form)
    journey.look(hand)


def the_public_reads_both(journey: Journey, hand: Hand) -> None:
    """What it says now, what it said before, and why."""
    hand.page.goto(f"{journey.public}/impact")
    article = hand.page.locator("article.update").filter(has_text=journey.told.title)
    expect(article.get_by_text(journey.told.why)).to_be_visible()
    hand.unfold("What it said before", article)
    expect(article.locator("details").get_by_text(journey.told.body)).to_be_visible()
    expect(article.get_by_text(journey.told.right).first).to_be_visible()
    journey.look(hand)


def the_log_holds(journey: Journey, hand: Hand) -> None:
    """The page checks itself; the file is checked here, and has both the update and its correction."""
    hand.follow("The log nobody can rewrite")
    expect(hand.page.get_by_role("heading", level=1)).to_have_text(hand.words("Nothing was changed."))
    journey.look(hand)

    def sealed() -> bytes:
        raw: bytes = hand.page.request.get(f"{journey.public}/log.json").body()
        assert files.verify_file(raw.splitlines(keepends=True)).broken is None
        return raw

    for _ in range(40):
        if journey.told.why in sealed().decode():
            break
        hand.page.wait_for_timeout(500)  # it is sealed within seconds
    text = sealed().decode()
    assert journey.told.body in text
    assert journey.told.why in text


def the_report_says_it(journey: Journey, hand: Hand) -> None:
    """The whole account on paper, tagged, in the reader's language."""
    hand.page.goto(f"{journey.public}/impact")
    href = hand.page.get_by_role("link", name=hand.words("The whole account (PDF)")).get_attribute("href")
    answer = hand.page.request.get(f"{href}?lang={journey.language}")
    document = PdfReader(io.BytesIO(answer.body()))
    text = re.sub(r"\s+", " ", " ".join(page.extract_text() for page in document.pages))
    assert journey.told.title in text
    assert journey.told.why in text
    assert len(document.pages) >= 2
