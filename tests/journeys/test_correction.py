"""A fact from its claim to its correction: nobody approves it unchecked, and who read it wrong reads what is right.

Told in French and in English, with script and without; the public reads each correction in the other way too.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.cast import CASTS, brief_link, known_pids, password, sign_in
from tests.journeys.conftest import Visit
from tests.journeys.hand import Hand
from tests.journeys.looking import DESK, PHONE, findings
from tests.journeys.stage import Instance

SOURCE = "https://www.insee.fr/fr/statistiques/8061348"


@dataclass(frozen=True)
class Fact:
    """What is told, wrongly, and what is right; another in each telling, since all of them stay on record."""

    wrong: str
    right: str
    why: str


FACTS = {
    ("fr", True): Fact(
        "La porte a été ouverte 41 mardis en 2025.",
        "La porte a été ouverte 39 mardis en 2025.",
        "Nous avions relu l’ancien registre.",
    ),
    ("fr", False): Fact(
        "Le bus du soir a transporté 58 élèves en 2025.",
        "Le bus du soir a transporté 85 élèves en 2025.",
        "Deux chiffres ont été échangés.",
    ),
    ("en", True): Fact(
        "The hall kept its lamps on for 120 nights in 2025.",
        "The hall kept its lamps on for 102 nights in 2025.",
        "Somebody counted the summer twice.",
    ),
    ("en", False): Fact(
        "The workshop lent 63 helmets in 2025.",
        "The workshop lent 36 helmets in 2025.",
        "We read the figure back to front.",
    ),
}


@dataclass
class Journey:
    """One telling: the demo, how its people read, and the pages of the campaign in the studio."""

    running: Instance
    open: Callable[..., Page]
    language: str
    javascript: bool

    def __post_init__(self) -> None:
        self.cast = CASTS[self.language]
        self.base = f"/studio/campaigns/{known_pids(self.running)[self.cast.campaign]}"
        self.public = f"/c/{self.cast.slug}"
        self.day = f"{self.public}/days/{self.cast.today}"
        self.fact = FACTS[self.language, self.javascript]
        self.hour = "23:57" if self.javascript else "23:54"

    def member(self, email: str) -> Hand:
        page = self._page("/studio/sign-in", DESK)
        sign_in(page, email, password(self.running))
        return Hand(page, self.language, javascript=self.javascript)

    def phone(self, path: str) -> Hand:
        return Hand(self._page(path, PHONE), self.language, javascript=self.javascript)

    def _page(self, path: str, size: tuple[int, int]) -> Page:
        return self.open(self.running, path, language=self.language, javascript=self.javascript, size=size)

    def look(self, hand: Hand) -> None:
        if self.javascript:
            assert findings(hand.page) == []


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("javascript", [True, False], ids=["script", "no-script"])
def test_from_a_claim_to_its_correction(
    demo: Instance, visit: Visit, language: str, *, javascript: bool
) -> None:
    journey = Journey(demo, visit, language, javascript)
    organiser = journey.member(journey.cast.organiser)
    story = tell_something(journey, organiser)
    claim = claim_it(journey, organiser)
    post = plan(journey, organiser, story)
    colleague = journey.member(journey.cast.colleague)
    carrier = journey.phone(phone_link(journey, organiser))
    if language == "fr":  # its campaign asks for the team's word, then the influencer's
        nobody_approves_it_unchecked(journey, colleague, post)
        check(journey, colleague, claim)
        approve(journey, colleague, post)
        agree(carrier, post)
    else:  # nobody is asked there: the brief itself says to wait
        not_yet(carrier, post)
        check(journey, colleague, claim)
    post_it(journey, carrier, post)
    correct(journey, organiser, claim)
    for other in (language, "en" if language == "fr" else "fr"):
        the_public_reads_it(journey, other, javascript=javascript if other == language else not javascript)
    the_brief_has_the_words(journey, carrier)
    make_the_story_that_corrects(journey, organiser, claim)


def tell_something(journey: Journey, hand: Hand) -> str:
    """A story of today that says a figure; the editor asks for its source. Returns the path of the story."""
    hand.page.goto(f"{journey.base}/week")
    with hand.page.expect_event("load"):
        hand.page.locator(f"#day-{journey.cast.today} form[action$='/frames'] button").click()
    words = hand.page.locator("#words")
    hand.tick("Words", words)
    hand.fill("Title", journey.fact.wrong, words)
    words.locator("[name=caption]").fill(f"{journey.fact.wrong} Venez voir.")
    hand.press("Save", words)
    expect(hand.page.get_by_role("link", name=journey.fact.wrong)).to_be_visible()
    journey.look(hand)
    return urlsplit(hand.page.url).path


def claim_it(journey: Journey, hand: Hand) -> str:
    """From the sentence to its claim with its source. Returns the path of the claim."""
    with hand.page.expect_event("load"):
        hand.page.get_by_role("link", name=journey.fact.wrong).click()
    hand.press("Keep, then add its source")
    path = urlsplit(hand.page.url).path
    form = hand.form("/sources")
    hand.fill("Title", "The book", form)
    hand.fill("Web address", SOURCE, form)
    hand.press("Add the source", form)
    expect(hand.page.locator(f"main h3 a[href='{SOURCE}']")).to_be_visible()
    hand.sees("You wrote this claim or its sources: someone else of the team checks it.")
    expect(hand.form("/check")).to_have_count(0)
    return path


def plan(journey: Journey, hand: Hand, story: str) -> str:
    """For the influencer, in the last minutes of today; sent for approval where one is asked. Returns its public id."""
    hand.page.goto(story)
    form = hand.page.locator("form.post-form").last
    hand.fill("Hour", journey.hour, form)
    hand.field("Carried by", form).select_option(label=journey.cast.carrier)
    hand.press("Plan a post", form)
    link = hand.page.locator("article.post a[href*='/posts/']").first
    expect(link).to_be_visible()
    post = urlsplit(link.get_attribute("href") or "").path.rsplit("/", 1)[1]
    if journey.language == "fr":
        hand.page.goto(f"{journey.base}/posts/{post}/review")
        hand.press("Send for approval", hand.page.locator("#review"))
    return post


def phone_link(journey: Journey, hand: Hand) -> str:
    """The influencer's personal link: the one the demo printed, or a new one that the organiser hands over."""
    if journey.language == "fr":
        return urlsplit(brief_link(journey.running)).path
    hand.page.goto(f"{journey.base}/influencers")
    hand.page.locator("main a", has_text=journey.cast.carrier).first.click()
    hand.press("Make a new link")
    return urlsplit(hand.page.locator("#personal-link").input_value()).path


