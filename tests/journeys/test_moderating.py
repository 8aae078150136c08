"""Two moderators on one inbox: nothing is decided twice, a return comes back changed, an owner decides what is hard."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.journeys.cast import EMAILS, known_pids, password, sign_in
from tests.journeys.conftest import Visit
from tests.journeys.hand import Hand
from tests.journeys.looking import DESK, findings, small_boxes, too_wide
from tests.journeys.pages import Who
from tests.journeys.stage import Instance

MODERATOR = "odile@leslanternes.example"
ABOUT = {  # other words each time: questions that are alike are shown to whoever asks
    ("fr", True): [
        "Combien de bénévoles tiennent l’atelier du mardi soir ?",
        "Pourquoi cette dictée dont parle ma voisine ?",
        "Qui paierait un avocat contre la mairie ?",
        "Où range-t-on les dictionnaires pendant l’été ?",
        "Faut-il apporter son propre stylo ?",
    ],
    ("fr", False): [
        "Vos carnets sont-ils imprimés sur papier recyclé ?",
        "Que devient la lettre promise au facteur ?",
        "Peut-on contester un refus de la préfecture ?",
        "Un traducteur polonais viendra-t-il ce mois-ci ?",
        "Y a-t-il du thé après la lecture ?",
    ],
    ("en", True): [
        "Is the ramp wide enough for wheelchairs?",
        "Which teacher signed that certificate she lost?",
        "Who answers when a landlord threatens tenants?",
        "Do volunteers need a background check?",
        "Could we borrow picture books overnight?",
    ],
    ("en", False): [
        "Will there be Saturday lessons near the harbour?",
        "What happened with that exam my uncle mentions?",
        "Could the council sue somebody over a poster?",
        "Which alphabet do beginners learn first?",
        "Are children welcome while parents read?",
    ],
}


def look(page: Page, *, javascript: bool) -> None:
    if javascript:
        assert findings(page) + small_boxes(page, 24) + too_wide(page) == []


def ask(page: Page, hand: Hand, room: str, words: str) -> None:
    page.goto(room)
    hand.fill("Your question", words)
    hand.press("Send the question")
    expect(page.locator("main")).to_contain_text(words)  # among one's own: nobody else sees it yet


def line(page: Page, words: str) -> Locator:
    return page.locator("[data-line]").filter(has_text=words)


def walk_to(page: Page, words: str) -> None:
    """By keyboard alone: down the list to these words, and open them."""
    expect(page.locator("[data-keys]")).to_be_visible()
    for _ in range(page.locator("[data-line]").count()):
        page.keyboard.press("j")
        if words in page.locator("[data-open]:focus").inner_text():
            break
    expect(line(page, words)).to_have_class("is-here")
    with page.expect_event("load"):
        page.keyboard.press("o")


def open_(page: Page, inbox: str, words: str, *, javascript: bool) -> None:
    """Open one thing of the inbox, by keyboard or by its link."""
    page.goto(inbox)
    if javascript:
        walk_to(page, words)
    else:
        with page.expect_event("load"):
            line(page, words).locator("[data-open]").click()
    expect(page.locator("article")).to_contain_text(words)


def accept(page: Page, hand: Hand) -> None:
    if hand.javascript:
        with page.expect_event("load"):
            page.keyboard.press("a")
    else:
        hand.press("Accept")


def give_back(page: Page, hand: Hand, more: str) -> None:
    """Return what is open with a reason and a word of one's own."""
    form = page.locator("form[data-key-form=r]")
    if hand.javascript:
        page.keyboard.press("r")
        expect(form.locator("select")).to_be_focused()
    else:
        form.locator("xpath=ancestor::details").locator("summary").click()
    form.locator("select").select_option("unclear")
    form.locator("textarea").fill(more)
    with page.expect_event("load"):
        form.locator("button").click()


def escalate(page: Page, hand: Hand, why: str) -> None:
    form = page.locator("form[data-key-form=e]")
    if hand.javascript:
        page.keyboard.press("e")
        expect(form.locator("textarea")).to_be_focused()
    else:
        form.locator("xpath=ancestor::details").locator("summary").click()
    form.locator("textarea").fill(why)
    with page.expect_event("load"):
        form.locator("button").click()


Team = Callable[[str], tuple[Page, Hand]]


