"""An organisation connects its own Stripe account: a key that lacks something, one that does not, news, and the end."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.cast import CASTS, password, sign_in
from tests.journeys.conftest import Visit
from tests.journeys.looking import findings, small_boxes, too_wide
from tests.journeys.stage import Instance

HOME = "/studio/settings/payments"


def look(page: Page, *, javascript: bool) -> None:
    if javascript:
        assert findings(page) + small_boxes(page, 24) + too_wide(page) == []


def send(page: Page, action: str, **fields: str) -> None:
    """Write into a form and send it."""
    form = page.locator(f"main form[action$='{action}']")
    for name, value in fields.items():
        form.locator(f"[name={name}]").fill(value)
    if not form.locator("button").is_visible():
        page.locator("details", has=form).locator("summary").click()
    with page.expect_event("load"):
        form.locator("button").click()


@pytest.mark.parametrize(
    ("language", "javascript"), [("fr", True), ("en", False)], ids=["fr-script", "en-no-script"]
)
def test_connected_told_and_removed(demo: Instance, visit: Visit, language: str, *, javascript: bool) -> None:
    page = visit(demo, "/", language=language, javascript=javascript)
    sign_in(page, CASTS[language].organiser, password(demo))
    page.goto(f"{HOME}?lang={language}")
    with page.expect_event("load"):
        page.locator("main a[href*='/sandbox/stripe/']").click()
    page.locator("details.till-tools summary").click()
    whole, lesser = page.locator(".till-keys code", has_text="rk_test_").all_inner_texts()

    page.goto(HOME)
    send(page, HOME, key=lesser)
    expect(page.locator(".errors, [aria-invalid=true]").first).to_be_visible()
    expect(page.locator("main")).to_contain_text("Disputes: Write")
    expect(page.locator("main")).to_contain_text("Payouts: Read")
    expect(page.locator("#webhook-address")).to_have_count(0)
    look(page, javascript=javascript)

    send(page, HOME, key=whole)
    expect(page.locator("main")).to_contain_text(whole[-4:])
    address = page.locator("#webhook-address").inner_text() or page.locator("#webhook-address").input_value()
    tail = address.strip().rpartition("/")[2]
    assert whole not in page.content()
    look(page, javascript=javascript)

    secret = _secret_of(page, tail)
    page.goto(HOME)
    send(page, f"{HOME}/secrets", secret="whsec_the_former_one_0123456789")
    send(page, f"{HOME}/secrets", secret=secret)
    look(page, javascript=javascript)
    send(page, f"{HOME}/secrets/retire")
    expect(page.locator(f"form[action$='{HOME}/secrets/retire']")).to_have_count(0)
    assert secret not in page.content()
    send(page, f"{HOME}/check")
    look(page, javascript=javascript)

    send(page, f"{HOME}/remove")
    expect(page.locator("#webhook-address")).to_have_count(0)


def _secret_of(page: Page, tail: str) -> str:
    """Have the test account tell the organisation's own address too; what it signs with."""
    page.goto("/sandbox/stripe/")
    page.locator("details.till-tools summary").click()
    page.locator("[name=organisation]").fill(tail)
    with page.expect_event("load"):
        page.locator("button[value=endpoint]").click()
    told = page.locator(".till-keys dt", has_text=tail).locator("+ dd").inner_text()
    assert re.fullmatch(r"whsec_\w+", told.strip())
    return told.strip()