def nobody_approves_it_unchecked(journey: Journey, hand: Hand, post: str) -> None:
    hand.page.goto(f"{journey.base}/posts/{post}/review")
    review = hand.page.locator("#review")
    hand.sees("A fact in it is not checked.", review)
    expect(hand.button("Approve", review)).to_have_count(0)


def check(journey: Journey, hand: Hand, claim: str) -> None:
    """The colleague reads the source and gives a verdict under a name."""
    hand.page.goto(claim)
    form = hand.form("/check")
    hand.choose("What it is worth", "true", form)
    hand.fill("What you say of it", "Read in the book.", form)
    hand.press("Give this verdict", form)
    expect(hand.page.locator(".room-head .state")).to_have_text(hand.words("checked"))
    journey.look(hand)


def approve(journey: Journey, hand: Hand, post: str) -> None:
    hand.page.goto(f"{journey.base}/posts/{post}/review")
    hand.press("Approve", hand.page.locator("#review"))
    hand.sees("Approved by the team. Waits for the word of %(name)s.")


def agree(hand: Hand, post: str) -> None:
    hand.page.wait_for_url("**/brief*")
    hand.page.goto("/brief/agree")
    hand.press("I agree", hand.page.locator(f"#post-{post}"))


def not_yet(hand: Hand, post: str) -> None:
    item = hand.page.locator(f"#post-{post}")
    hand.sees("Do not post this one yet: a fact in it is being checked", item)
    expect(item.locator("form")).to_have_count(0)


