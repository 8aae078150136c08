"""The whole week through the pages' own forms: from the set-up link to the proof, as a newcomer lives it.

In French and in English, with script and without. Whatever is mailed is followed from the mailbox of the demo.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Page, expect

from seed.artwork import draw_story
from tests.journeys.cast import mailed_path
from tests.journeys.conftest import Visit
from tests.journeys.hand import Hand
from tests.journeys.looking import DESK, PHONE, findings
from tests.journeys.stage import Instance

PARIS = "Europe/Paris"
OWNER, CARRIER = "nora@lanternes.example", "maia@lanternes.example"
PROOF = "https://instagram.example/stories/maia/1"
BUDGET = ("4700", "150", "150")  # what the goal of 5 000 pays for, line by line


@dataclass
class Journey:
    """One telling of the week: the instance, how its people read, and the campaign's address."""

    running: Instance
    open: Callable[..., Page]
    language: str
    javascript: bool
    campaign: str = ""  # path of its studio pages
    slug: str = ""

    def hand(self, path: str, *, desk: bool = False) -> Hand:
        """Somebody's own browser."""
        page = self.open(
            self.running,
            path,
            language=self.language,
            javascript=self.javascript,
            size=DESK if desk else PHONE,
        )
        return Hand(page, self.language, javascript=self.javascript)

    def look(self, hand: Hand) -> None:
        """Pages that only this journey meets are looked at here, where script can run."""
        if self.javascript:
            assert findings(hand.page) == []


@pytest.mark.parametrize("javascript", [True, False], ids=["script", "no-script"])
@pytest.mark.parametrize("language", ["fr", "en"])
def test_a_week_from_the_set_up_link_to_the_proof(
    fresh: Instance, visit: Visit, language: str, *, javascript: bool
) -> None:
    journey = Journey(fresh, visit, language, javascript)
    organiser = found_the_organisation(journey)
    begin_the_hope_week(journey, organiser)
    write_the_week(journey, organiser)
    move_a_story(journey, organiser)
    settle_the_rest(journey, organiser)
    carrier = agree_with_the_carrier(journey, organiser)
    promise(journey, organiser)
    go_live(journey, organiser)
    post_with_proof(journey, carrier)
    take_the_challenge(journey)
    open_the_drive(journey, organiser)
    give(journey)
    account_for_it(journey, organiser)
    read_the_proof(journey)


def found_the_organisation(journey: Journey) -> Hand:
    """The set-up link printed by the server makes the first account and the organisation with its identity."""
    link = journey.running.links["Set up (first organiser)"]
    hand = journey.hand(urlsplit(link).path, desk=True)
    journey.look(hand)
    hand.press("Start")
    expect(hand.page.get_by_role("alert")).to_be_visible()
    hand.fill("Name of the organisation", "Les Lanternes")
    hand.fill("Your name", "Nora Belkacem")
    hand.fill("Your e-mail address", OWNER)
    hand.fill("Password", "quatre mots de passe longs")
    hand.press("Start")
    hand.page.wait_for_url("**/studio")
    journey.look(hand)
    hand.page.goto("/studio/organisation")
    hand.fill("Legal name", "Association Les Lanternes")
    hand.choose("Register", "siren")
    hand.fill("Number in the register", "000000018")
    hand.fill("Postal address", "12 rue des Forges, 59100 Roubaix")
    hand.fill("Publication director", "Nora Belkacem")
    hand.fill("Hosting", "Les Lanternes, 12 rue des Forges, 59100 Roubaix")
    hand.fill("Public e-mail address", "bonjour@lanternes.example")
    hand.press("Save")
    expect(hand.page.locator(".errors")).to_have_count(0)
    return hand


