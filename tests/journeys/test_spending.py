"""From plan to proof: a budget, an open drive, a large expense that two agree to, a covered invoice, what remains.

In French by a hand that draws on the page, in English by one that has no script and types numbers.
"""

import io
from collections.abc import Iterator
from datetime import date

import pytest
from PIL import Image
from playwright.sync_api import expect

from tests.impact.stage import paper
from tests.journeys.cast import CASTS, known_pids, password, sign_in
from tests.journeys.conftest import Visit, own_demo
from tests.journeys.hand import Hand
from tests.journeys.looking import DESK
from tests.journeys.stage import Instance

LINE = "Deux formatrices, un an"
NOTE = "Quarante manuels de lecture"
WORD = "Le reste paie la garde d’enfants du mois d’octobre."
TREASURER = "samira@leslanternes.example"


@pytest.fixture
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Instance]:
    with own_demo("spent", tmp_path_factory) as made:
        yield made


@pytest.mark.parametrize(("language", "javascript"), [("fr", True), ("en", False)], ids=["fr", "en"])
def test_from_the_plan_to_the_proof(
    running: Instance, visit: Visit, language: str, *, javascript: bool
) -> None:
    def hand(email: str = "") -> Hand:
        page = visit(running, "/", language=language, javascript=javascript, size=DESK)
        if email:
            sign_in(page, email, password(running))
            page.goto("/studio/account")
            page.locator("[name=language]").select_option(language)
            with page.expect_event("load"):
                page.locator("form:has([name=language]) button").first.click()
        return Hand(page, language, javascript=javascript)

    base = f"/studio/campaigns/{known_pids(running)['live']}"
    owner, treasurer, anyone = hand(CASTS["fr"].organiser), hand(TREASURER), hand()
    plan_and_open(owner, base)
    change_in_public(owner, anyone, base)
    limited(owner)
    enter(treasurer, base)
    anyone.page.goto(f"/c/lanternes/impact?lang={anyone.language}")
    expect(anyone.page.locator("main")).not_to_contain_text(NOTE)
    agree(owner, base)
    cover(treasurer, base)
    read(anyone)
    say_what_remains(treasurer, anyone, f"/studio/campaigns/{known_pids(running)['closed']}")


def write_line(hand: Hand, base: str, amount: str, reason: str = "") -> None:
    """Change the first line of the budget."""
    hand.page.goto(f"{base}/impact")
    hand.follow(LINE)
    hand.fill("Amount", amount)
    if reason:
        hand.fill("Why the plan changes", reason)
    hand.press("Save the line")


def plan_and_open(hand: Hand, base: str) -> None:
    """A budget that misses the goal keeps the drive closed."""
    hand.page.goto(f"{base}/drive")
    hand.page.locator("[name=drive_start][value=hand]").check()
    hand.press("Save", hand.form("/goals"))
    settle_the_facts(hand, base)
    write_line(hand, base, "15600")
    hand.page.goto(f"{base}/readiness")
    hand.sees("Break the goal down into a budget: its lines add up to the goal.")
    write_line(hand, base, "15500")
    hand.page.goto(f"{base}/readiness")
    hand.press("Open the drive")


def settle_the_facts(hand: Hand, base: str) -> None:
    """What the drive asks for still lacks two things: a claim nobody checked, a sentence without a source."""
    page = hand.page
    page.goto(f"{base}/facts")
    page.locator("section:has(> #open) .checks a").first.click()
    page.locator("[name=verdict]").select_option("opinion")
    with page.expect_event("load"):
        page.locator("form:has([name=verdict]) button[type=submit]").first.click()
    page.goto(f"{base}/facts")
    with page.expect_event("load"):
        page.locator("form[action*='/facts/dismiss'] button").first.click()


def change_in_public(hand: Hand, anyone: Hand, base: str) -> None:
    """Once donors give on it, the plan changes with a reason only, and anyone reads both."""
    write_line(hand, base, "15600")
    expect(hand.page.locator(".errors")).to_be_visible()
    write_line(hand, base, "15600", "une soirée de plus par mois")
    anyone.page.goto(f"/c/lanternes/impact?lang={anyone.language}")
    anyone.unfold("One change of the plan since the drive opened")
    changes = anyone.page.locator(".changes")
    expect(changes).to_contain_text("une soirée de plus par mois")
    expect(changes.locator("del")).to_contain_text(LINE)