@pytest.fixture
def team(demo: Instance, visit: Visit, language: str, *, javascript: bool) -> Team:
    """Sign a member in, on a desk."""

    def enter(email: str) -> tuple[Page, Hand]:
        page = visit(demo, "/", language=language, javascript=javascript, size=DESK)
        sign_in(page, email, password(demo))
        return page, Hand(page, language, javascript=javascript)

    return enter


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("javascript", [True, False], ids=["script", "no-script"])
def test_two_moderators_on_one_inbox(
    demo: Instance, visit: Visit, team: Team, language: str, *, javascript: bool
) -> None:
    first, returned, hard, fourth, fifth = ABOUT[language, javascript]
    room = f"/c/lanternes/voices/questions?lang={language}"
    stranger = visit(demo, room, language=language, javascript=javascript)
    public = visit(demo, room, language=language, javascript=javascript)
    author = Hand(public, language, javascript=javascript)
    for words in ABOUT[language, javascript]:
        ask(public, author, room, words)

    inbox = f"/studio/inbox?lang={language}&kind=question&campaign={known_pids(demo)['live']}"
    odile, hers = team(MODERATOR)
    claire, her = team(EMAILS[Who.ORGANISER])

    stranger.goto(room)
    for words in ABOUT[language, javascript]:
        expect(stranger.locator("main")).not_to_contain_text(words)

    # One reads: the other sees who, and cannot decide; what she ticked before stays as it was.
    claire.goto(inbox)
    line(claire, first).locator("input[type=checkbox]").check()
    open_(odile, inbox, first, javascript=javascript)
    look(odile, javascript=javascript)
    her.press("Accept", claire.locator("fieldset.bulk"))
    expect(claire.locator(".errors")).to_contain_text(first[:40])
    expect(line(claire, first).locator("input")).to_be_disabled()
    claire.goto(odile.url)
    her.sees("%(name)s is reading this.")
    expect(claire.locator("button[value=accept]")).to_have_count(0)
    look(claire, javascript=javascript)
    accept(odile, hers)

    # Both choose the same two: who presses first decides, the other is told what was left.
    for page in (odile, claire):
        page.goto(inbox)
        expect(line(page, first)).to_have_count(0)
        for words in (fourth, fifth):
            line(page, words).locator("input[type=checkbox]").check()
    hers.press("Accept", odile.locator("fieldset.bulk"))
    claire.locator("fieldset.bulk select").select_option("off-topic")
    her.press("Return or refuse", claire.locator("fieldset.bulk"))
    for words in (fourth, fifth):
        expect(claire.locator(".errors")).to_contain_text(words[:40])
    stranger.goto(room)
    for words in (first, fourth, fifth):
        expect(stranger.locator("main")).to_contain_text(words)

    # Returned with a reason, changed by its author, back with the difference, taken.
    open_(odile, inbox, returned, javascript=javascript)
    give_back(odile, hers, "1998 ?")
    public.goto("/mine")
    card = public.locator("article", has_text=returned)
    expect(card).to_contain_text("1998 ?")
    with public.expect_event("load"):
        card.get_by_role("link").last.click()
    again = returned.replace("?", "en 1998 ?") if language == "fr" else returned.replace("?", " in 1998?")
    author.fill("Your question", again)
    author.press("Save")
    open_(odile, inbox, again, javascript=javascript)
    expect(odile.locator(".changes ins").first).to_contain_text("1998")
    look(odile, javascript=javascript)

    # Passed on: only an owner decides.
    open_(odile, inbox, hard, javascript=javascript)
    hard_address = odile.url
    escalate(odile, hers, "Qui décide ?")
    odile.goto(hard_address)
    expect(odile.locator("button[value=accept]")).to_have_count(0)
    claire.goto(f"/studio/inbox?lang={language}&whose=escalated")
    with claire.expect_event("load"):
        line(claire, hard).locator("[data-open]").click()
    expect(claire.locator("main")).to_contain_text("Qui décide ?")
    refuse = claire.locator("form[data-key-form=x]")
    refuse.locator("xpath=ancestor::details").locator("summary").click()
    refuse.locator("select").select_option("off-topic")
    with claire.expect_event("load"):
        refuse.locator("button").click()

    # What changed is accepted; the journal knows who did what.
    open_(odile, inbox, again, javascript=javascript)
    accept(odile, hers)
    stranger.goto(room)
    expect(stranger.locator("main")).to_contain_text(again)
    expect(stranger.locator("main")).not_to_contain_text(hard)
    claire.goto(f"/studio/audit?lang={language}")
    expect(claire.locator("main")).to_contain_text("Odile Kermarec")