def begin_the_hope_week(journey: Journey, hand: Hand) -> None:
    """From the empty home page to the template's seven columns."""
    hand.page.goto("/studio")
    hand.follow("Choose a template")
    hand.page.locator("a[href*='template=hope-week']").click()
    hand.fill("Title", "La semaine de Maïa")
    hand.fill("Who carries the story", "Maïa")
    hand.fill("First day", datetime.now(UTC).astimezone(ZoneInfo(PARIS)).date().isoformat())
    hand.press("Lay down the week")
    hand.page.wait_for_url("**/week*")
    journey.campaign = urlsplit(hand.page.url).path.removesuffix("/week")
    expect(hand.page.locator("section.column")).to_have_count(7)


def write_the_week(journey: Journey, hand: Hand) -> None:
    """Fill in every gap of the days, the stories and the challenges."""
    days = hand.page.locator("form[id^='form-day-']").count()
    stories = [one.get_attribute("href") or "" for one in hand.page.locator(".tile h3 a").all()]
    challenges = [one.get_attribute("href") or "" for one in hand.page.locator(".act h3 a").all()]
    assert days == 7
    assert len(challenges) == 7
    for number in range(1, days + 1):
        _write_day(hand, number)
    for number, address in enumerate(stories):
        _write_story(hand, address, picture=number == 0)
    for address in challenges:
        hand.page.goto(address)
        hand.fill_gaps(hand.page.locator("#challenge-form"), "Maïa")
        hand.press("Save the challenge")
        hand.page.wait_for_url("**/week*")


def _write_day(hand: Hand, number: int) -> None:
    form = hand.page.locator(f"#form-day-{number}")
    if hand.fill_gaps(form, "Maïa"):
        form.locator("input, textarea").locator("visible=true").first.focus()
        hand.press("Save", form)
        hand.page.goto(f"{urlsplit(hand.page.url).path}")


def _write_story(hand: Hand, address: str, *, picture: bool) -> None:
    hand.page.goto(address)
    if picture:
        file = {"name": "maia.png", "mimeType": "image/png", "buffer": draw_story("dots", 0, 0)}
        hand.page.locator("#upload input[type=file]").set_input_files(file)
        if not hand.javascript:
            hand.press("Upload")
        expect(hand.page.get_by_role("button", name=hand.words("Take it off"))).to_be_visible()
        hand.fill("Description of the picture", "Maïa lit à voix haute devant l’atelier.")
        hand.tick("Picture")
    else:
        hand.tick("Words")
    hand.fill_gaps(hand.page.locator("#words"), "Maïa")
    hand.press("Save", hand.page.locator("#words"))
    hand.sees("Nothing is missing.")


def move_a_story(journey: Journey, hand: Hand) -> None:
    """By the keyboard's own form; the board then says what was done and can take it back."""
    hand.page.goto(f"{journey.campaign}/week")
    tile = hand.page.locator("#day-2 .tile").first
    title = tile.locator("h3").inner_text()
    tile.locator("summary").click()
    hand.choose("Move to…", "3", tile)
    hand.press("Move", tile)
    expect(hand.page.locator("#day-3 .tile h3").get_by_text(title, exact=True)).to_be_visible()
    hand.press("Undo", hand.page.locator(".undo-line"))
    expect(hand.page.locator("#day-2 .tile h3").get_by_text(title, exact=True)).to_be_visible()


def settle_the_rest(journey: Journey, hand: Hand) -> None:
    """What the campaign says, who answers in a crisis, what the drive asks."""
    hand.page.goto(f"{journey.campaign}/settings")
    for part in ("details", "drive"):
        form = hand.form(f"/settings/{part}")
        hand.fill_gaps(form, "Maïa")
        if part == "drive":
            hand.choose("Currency", "EUR", form)
            hand.fill("Goal", "5000", form)
        hand.press("Save" if part == "details" else "Save the drive", form)
        expect(hand.page.locator(".errors")).to_have_count(0)
    form = hand.form("/settings/care")
    hand.fill("Who answers", "Nora Belkacem", form)
    hand.fill("Telephone", "+33 6 00 00 00 00", form)
    hand.press("Save", form)
    expect(hand.page.locator(".errors")).to_have_count(0)
    hand.page.goto(f"{journey.campaign}/crisis/protocol")
    hand.press("Save the protocol")
    expect(hand.page.locator(".errors, .notice-bad")).to_have_count(0)