def limited(hand: Hand) -> None:
    hand.page.goto("/studio/settings/spending")
    hand.fill("From which amount on", "500")
    hand.press("Save")


def enter(hand: Hand, base: str) -> None:
    """Above the limit it waits, and who entered it cannot agree."""
    hand.page.goto(f"{base}/impact")
    hand.unfold("Enter money used")
    form = hand.form("/spends")
    hand.fill("Amount", "612,00", form)
    hand.field("Category", form).select_option("missions")
    hand.fill("For what", NOTE, form)
    hand.fill("Paid to", "Librairie du Canal", form)
    hand.fill("Day", date.today().isoformat(), form)  # noqa: DTZ011 - entered on the day, in any zone
    form.locator("[name=evidence]").set_input_files(
        {"name": "facture.pdf", "mimeType": "application/pdf", "buffer": paper()}
    )
    hand.press("Enter it", form)
    hand.sees("waits for a second member")
    expect(hand.button("Agree: it counts")).to_have_count(0)


def agree(hand: Hand, base: str) -> None:
    hand.page.goto(f"{base}/impact")
    hand.press("Agree: it counts")
    expect(hand.page.locator(".errors")).to_have_count(0)


def cover(hand: Hand, base: str) -> None:
    """A box over the name: drawn with the mouse, or typed."""
    hand.page.goto(f"{base}/impact")
    with hand.page.expect_event("load"):
        hand.page.locator(".papers a").first.click()
    svg = hand.page.locator("[data-cover-page]")
    if hand.javascript:
        frame = svg.bounding_box()
        assert frame is not None
        hand.page.mouse.move(frame["x"] + frame["width"] * 0.05, frame["y"] + frame["height"] * 0.05)
        hand.page.mouse.down()
        hand.page.mouse.move(frame["x"] + frame["width"] * 0.9, frame["y"] + frame["height"] * 0.15)
        hand.page.mouse.up()
        first = hand.page.locator("[name=height]").first
        before = float(first.input_value())
        first.press("ArrowUp")
        assert float(first.input_value()) == pytest.approx(before + 1)
    else:
        for name, value in {"left": "5", "top": "5", "width": "85", "height": "11"}.items():
            hand.page.locator(f"[name={name}]").first.fill(value)
    hand.press("Look at the boxes")
    expect(svg.locator(".cover-box")).to_have_count(1)
    hand.press("Publish the covered copy")
    hand.sees("public copy")


def read(anyone: Hand) -> None:
    """The public reads who was paid, and finds the name covered."""
    anyone.page.goto(f"/c/lanternes/impact?lang={anyone.language}")
    expenses = anyone.page.locator("section[aria-labelledby=expenses]")
    expect(expenses).to_contain_text(NOTE)
    expect(expenses).to_contain_text("Librairie du Canal")
    link = expenses.locator("a[href*='/media/']").first.get_attribute("href") or ""
    with Image.open(io.BytesIO(anyone.page.request.get(link).body())) as opened:
        picture = opened.convert("RGB")
        inside = picture.getpixel((picture.width // 2, picture.height // 10))
        outside = picture.getpixel((picture.width // 2, picture.height // 2))
    assert isinstance(inside, tuple)
    assert isinstance(outside, tuple)
    assert max(inside) < 60 < min(outside)


def say_what_remains(hand: Hand, anyone: Hand, base: str) -> None:
    hand.page.goto(f"{base}/impact")
    hand.unfold("Say what becomes of it")
    form = hand.form("/plan/unspent")
    hand.fill("Where it will go", WORD, form)
    hand.press("Say it in public", form)
    anyone.page.goto(f"/c/douze-chaises/impact?lang={anyone.language}")
    expect(anyone.page.locator("section[aria-labelledby=unspent]")).to_contain_text(WORD)
    anyone.unfold("What was said before")
