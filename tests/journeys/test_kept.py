"""A finished campaign kept from the studio, then read from a disk by a browser that has no network."""

import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, expect

from tests.journeys.cast import EMAILS, password, sign_in
from tests.journeys.conftest import LOCALES, Visit
from tests.journeys.looking import DESK, PHONE, findings_by_day_and_night, resize, small_boxes, too_wide
from tests.journeys.pages import Who
from tests.journeys.stage import Instance

PAGES = (
    "index",
    "days/2",
    "impact",
    "voices",
    "voices/questions",
    "sources",
    "who",
    "how-we-count",
    "about/privacy",
)
SAID = {"fr": "Cette campagne s’est terminée le", "en": "This campaign ended on"}
OTHER = {"fr": "English", "en": "Français"}


@pytest.fixture
def kept(demo: Instance, visit: Visit, tmp_path: Path) -> Path:
    """What the button of the settings gives, unpacked."""
    page = visit(demo, "/studio/sign-in", language="fr", size=DESK)
    sign_in(page, EMAILS[Who.ORGANISER], password(demo))
    page.goto("/studio?lang=fr")
    page.get_by_role("link", name="Douze chaises").first.click()
    page.get_by_role("link", name="Réglages").first.click()
    with page.expect_download() as got:
        page.get_by_role("link", name="Garder en fichiers (ZIP)").click()
    assert got.value.suggested_filename == "douze-chaises-archive.zip"
    with zipfile.ZipFile(got.value.path()) as archive:
        assert archive.testzip() is None
        archive.extractall(tmp_path)
    return tmp_path / "douze-chaises"


@pytest.fixture
def offline(browser: Browser) -> Iterator[BrowserContext]:
    """A browser without a network."""
    context = browser.new_context(offline=True, reduced_motion="reduce")
    yield context
    context.close()


def test_a_kept_campaign_reads_from_a_disk(kept: Path, offline: BrowserContext) -> None:
    page = offline.new_page()
    asked, failed = [], []
    page.on("request", lambda request: asked.append(request.url))
    page.on("requestfailed", lambda request: failed.append(request.url))
    page.on("console", lambda message: failed.append(message.text))
    for language in LOCALES:
        folder = kept if language == "fr" else kept / language
        for name in PAGES:
            asked.clear()
            page.goto((folder / f"{name}.html").as_uri(), wait_until="load")
            expect(page.get_by_text(SAID[language])).to_be_visible()
            assert page.locator("html").get_attribute("lang") == language
            assert page.evaluate("() => [...document.styleSheets].length") >= 1, name
            assert page.evaluate(
                "() => [...document.images].filter(one => one.complete && !one.naturalWidth).length === 0"
            ), f"{name} shows a broken picture"
            assert [one for one in asked if not one.startswith(kept.as_uri())] == [], name
            assert failed == [], name
            assert page.locator("form, button[type=submit]").count() == 0
            for size in (PHONE, DESK):
                resize(page, size)
                assert too_wide(page) == [], name
                assert small_boxes(page, 24) == [], name
            resize(page, PHONE)
            assert findings_by_day_and_night(page) == [], name
            failed.clear()  # axe would read the style sheets once more, which the page's own policy refuses


@pytest.mark.parametrize("language", ["fr", "en"])
def test_one_walks_through_it_by_its_links(kept: Path, offline: BrowserContext, language: str) -> None:
    page = offline.new_page()
    page.goto((kept / "index.html").as_uri())
    if language == "en":
        page.get_by_role("link", name="English").click()
    page.locator(".week a").nth(1).click()
    expect(page.locator(".week [aria-current=page]")).to_have_count(1)
    page.locator("header .name").click()
    page.locator("a[href^='impact.html']").first.click()
    expect(page.get_by_text(SAID[language])).to_be_visible()
    page.get_by_role("link", name=OTHER[language]).click()
    assert page.url.endswith("impact.html")
    expect(page.get_by_text(SAID["en" if language == "fr" else "fr"])).to_be_visible()
