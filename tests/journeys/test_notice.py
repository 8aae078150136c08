"""A notice from the form to the second decision: receipt, decision with reasons, mail, appeal, register, figures."""

from collections.abc import Callable
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.cast import known_pids, mailed_path, password, sign_in
from tests.journeys.conftest import Visit
from tests.journeys.hand import Hand
from tests.journeys.looking import findings, small_boxes, too_wide
from tests.journeys.stage import Instance

MODERATOR, COLLEAGUE = "odile@leslanternes.example", "bastien@leslanternes.example"
KEPT = "La photo a été prise par l’association, qui a l’accord écrit de la personne."
GIVEN_BACK = "L’accord écrit ne couvrait pas cette page : la photo en est retirée."
WHY = "Mon voisin est reconnaissable sur la photo et ne l’a jamais voulu."
WRONG = "Il a signé pour l’atelier, et pour rien d’autre : relisez ce papier."


def typed(page: Page) -> None:
    """As long as somebody takes to write: a notice sent within three seconds of its form is mailed nothing."""
    shown = int(page.locator("[name=stamp]").input_value().split(".")[0])
    while page.evaluate("Date.now() / 1000") < shown + 4:
        page.locator("[name=reason]").press("End")


def look(page: Page, *, javascript: bool) -> None:
    if javascript:
        assert findings(page) + small_boxes(page, 24) + too_wide(page) == []


def send(page: Page, action: str) -> None:
    """Press the button that sends a form."""
    with page.expect_event("load"):
        page.locator(f"main form[action*='{action}'] button").last.click()
    expect(page.locator(".errors")).to_have_count(0)


def take(page: Page, path: str) -> None:
    page.goto(path)
    send(page, "/claim")


def decide(page: Page, facts: str, outcome: str, basis: str = "") -> None:
    form = page.locator("form[action*='/decide']")
    form.locator(f"[name=outcome][value={outcome}]").check()
    if basis:
        form.locator("[name=ground][value=law]").check()
        form.locator("[name=basis]").fill(basis)
        form.locator("[name=done]").fill("La photo est retirée de la page.")
    form.locator("[name=facts]").fill(facts)
    send(page, "/decide")


Enter = Callable[[str], Page]


@pytest.fixture
def enter(demo: Instance, visit: Visit, language: str, *, javascript: bool) -> Enter:
    def of(email: str) -> Page:
        page = visit(demo, "/", language=language, javascript=javascript)
        sign_in(page, email, password(demo))
        return page

    return of


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("javascript", [True, False], ids=["script", "no-script"])
def test_from_a_notice_to_the_second_decision(
    demo: Instance, visit: Visit, enter: Enter, language: str, *, javascript: bool
) -> None:
    email = f"voisin-{language}-{javascript}@exemple.example".lower()
    page = visit(demo, f"/c/lanternes/who?lang={language}", language=language, javascript=javascript)
    hand = Hand(page, language, javascript=javascript)
    with page.expect_event("load"):
        page.locator("footer a[href*='/notice']").first.click()

    # What the law asks for is asked for, and what was typed stays.
    page.locator("[name=about]").fill(f"{demo.url}/c/lanternes/impact")
    page.locator("[name=category][value=privacy]").check()
    page.locator("[name=reason]").fill(WHY)
    page.locator("[name=name]").fill("Paul Voisin")
    page.locator("[name=email]").fill(email)
    hand.press("Send the notice")
    hand.sees("Confirm this to send your notice.")
    expect(page.locator("[name=reason]")).to_have_value(WHY)
    look(page, javascript=javascript)
    page.locator("[name=good_faith]").check()
    typed(page)
    hand.press("Send the notice")
    hand.sees("We have your notice. This page is your receipt.")
    look(page, javascript=javascript)
    receipt = urlsplit(page.url).path
    reference = page.locator("h1").inner_text().split()[-1]

    # The receipt is mailed too; the team finds the notice from the inbox, and one of them decides.
    mail = visit(demo, "/", javascript=javascript)
    assert mailed_path(mail, email, "/notice/") == receipt
    odile = enter(MODERATOR)
    odile.goto("/studio/inbox")
    with odile.expect_event("load"):
        odile.locator("nav.tabs a[href*='/studio/notices']").click()
    with odile.expect_event("load"):
        odile.locator("main a", has_text=reference).first.click()
    notice = odile.url
    bastien = enter(COLLEAGUE)
    send(odile, "/claim")
    bastien.goto(notice)
    expect(bastien.locator("#decide")).to_contain_text("Odile Kermarec")
    expect(bastien.locator("form[action*='/decide']")).to_have_count(0)
    look(odile, javascript=javascript)
    decide(odile, KEPT, "keep")

    # Whoever sent it reads the reasons by mail and on their page, and contests.
    answered = mailed_path(mail, email, "/notice/")
    expect(mail.locator("main")).to_contain_text(KEPT[:40])
    page.goto(answered)
    expect(page.locator("main")).to_contain_text(KEPT)
    look(page, javascript=javascript)
    page.locator("[name=text]").fill(WRONG)
    hand.press("Contest the decision")
    hand.sees(
        "The decision is contested. Someone who did not take it decides again; the answer will stand here."
    )

    # Not by her who decided: by somebody else, the other way.
    odile.goto(notice)
    expect(odile.locator("form[action*='/claim']")).to_have_count(0)
    take(bastien, notice)
    expect(bastien.locator("main")).to_contain_text(WRONG)
    decide(bastien, GIVEN_BACK, "hide", "Code civil, article 9")
    look(bastien, javascript=javascript)
    page.goto(receipt)
    expect(page.locator("main")).to_contain_text(GIVEN_BACK)
    expect(page.locator("main")).to_contain_text("Code civil, article 9")
    expect(page.locator("[name=text]")).to_have_count(0)
    mailed_path(mail, email, "/notice/")
    expect(mail.locator("main")).to_contain_text(GIVEN_BACK[:40])

    # Kept in the register, counted in the year.
    bastien.goto(f"/studio/notices?view=all&lang={language}")
    expect(bastien.locator("main")).to_contain_text(reference)
    register = bastien.request.get("/studio/notices/register.csv").text()
    assert reference in register
    assert email not in register
    page.goto(f"/notice/figures?org={known_pids(demo)['organisation']}&lang={language}")
    hand.sees("Notices in figures")
    expect(page.locator("main table, main dl").first).to_be_visible()
    look(page, javascript=javascript)
