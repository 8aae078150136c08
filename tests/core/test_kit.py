"""The UI kit: every macro renders, the page is sound, and the scripts do what their attributes promise."""

import shutil
from collections.abc import Iterator
from types import SimpleNamespace
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from bs4 import BeautifulSoup
from fastapi.testclient import TestClient
from playwright.sync_api import Browser, Locator, Page, Route, sync_playwright

from app.core import templating

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
]
AXE = {
    "runOnly": {
        "type": "tag",
        "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    },
    "rules": {"target-size": {"enabled": True}},
}
needs_browser = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine")


@pytest.fixture
def kit(client: TestClient) -> BeautifulSoup:
    answer = client.get("/studio/kit", headers={"Accept-Language": "fr"})
    assert answer.status_code == 200
    return BeautifulSoup(answer.text, "html5lib")


def test_in_production_there_is_no_kit(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.core.routes.get_settings", lambda: SimpleNamespace(development=False))
    assert client.get("/studio/kit").status_code == 404


def test_ids_are_unique_and_references_lead_somewhere(kit: BeautifulSoup) -> None:
    ids = [str(tag["id"]) for tag in kit.select("[id]")]
    assert len(ids) == len(set(ids))
    for attribute in ("aria-describedby", "aria-labelledby", "for", "popovertarget"):
        for tag in kit.select(f"[{attribute}]"):
            for target in str(tag[attribute]).split():
                assert target in ids, f"{attribute}={target}"


def test_an_error_stands_beside_its_field_and_what_was_typed_is_kept(kit: BeautifulSoup) -> None:
    field = kit.select_one("#f-email")
    assert field is not None
    assert field["value"] == "maia@lanternes"
    assert field["aria-invalid"] == "true"
    assert field["aria-describedby"] == "f-email-help f-email-error"
    error = kit.select_one("#f-email-error")
    assert error is not None
    assert "Write the address in full" in error.text


def test_every_macro_has_its_example_or_a_layout_that_uses_it(client: TestClient) -> None:
    """A macro nobody shows is a macro nobody looks at."""
    shown = (templating.TEMPLATES / "studio" / "kit.html").read_text()
    shown += "".join(path.read_text() for path in (templating.TEMPLATES / "layouts").glob("*.html"))
    client.get("/studio/kit")
    macros = [
        name
        for name in dir(templating.environment().globals["ui"])
        if not name.startswith("_") and name.islower()
    ]
    modules = {"week", "actions", "forms", "facts", "sheets", "frames", "lists", "shell"}
    elsewhere = {"hidden", "row", "toast", "givebar", "proof"}  # parts of other macros, or unseen
    assert len(macros) > 40
    assert [name for name in macros if f"ui.{name}(" not in shown and name not in modules | elsewhere] == []


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield launched
        launched.close()


def answered_by(client: TestClient, page: Page) -> None:
    """Let the application answer the page's requests without a socket between them."""

    def answer(route: Route) -> None:
        parts = urlsplit(route.request.url)
        path = f"{parts.path}?{parts.query}" if parts.query else parts.path
        got = client.get(path, headers={"Accept-Language": "fr"})
        headers = {k: v for k, v in got.headers.items() if k not in ("content-encoding", "content-length")}
        route.fulfill(status=got.status_code, headers=headers, body=got.content)

    page.route("**/*", answer)


@pytest.fixture
def page(browser: Browser, client: TestClient) -> Iterator[Page]:
    context = browser.new_context(
        permissions=["clipboard-read", "clipboard-write"], base_url="https://testserver"
    )
    made = context.new_page()
    troubles: list[str] = []
    made.on("pageerror", lambda error: troubles.append(str(error)))
    made.on("console", lambda said: troubles.append(said.text) if said.type == "error" else None)
    answered_by(client, made)
    yield made
    context.close()
    assert troubles == []


@pytest.mark.browser
@needs_browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 390, 1280])
def test_axe_finds_nothing_and_nothing_runs_over_the_side(page: Page, scheme: str, width: int) -> None:
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    page.set_viewport_size({"width": width, "height": 844})
    page.goto("/studio/kit")
    violations = Axe().run(page, options=AXE).response["violations"]
    assert [(found["id"], found["nodes"][0]["html"]) for found in violations] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.browser
