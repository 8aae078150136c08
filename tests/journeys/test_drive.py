"""What others show of a drive, and a transfer's way from the bank's file to the page."""

import pytest
from playwright.sync_api import expect

from tests.journeys.cast import Demo
from tests.journeys.conftest import Browsers, Visit
from tests.journeys.pages import Who


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("javascript", [True, False], ids=["script", "no-script"])
def test_the_widget_stands_on_another_page_and_leads_to_the_gift(
    lived_in: Demo, visit: Visit, language: str, *, javascript: bool
) -> None:
    page = visit(lived_in.running, "/c/last-bus", language=language, javascript=javascript)
    address = f"{lived_in.running.url}/c/last-bus/widget?lang={language}"
    site = page.context.new_page()  # somebody else's, so that the house's rules for pages do not hold for it
    site.set_default_timeout(15_000)
    embedding = f'<!doctype html><iframe src="{address}" title="Bar" width="340" height="320"></iframe>'
    elsewhere = f"{lived_in.running.url}/elsewhere"
    site.route(elsewhere, lambda route: route.fulfill(body=embedding, content_type="text/html"))
    site.goto(elsewhere)
    bar = site.frame_locator("iframe")
    expect(bar.locator("progress")).to_be_visible()
    expect(bar.locator("a.btn")).to_have_text({"fr": "Donner", "en": "Give"}[language])
    assert bar.locator("script").count() == 0
    assert page.context.cookies() == []
    if javascript:
        with page.context.expect_page() as opened:
            bar.locator("a.btn").click()
        assert "/c/last-bus/donate" in opened.value.url


def test_the_overlay_moves_by_itself(lived_in: Demo, visit: Visit, browsers: Browsers) -> None:
    page = visit(lived_in.running, "/c/last-bus/overlay", language="en")
    figure = page.locator(".overlay-sum")
    before = figure.inner_text()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgba(0, 0, 0, 0)"
    studio = browsers(Who.COLLEAGUE_ABROAD, "en").new_page()
    studio.goto(lived_in.path("/studio/campaigns/{drive}/offline"))
    studio.locator("[name=amount]").fill("12,50")
    studio.get_by_role("button", name="Enter the gift").click()
    expect(studio.locator(".toasts")).to_contain_text("Created")
    expect(figure).not_to_have_text(before)
    # Put back what was changed: an opposite entry cancels it.
    card = studio.locator("article").first
    card.locator("summary").click()
    card.locator("[name=reason]").fill("Only to see the figure move")
    card.get_by_role("button", name="Cancel by an opposite entry").click()
    expect(figure).to_have_text(before)
    studio.close()


def test_a_statement_is_read_once(lived_in: Demo, browsers: Browsers) -> None:
    page = browsers(Who.COLLEAGUE_ABROAD, "en").new_page()
    page.goto("/studio/transfers")
    text = "Day,In,Words,Payer\n2026-11-02,3.40,for the bells,A. REES\n2026-11-02,-9.00,rent,LANDLORD\n"
    for step in ("columns", "known"):
        page.goto("/studio/transfers")
        page.locator("[name=statement]").set_input_files(
            {"name": "november.csv", "mimeType": "text/csv", "buffer": text.encode()}
        )
        page.get_by_role("button", name="Read it").click()
        if step == "columns":
            page.locator("[name=column_date]").select_option("Day")
            page.locator("[name=column_amount]").select_option("In")
            page.locator("[name=column_text]").select_option("Words")
            page.locator("[name=column_payer]").select_option("Payer")
            page.get_by_role("button", name="Read it").click()
            expect(page.locator("article", has_text="A. REES")).to_be_visible()
    expect(page.locator("[role=status]").first).to_contain_text("One was known already")
    page.locator("article", has_text="A. REES").get_by_role("button", name="It is none").click()
    expect(page.locator("article", has_text="A. REES")).to_have_count(0)
    page.close()
