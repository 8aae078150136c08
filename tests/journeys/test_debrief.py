"""An organiser after the week: types the reach, sees the day, writes down costs, takes the debrief and the files.

Without script in French and with it in English, by demos of their own.
"""

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass

import pytest
from playwright.sync_api import Page, expect
from pypdf import PdfReader

from tests.journeys.cast import EMAILS, known_pids, password, sign_in
from tests.journeys.conftest import Visit, own_demo
from tests.journeys.looking import DESK
from tests.journeys.pages import Who


@dataclass(frozen=True)
class Words:
    """What the pages say in one language; asked for by the address, for the organiser signed up in French."""

    lang: str
    save: str
    views: str
    kind: str
    what_for: str
    hours: str
    write_down: str
    fold: str
    cost: str
    debrief: str


WORDS: Mapping[str, Words] = {
    "fr": Words(
        "fr",
        "Enregistrer",
        "Vues",
        "Un achat",
        "Pour quoi",
        "Heures",
        "Noter",
        "Noter un coût",
        "Montant",
        "Bilan (PDF)",
    ),
    "en": Words(
        "en",
        "Save",
        "Views",
        "Goods",
        "What for",
        "Hours",
        "Write it down",
        "Write down a cost",
        "Amount",
        "Debrief (PDF)",
    ),
}


@pytest.mark.parametrize(("language", "javascript"), [("fr", False), ("en", True)])
def test_the_evening_after(
    tmp_path_factory: pytest.TempPathFactory, visit: Visit, language: str, *, javascript: bool
) -> None:
    words = WORDS[language]
    with own_demo(f"debrief-{language}", tmp_path_factory) as running:
        page = visit(running, "/", language=language, javascript=javascript, size=DESK)
        sign_in(page, EMAILS[Who.ORGANISER], password(running))
        base = f"/studio/campaigns/{known_pids(running)['closed']}/insights"
        before = figures(page, base)
        type_reach(page, base, words)
        after = figures(page, base)
        assert after["reach_views", "1"] == before.get(("reach_views", "1"), 0) - first(before) + 4321
        spend(page, base, words)
        take_the_paper(page, base, words)


def first(told: Mapping[tuple[str, str], int]) -> int:
    """The views of the first frame, before they were typed anew."""
    return told.get(("first", ""), 0)


def figures(page: Page, base: str) -> dict[tuple[str, str], int]:
    """The sums of the file by measure and day, and the first frame's views."""
    text = page.request.get(f"{base}/figures.csv").text()
    found: dict[tuple[str, str], int] = {}
    for row in csv.DictReader(io.StringIO(text)):
        key = row["measure"], row["day"]
        found[key] = found.get(key, 0) + int(row["number"])
        if row["measure"] == "reach_views" and row["frame"] == "1.1":
            found["first", ""] = int(row["number"])
    return found


def press(page: Page, name: str) -> None:
    with page.expect_event("load"):
        page.get_by_role("button", name=name, exact=True).locator("visible=true").first.click()
    expect(page.locator(".errors")).to_have_count(0)


def type_reach(page: Page, base: str, words: Words) -> None:
    page.goto(f"{base}/reach?day=1&lang={words.lang}")
    page.get_by_label(words.views, exact=True).first.fill("4 321")
    press(page, words.save)
    expect(page.get_by_label(words.views, exact=True).first).to_have_value("4321")


def spend(page: Page, base: str, words: Words) -> None:
    page.goto(f"{base}/costs?lang={words.lang}")
    page.locator("summary", has_text=words.fold).click()
    page.locator(".pick label", has_text=words.kind).click()
    page.get_by_label(words.what_for).fill("Thé et gâteaux")
    page.get_by_label(words.cost).fill("31,50")
    press(page, words.write_down)
    expect(page.locator(".lines")).to_contain_text("Thé et gâteaux")


def take_the_paper(page: Page, base: str, words: Words) -> None:
    page.goto(f"{base}/debrief?lang={words.lang}")
    address = page.get_by_role("link", name=words.debrief).first.get_attribute("href") or ""
    answer = page.request.get(address)
    assert answer.headers["content-type"] == "application/pdf"
    document = PdfReader(io.BytesIO(answer.body()))
    assert len(document.pages) == 1
    assert "Douze chaises" in document.pages[0].extract_text()
