"""What somebody told is taken back from everywhere, or all of theirs is copied and erased, by themselves."""

import io
import json
import re
import zipfile
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from app.core import i18n
from tests.journeys.cast import EMAILS, brief_link, known_pids, mailed_path, password, sign_in
from tests.journeys.conftest import Visit
from tests.journeys.hand import Hand
from tests.journeys.looking import findings, small_boxes, too_wide
from tests.journeys.pages import Who
from tests.journeys.stage import Instance

PUBLIC = (
    *("", "/voices", "/voices/questions", "/days/1", "/days/2", "/days/3", "/donate", "/impact", "/sources"),
    *("/who", "/how-we-count", "/feed.atom", "/calendar.ics", "/ledger.csv"),
)
STUDIO = ("/week", "/calendar", "/voices", "/voices.csv", "/export", "/facts", "/review", "/participation")


def look(page: Page, *, javascript: bool) -> None:
    if javascript:
        assert findings(page) + small_boxes(page, 24) + too_wide(page) == []


def tell(hand: Hand, text: str, name: str, email: str) -> None:
    """A testimonial for every use, sent as anyone sends one."""
    page = hand.page
    form = page.locator("form[enctype*='multipart']")
    form.locator("[name=text]").fill(text)
    form.locator("[name=naming][value=first_name]").check()
    form.locator("[name=name]").fill(name)
    for box in form.locator("[name=uses]").all():
        box.check()
    form.locator("[name=age]").first.check()
    form.locator("[name=email]").fill(email)
    hand.press("Send it", form)
    expect(page.locator("#private")).to_be_visible()


def accept(page: Page, words: str) -> None:
    page.goto("/studio/inbox")
    page.locator("ul.inbox a", has_text=words).first.click()
    page.wait_for_url("**/studio/inbox/*")
    page.locator("button[value=accept]").click()
    page.wait_for_load_state()
    expect(page.locator(".errors")).to_have_count(0)


def found_at(context: BrowserContext, paths: list[str], mark: str) -> list[str]:
    """Which of these addresses say the mark."""
    found = []
    for path in paths:
        answer = context.request.get(path)
        assert answer.ok, (path, answer.status)
        body = answer.body()
        if body.startswith(b"PK"):
            with zipfile.ZipFile(io.BytesIO(body)) as archive:
                body = b"".join(archive.read(name) for name in archive.namelist())
        if mark.encode() in body:
            found.append(path)
    return found