@needs_browser
def test_on_a_phone_the_menu_opens_and_closes_with_the_keyboard(page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto("/studio/kit")
    rail = page.locator("#rail")
    assert not rail.is_visible()
    page.get_by_role("button", name="Menu").press("Enter")
    assert rail.is_visible()
    page.keyboard.press("Escape")
    assert not rail.is_visible()


@pytest.mark.browser
@needs_browser
def test_copying_says_so_and_gives_the_words_back(page: Page) -> None:
    page.goto("/studio/kit")
    button = page.locator("[data-copy]").first
    button.click()
    assert page.evaluate("navigator.clipboard.readText()") == "https://septaine.example/c/hope"
    page.get_by_text("Copié").first.wait_for()


@pytest.mark.browser
@needs_browser
def test_the_refused_form_takes_the_focus(page: Page) -> None:
    page.goto("/studio/kit")
    assert page.evaluate("document.activeElement.className") == "errors"


FORM = """<form data-amount="Donner %s" data-amount-plain="Donner" data-currency="EUR">
<div class="pick"><label><input type="radio" name="pick" value="1500"><span>15 €</span></label>
<label><input type="radio" name="pick" value="4000" checked><span>40 €</span></label></div>
<input data-amount-open name="o">
<button data-amount-button type="button"><span>Donner</span></button></form>"""


def _said(button: Locator) -> str:
    """What stands on it; every kind of space alike."""
    return " ".join(button.inner_text().split())


@pytest.mark.browser
@needs_browser
def test_the_button_repeats_the_amount(page: Page) -> None:
    page.goto("/studio/kit")
    page.evaluate("html => { document.querySelector('main').innerHTML = html }", FORM)
    page.add_script_tag(url="/assets/" + asset_path("js/amount.js"))
    button = page.locator("[data-amount-button]")
    assert _said(button) == "Donner 40 €"
    page.locator("[data-amount-open]").fill("12,50")
    assert _said(button) == "Donner 12,50 €"
    assert page.locator(":checked").count() == 0
    for unsure in ("douze", "12 50", "12€50", "1.250"):
        page.locator("[data-amount-open]").fill(unsure)
        assert _said(button) == "Donner"
    page.locator("[data-amount-open]").fill("1 250")
    assert _said(button) == "Donner 1 250 €"
    page.locator("[value='1500']").check()
    assert _said(button) == "Donner 15 €"
    assert page.locator("[data-amount-open]").input_value() == ""


BOARD = """<div class="board">
<section class="column" data-drop="1"><article class="tile" data-drag="m1">Une</article>
<article class="tile" data-drag="m2">Deux</article></section>
<section class="column" data-drop="2"><article class="tile" data-drag="m3">Trois</article></section></div>
<form id="m1"><input name="day"><input name="position"></form>"""


@pytest.mark.browser
@needs_browser
def test_a_dragged_tile_submits_the_form_the_keyboard_uses(page: Page) -> None:
    page.set_viewport_size({"width": 1280, "height": 800})
    page.goto("/studio/kit")
    page.evaluate("html => { document.querySelector('main').innerHTML = html }", BOARD)
    page.evaluate(
        """document.addEventListener("submit", (event) => {
            event.preventDefault();
            window.sent = [...new FormData(event.target).values()].join("/");
        })"""
    )
    target = page.get_by_text("Trois").bounding_box()
    assert target is not None
    page.get_by_text("Une").hover()
    page.mouse.down()
    page.mouse.move(target["x"] + 20, target["y"] + target["height"] - 4, steps=8)
    assert page.locator(".ghost").count() == 1
    page.mouse.up()
    assert page.evaluate("window.sent") == "2/2"
    assert page.locator(".ghost, .drop-line, .drop-here, .dragging").count() == 0


@pytest.mark.browser
@needs_browser
def test_escape_lets_go_of_a_dragged_tile(page: Page) -> None:
    page.goto("/studio/kit")
    page.evaluate("html => { document.querySelector('main').innerHTML = html }", BOARD)
    page.get_by_text("Une").hover()
    page.mouse.down()
    page.mouse.move(300, 300, steps=4)
    page.keyboard.press("Escape")
    assert page.locator(".ghost").count() == 0
    page.mouse.up()
    assert page.evaluate("window.sent") is None


def asset_path(name: str) -> str:
    from app.core.assets import asset

    return asset(name).url.removeprefix("/assets/")