def agree_with_the_carrier(journey: Journey, hand: Hand) -> Hand:
    """Vetting, terms, an invitation by mail; she opens it on her phone and says yes."""
    hand.page.goto(f"{journey.campaign}/influencers")
    hand.follow("Maïa")
    hand.unfold("Change the profile")
    form = hand.page.locator("form", has=hand.page.locator("textarea[name=tie]"))
    hand.fill("Their tie to the cause", "On m’a appris à lire à dix-neuf ans, dans cet atelier.", form)
    hand.fill("E-mail", CARRIER, form)
    hand.choose("Language of their brief", journey.language, form)
    hand.press("Save the profile", form)
    hand.unfold("Answer and decide")
    form = hand.form("/decision")
    for question in form.locator("fieldset").all():
        hand.tick("Yes", question)
    hand.fill("Why", "Sa propre histoire, racontée depuis trois ans.", form)
    hand.press("Right for the cause", form)
    expect(hand.page.locator(".errors")).to_have_count(0)
    expect(hand.page.locator(".room-head .state")).to_have_text(hand.words("Right for the cause"))
    hand.unfold("Agree on terms")
    form = hand.form("/terms")
    hand.tick("Volunteer: earns nothing", form)
    hand.press("Save the terms", form)
    journey.look(hand)
    hand.press("Invite by mail")
    carrier = journey.hand("/sandbox/mail")
    carrier.page.goto(mailed_path(carrier.page, CARRIER, "/brief/"))
    journey.look(carrier)
    carrier.press("Yes, I will")
    carrier.page.wait_for_url("**/brief*")
    return carrier


def promise(journey: Journey, hand: Hand) -> None:
    """Each promise of the template, made whole."""
    hand.page.goto(f"{journey.campaign}/impact")
    promises = [
        one.get_attribute("href") or "" for one in hand.page.locator("a[href*='/impact/promises/']").all()
    ]
    assert promises
    for address in promises:
        hand.page.goto(address)
        hand.fill_gaps(hand.page.locator("main form").first, "Maïa")
        hand.press("Save the promise")
    hand.page.goto(f"{journey.campaign}/impact")
    plan = hand.page.locator("a[href*='/impact/plan/lines/']").all()
    lines = [one.get_attribute("href") or "" for one in plan]
    assert lines
    for address, amount in zip(lines, BUDGET, strict=True):
        hand.page.goto(address)
        hand.fill("Amount", amount)
        hand.press("Save the line")


def go_live(journey: Journey, hand: Hand) -> None:
    """Nothing needs a source and nothing is missing any more: ready, then live, by hand or by the clock."""
    hand.page.goto(f"{journey.campaign}/facts")
    hand.page.locator("section[aria-labelledby=nothing] button").click()
    hand.page.goto(f"{journey.campaign}/readiness")
    missing = hand.page.locator(".checks .state-open").locator("xpath=ancestor::li").all_inner_texts()
    assert missing == []
    hand.press("Declare it ready")
    hand.page.goto(f"{journey.campaign}/readiness")
    if hand.button("Go live").count():
        hand.press("Go live")
    hand.page.goto(f"{journey.campaign}/readiness")
    expect(hand.page.locator(".room-head .state")).to_have_text(re.compile(hand.words("Live"), re.IGNORECASE))
    hand.page.goto(f"{journey.campaign}/settings")
    journey.slug = hand.field("Public address").input_value()


def post_with_proof(journey: Journey, hand: Hand) -> None:
    """On her phone: the day's first story is posted, with the link that proves it."""
    hand.page.goto("/brief")
    item = hand.page.locator("article.item").first
    hand.unfold("Posted, with a proof", item)
    form = item.locator("form", has=hand.page.locator("[name=proof_url]"))
    hand.fill("Address of the post", PROOF, form)
    hand.press("Posted", form)
    expect(hand.page.locator(f"a[href='{PROOF}']")).to_be_visible()
    assert hand.page.evaluate("document.documentElement.scrollWidth") <= PHONE[0]