def told_of_recall(page: Page, title: str) -> set[str]:
    """Who was mailed that a testimonial was taken back."""
    subjects = []
    for language in ("fr", "en"):
        with i18n.speaking(language):
            subjects.append(i18n.gettext("A testimonial was taken back – %(title)s") % {"title": title})
    page.goto("/sandbox/mail")
    lines = page.locator("ul.mailbox li").all_inner_texts()
    mails = [line for line in lines if any(one in line.replace("\xa0", " ") for one in subjects)]
    return set(re.findall(r"[\w.+-]+@[\w.-]+", " ".join(mails)))


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("javascript", [True, False], ids=["script", "no-script"])
def test_a_testimonial_is_taken_back_from_everywhere(
    demo: Instance, visit: Visit, language: str, *, javascript: bool
) -> None:
    mark = ("Balbuzard" if javascript else "Milan") + language
    email = f"nour-{mark}@exemple.example".lower()
    pid = known_pids(demo)["live"]
    page = visit(demo, f"/c/lanternes/voices?lang={language}", language=language, javascript=javascript)
    tell(Hand(page, language, javascript=javascript), f"{mark} : j’ai lu le menu à ma mère.", "Nour", email)

    team = visit(demo, "/", language=language, javascript=javascript, size=(1280, 900))
    sign_in(team, EMAILS[Who.ORGANISER], password(demo))
    accept(team, mark)
    room = f"/studio/campaigns/{pid}/voices"
    team.goto(f"{room}?lang={language}")
    mine = team.locator("article.voice-item", has_text=mark)
    voice = (mine.get_attribute("id") or "").removeprefix("voice-")
    Hand(team, language, javascript=javascript).press("Show it first", mine)
    mine = team.locator("article.voice-item", has_text=mark)
    mine.locator("button[value=week]").click()
    team.wait_for_url("**/frames/*")
    frame = urlsplit(team.url).path
    team.goto(f"{room}?lang={language}")
    card = team.locator(f"#voice-{voice} .cards img").first
    expect(card).to_be_visible()
    picture = card.get_attribute("src") or ""
    phone = visit(demo, brief_link(demo), language=language, javascript=javascript)
    public = [f"/c/lanternes{path}" for path in PUBLIC]
    studio = [*(f"/studio/campaigns/{pid}{path}" for path in STUDIO), "/studio/inbox?state=accepted"]
    before = [
        *found_at(page.context, public, mark),
        *found_at(team.context, [*studio, frame], mark),
        *found_at(phone.context, ["/brief"], mark),
    ]
    shown = {"/c/lanternes", "/c/lanternes/voices", "/c/lanternes/feed.atom", room, f"{room}.csv", "/brief"}
    assert shown | {frame} <= set(before), "the crawl would prove nothing"

    away = visit(demo, "/", language=language, javascript=javascript)
    away.goto(mailed_path(team, email, "/mine/"))
    away.wait_for_url("**/mine")
    away.goto(f"/mine?lang={language}")
    away.locator("a[href*='/mine/testimonials/']", has_text=mark).click()
    away.wait_for_url("**/mine/testimonials/*")
    look(away, javascript=javascript)
    Hand(away, language, javascript=javascript).press("Take it back everywhere")
    away.wait_for_url("**/mine*")
    expect(away.locator("main")).not_to_contain_text(mark)

    assert found_at(page.context, public, mark) == []
    assert found_at(team.context, studio, mark) == []
    assert found_at(phone.context, ["/brief"], mark) == []
    assert found_at(away.context, ["/mine"], mark) == []
    assert [team.context.request.get(path).status for path in (picture, frame)] == [404, 404]
    team.goto(f"{room}?lang={language}")
    expect(team.locator("#ended")).to_be_visible()
    look(team, javascript=javascript)
    told = told_of_recall(team, "La semaine de Maïa")
    assert EMAILS[Who.ORGANISER] in told
    assert any("leslanternes" not in address for address in told), "those who carry the campaign know too"


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("javascript", [True, False], ids=["script", "no-script"])
def test_everything_of_ones_own_is_copied_and_erased(
    demo: Instance, visit: Visit, language: str, *, javascript: bool
) -> None:
    mark = ("Courlis" if javascript else "Vanneau") + language
    email = f"sami-{mark}@exemple.example".lower()
    page = visit(demo, f"/c/lanternes/voices?lang={language}", language=language, javascript=javascript)
    hand = Hand(page, language, javascript=javascript)
    tell(hand, f"{mark} : ma première carte de bibliothèque.", "Sami", email)
    page.goto(mailed_path(page, email, "/mine/"))
    page.wait_for_url("**/mine")
    page.goto(f"/mine?lang={language}")
    with page.expect_download() as got:
        hand.button("Take a copy of everything").click()
    with zipfile.ZipFile(got.value.path()) as archive:
        told = json.loads(archive.read("testimonials.json"))
        names = set(archive.namelist())
    assert [one["text"].split(" ")[0] for one in told] == [mark]
    assert {"README.txt", "supporter.json", "mails.json"} <= names

    hand.follow("Erase everything")
    look(page, javascript=javascript)
    hand.press("Erase")
    expect(page.locator(".errors")).to_be_visible()
    page.locator("[name=sure]").check()
    hand.press("Erase")
    hand.sees("This server no longer knows you. Your links and this browser open nothing any more.")
    look(page, javascript=javascript)
    assert page.context.request.get("/mine").status == 410

    team = visit(demo, "/", language=language, javascript=javascript)
    sign_in(team, EMAILS[Who.ORGANISER], password(demo))
    assert found_at(team.context, ["/studio/inbox", "/studio/privacy", "/sandbox/mail"], mark) == []
    team.goto(f"/studio/privacy?lang={language}")
    team.locator("form[action*='/privacy/find'] [name=email]").fill(email)
    Hand(team, language, javascript=javascript).press("Look up")
    expect(team.locator("main")).to_contain_text(
        Hand(team, language, javascript=javascript).words("Nothing is kept")
    )