def post_it(journey: Journey, hand: Hand, post: str) -> None:
    """On the phone: posted, and where."""
    hand.page.goto("/brief")
    item = hand.page.locator(f"#post-{post}")
    expect(item.locator(".caption").first).to_contain_text(journey.fact.wrong)
    hand.unfold("Posted, with a proof", item)
    form = item.locator("form", has=hand.page.locator("[name=proof_url]"))
    hand.fill("Address of the post", "https://instagram.example/stories/7", form)
    hand.press("Posted", form)
    expect(hand.page.locator(f"#post-{post}.is-posted")).to_be_visible()


def correct(journey: Journey, hand: Hand, claim: str) -> None:
    """In public and for good: what is right, why it was wrong, and where it can be looked up."""
    hand.page.goto(claim)
    hand.unfold("Correct it in public")
    form = hand.form("/correct")
    hand.fill("What is right", journey.fact.right, form)
    hand.fill("What went wrong", journey.fact.why, form)
    hand.fill("Its source", "The book, read again", form)
    hand.fill("Web address of the source", SOURCE, form)
    hand.press("Publish the correction", form)
    expect(hand.page.locator("section[aria-labelledby=corrections] article")).to_contain_text(
        journey.fact.right
    )
    expect(hand.page.locator(".room-head .state")).to_have_text(hand.words("not checked yet"))
    journey.look(hand)


def the_public_reads_it(journey: Journey, language: str, *, javascript: bool) -> None:
    """Where it was told, among the sources, on the campaign's page and in the feed."""
    asked = f"?lang={language}"
    page = journey.open(
        journey.running, journey.day + asked, language=language, javascript=javascript, size=PHONE
    )
    told = page.locator(".corrections article", has_text=journey.fact.right)
    expect(told).to_contain_text(journey.fact.why)
    expect(told.locator("s")).to_have_text(journey.fact.wrong)
    if javascript:
        assert findings(page) == []
    page.goto(f"{journey.public}/sources{asked}")
    listed = page.locator("section[aria-labelledby=corrected] article", has_text=journey.fact.right)
    expect(listed.locator(f"a[href='{SOURCE}']")).to_be_visible()
    anchor = listed.get_attribute("id") or ""
    with page.expect_event("load"):
        listed.locator(f"a[href*='{journey.day}']").click()
    expect(told).to_be_visible()
    page.goto(journey.public + asked)
    expect(page.locator("main")).to_contain_text(journey.fact.right)
    feed = page.request.get(f"{journey.public}/feed.atom").text()
    assert journey.fact.right in feed
    assert f"/sources#{anchor}" in feed


def the_brief_has_the_words(journey: Journey, hand: Hand) -> None:
    """Whoever told it sees what was wrong and has the words ready, with the way to the public correction."""
    hand.page.goto("/brief")
    part = hand.page.locator("section:has(> [id^=correction-])", has_text=journey.fact.right)
    hand.sees("A story you told was corrected", part)
    expect(part.locator(".caption")).to_contain_text(journey.fact.right)
    expect(part.locator("s")).to_have_text(journey.fact.wrong)
    journey.look(hand)
    with hand.page.expect_event("load"):
        part.locator("a[href*='/sources']").click()
    expect(hand.page.locator(":target")).to_contain_text(journey.fact.right)


def make_the_story_that_corrects(journey: Journey, hand: Hand, claim: str) -> None:
    """In today's day, in the campaign's words, its own claim to be checked; then it leaves the shared week again."""
    hand.page.goto(claim)
    hand.press("Make the story that corrects it")
    hand.page.wait_for_url("**/frames/*")
    expect(hand.page.locator("#words [name=caption]")).to_have_value(
        re.compile(re.escape(journey.fact.right))
    )
    expect(hand.page.locator("section[aria-labelledby=facts-title] .checks").first).to_contain_text(
        journey.fact.right
    )
    journey.look(hand)
    hand.press("Remove this story")
    expect(hand.page.locator(".errors")).to_have_count(0)