def take_the_challenge(journey: Journey) -> None:
    """A follower, without an account: one press, counted once."""
    hand = journey.hand(f"/c/{journey.slug}")
    hand.press("I did it", hand.page.locator("#challenge"))
    expect(hand.page.locator("#challenge [role=status]")).to_be_visible()
    hand.page.goto(f"/c/{journey.slug}/days/1")
    hand.press("I did it", hand.page.locator("#challenge"))
    expect(hand.page.locator("#challenge [role=status]")).to_be_visible()
    hand.page.goto(f"/c/{journey.slug}")
    shown = hand.page.locator("#challenge").inner_text()
    assert re.search(r"\b1\b", shown), shown
    assert not re.search(r"\b2\b acte|\b2\b accepted", shown), shown


def open_the_drive(journey: Journey, hand: Hand) -> None:
    hand.page.goto(f"{journey.campaign}/readiness")
    missing = hand.page.locator(".checks .state-open").locator("xpath=ancestor::li").all_inner_texts()
    assert missing == []
    hand.press("Open the drive")
    expect(hand.page.locator(".room-head .state")).to_have_text(
        re.compile(hand.words("Drive open"), re.IGNORECASE)
    )


def give(journey: Journey) -> None:
    """A gift through the payment page of the sandbox, first refused, then paid; its notification makes the total."""
    hand = journey.hand(f"/c/{journey.slug}")
    hand.follow("Give")
    hand.fill("Other amount", "25")
    if hand.javascript:
        hand.press("Give %(amount)s")
    else:
        hand.press("Give")
    hand.page.wait_for_url("**/sandbox/stripe/pay/*")
    hand.press("Have the card refused")
    hand.press("Pay %(amount)s")
    hand.page.wait_for_url("**/thanks?*")
    hand.sees("%(amount)s given. Thank you.")
    journey.look(hand)
    hand.page.goto(f"/c/{journey.slug}")
    hand.sees("%(count)s gift")
    expect(hand.page.locator("main")).to_contain_text(re.compile(r"25\s?€|€\s?25"))
    ledger = hand.page.request.get(f"/c/{journey.slug}/ledger.csv").text().splitlines()
    assert ledger[0] == "date,kind,amount,currency,category,note,entry"
    assert [line.split(",")[1:4] for line in ledger[1:] if ",gift," in line] == [["gift", "25.00", "EUR"]]


def account_for_it(journey: Journey, hand: Hand) -> None:
    """Money used, with what proves it, then an update that tells of it."""
    hand.page.goto(f"{journey.campaign}/impact")
    hand.unfold("Enter money used")
    form = hand.form("/spends")
    hand.fill("Amount", "12,50", form)
    hand.field("Category", form).select_option("missions")
    hand.fill("For what", "Cinq cahiers", form)
    hand.fill("Paid to", "Papeterie du Centre", form)
    hand.fill("Day", (datetime.now(UTC) - timedelta(days=1)).date().isoformat(), form)
    hand.fill("What the evidence is", "facture, 1 page", form)
    hand.press("Enter it", form)
    hand.follow("Write an update")
    hand.fill("Title", "Les cinq premiers cahiers sont là.")
    hand.fill("What happened", "Ils sont arrivés mardi.\n\nLe reste suit.")
    hand.page.locator("[name^='figure-']").first.fill("5")
    hand.page.locator("[name=spends]").first.check()
    hand.press("Publish")
    expect(hand.page.locator(".errors")).to_have_count(0)


def read_the_proof(journey: Journey) -> None:
    """Anyone reads what became of the money, to the cent."""
    hand = journey.hand(f"/c/{journey.slug}/impact")
    main = hand.page.locator("main")
    expect(main).to_contain_text("Les cinq premiers cahiers sont là.")
    expect(main).to_contain_text("Papeterie du Centre")
    expect(main).to_contain_text(re.compile(r"12[.,]50"))
    journey.look(hand)
