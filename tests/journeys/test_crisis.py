"""From an alert to the report, with one thumb: paused, said in public, told, read, resumed, closed, kept."""

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.cast import EMAILS, brief_link, known_pids, password, sign_in
from tests.journeys.conftest import Visit
from tests.journeys.looking import findings, small_boxes, too_wide
from tests.journeys.pages import Who
from tests.journeys.stage import Instance

ALERT = "Huit messages hostiles en une heure <contre> Maïa"
TOLD = "Ne publiez rien avant notre appel."


def send(page: Page, action: str) -> None:
    """Press the button of the form that does it."""
    page.locator(f"main form[action*='{action}'] button").click()
    page.wait_for_load_state()
    expect(page.locator(".errors")).to_have_count(0)


def look(page: Page, *, javascript: bool, least: int = 24) -> None:
    """Nothing sticks out or is too small for a thumb, and axe finds nothing where it can run."""
    if javascript:
        assert findings(page) + small_boxes(page, least) + too_wide(page) == []


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("javascript", [True, False], ids=["script", "no-script"])
def test_from_an_alert_to_the_report(
    demo: Instance, visit: Visit, language: str, *, javascript: bool
) -> None:
    pid = known_pids(demo)["live"]
    base = f"/studio/campaigns/{pid}/crisis"
    asked = f"lang={language}"
    page = visit(demo, "/", language=language, javascript=javascript)
    sign_in(page, EMAILS[Who.ORGANISER], password(demo))
    page.goto(f"{base}?alert={ALERT}&{asked}")
    expect(page.locator("blockquote")).to_contain_text(ALERT)
    look(page, javascript=javascript)
    send(page, "/crisis/alert")
    expect(page.locator("h1")).to_have_text(ALERT)
    send(page, "/crisis/pause")
    expect(page.locator("#stop .state")).to_be_visible()

    page.goto(f"{base}?words=attack&{asked}#say")
    prepared = page.locator("#f-say-fr").input_value()
    send(page, "/crisis/statement")
    public = visit(demo, f"/c/lanternes/donate?{asked}", language=language, javascript=javascript)
    for path in ("", "/donate", "/impact", "/who", "/days/1", "/how-we-count"):
        public.goto(f"/c/lanternes{path}?{asked}")
        said = prepared if language == "fr" else "Someone in this campaign is being attacked."
        expect(public.locator("#statement")).to_contain_text(said)
    look(public, javascript=javascript)
    assert prepared in public.request.get("/c/lanternes/feed.atom").text()

    page.locator("#f-tell-text").fill(TOLD)
    send(page, "/crisis/tell")
    phone = visit(demo, brief_link(demo), javascript=javascript)
    expect(phone.locator("main > section, main > div").first).to_contain_text(TOLD)
    expect(phone.locator("main")).to_contain_text(prepared)
    look(phone, javascript=javascript, least=44)
    send(phone, "/brief/crisis/")
    expect(phone.locator("form[action*='/brief/crisis/']")).to_have_count(0)

    page.goto(f"{base}?{asked}")
    read = page.locator("main dd", has_text="lu le " if language == "fr" else "read at ")
    expect(read).to_have_count(1)  # of the two who were told
    look(page, javascript=javascript)
    for box in page.locator("[name=holds]").all():
        box.check()
    send(page, "/crisis/checks")
    page.locator(f"main a.btn[href*='{pid}/pause']").click()
    page.locator("#f-settled").check()
    page.locator("#f-told").check()
    send(page, "/resume")

    page.goto(f"{base}?{asked}")
    send(page, "/crisis/statement/withdraw")
    page.locator("#f-lessons").fill("Deux personnes lisent les réponses le soir.")
    send(page, "/crisis/close")
    expect(page.locator("main")).to_contain_text("Deux personnes lisent les réponses le soir.")
    expect(page.locator(".timeline > li")).to_have_count(13)
    look(page, javascript=javascript)
    public.goto(f"/c/lanternes?{asked}")
    expect(public.locator("#statement")).to_have_count(0)
