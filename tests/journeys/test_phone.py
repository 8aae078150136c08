"""The influencer's phone: a proof from its pictures, the brief without network, a reminder that shows, the end.

Maïa reads French, whatever her browser asks for.
"""

import json

import pytest
from playwright.sync_api import Page, expect

from app.briefs.access import cookie_name
from tests.journeys.cast import brief_link
from tests.journeys.conftest import Visit
from tests.journeys.stage import Instance
from tests.media import samples

# What the phone has kept, by path; empty when it keeps nothing.
_KEPT = """async () => (await caches.has("brief"))
  ? (await (await caches.open("brief")).keys()).map(one => new URL(one.url).pathname) : []"""
_READY = "async () => (await navigator.serviceWorker.ready).scope"
_SHOWN = """async () => (await (await navigator.serviceWorker.ready).getNotifications())
  .map(one => [one.title, one.body, one.data])"""


def _until(page: Page, promised: str) -> None:
    """Wait in the page until what is promised is true, ten seconds at most.

    Playwright's own wait takes the promise itself for a yes.
    """
    page.evaluate(
        f"""async () => {{
          const end = performance.now() + 10_000;
          while (!(await ({promised})())) {{
            if (performance.now() > end) throw new Error("not in ten seconds");
            await new Promise(next => setTimeout(next, 50));
          }}
        }}"""
    )


def _settled(page: Page) -> None:
    """Open the brief until the helper has kept it."""
    page.evaluate(_READY)
    page.goto("/brief")
    _until(page, "async () => (await caches.has('brief')) && !!(await caches.match('/brief'))")
    page.wait_for_load_state("networkidle")


@pytest.mark.parametrize("javascript", [True, False], ids=["script", "no-script"])
def test_posted_with_a_screenshot_and_taken_back(demo: Instance, visit: Visit, *, javascript: bool) -> None:
    page = visit(demo, brief_link(demo), javascript=javascript)
    post = page.locator("article.item[id^=post-]:not(.is-posted)").last
    name = post.get_attribute("id")
    post.locator("summary", has_text="avec une preuve").click()
    shot = {"name": "IMG_0001.png", "mimeType": "image/png", "buffer": samples.picture(size=(90, 160))}
    post.locator("input[type=file]").set_input_files(shot)
    post.locator("details[open] button").click()
    posted = page.locator(f"#{name}.is-posted")
    address = posted.get_by_role("link", name="capture d’écran").get_attribute("href")
    assert page.request.get(address or "").headers["content-type"] == "image/webp"
    posted.get_by_role("button", name="Finalement, pas publié").click()
    expect(page.locator(f"#{name}")).not_to_have_class("item is-posted")
    assert page.request.get(address or "").status == 404


def test_without_network_the_phone_shows_the_copy_it_kept(demo: Instance, visit: Visit) -> None:
    page = visit(demo, brief_link(demo))
    _settled(page)
    heading = page.locator("h1").inner_text()
    expect(page.locator("[data-away]")).to_be_hidden()
    page.context.set_offline(True)
    page.goto("/brief")
    expect(page.locator("[data-away]")).to_be_visible()
    assert page.locator("h1").inner_text() == heading
    shown = page.evaluate(
        "() => [...document.images].filter(one => one.complete).map(one => one.naturalWidth)"
    )
    assert shown
    assert all(shown), "the pictures are there too"
    page.context.set_offline(False)
    page.goto("/brief")
    expect(page.locator("[data-away]")).to_be_hidden()


def test_when_the_link_has_ended_the_phone_keeps_nothing(demo: Instance, visit: Visit) -> None:
    page = visit(demo, brief_link(demo))
    _settled(page)
    assert "/brief" in page.evaluate(_KEPT)
    name = cookie_name().removeprefix("__Host-")
    page.context.add_cookies([{"name": name, "value": "ended", "url": demo.url}])
    page.goto("/brief")
    assert page.locator("h1").inner_text() == "This link has served"
    _until(page, f"async () => (await ({_KEPT})()).length === 0")
    page.get_by_role("link", name="Paste my personal link").click()
    page.locator("[name=link]").fill(brief_link(demo))
    page.get_by_role("button", name="Open my brief").click()
    page.wait_for_url("**/brief")


def test_a_reminder_shows_on_the_phone_and_leads_to_the_post(demo: Instance, visit: Visit) -> None:
    page = visit(demo, brief_link(demo), permissions=["notifications"])
    tools = page.context.new_cdp_session(page)
    found: list[str] = []
    tools.on(
        "ServiceWorker.workerRegistrationUpdated",
        lambda event: found.extend(one["registrationId"] for one in event["registrations"]),
    )
    tools.send("ServiceWorker.enable")
    _settled(page)
    words = {"title": "La clé", "body": "12:30", "url": f"{demo.url}/brief?day=3#post-x"}
    said = {"origin": demo.url, "registrationId": found[-1], "data": json.dumps(words)}
    tools.send("ServiceWorker.deliverPushMessage", said)
    _until(page, f"async () => (await ({_SHOWN})()).length === 1")
    assert page.evaluate(_SHOWN) == [[words["title"], words["body"], words["url"]]]


def test_ways_without_script_and_with(demo: Instance, visit: Visit) -> None:
    """Where no script runs the page says so, and the other ways work; with script it offers this phone."""
    plain = visit(demo, brief_link(demo), javascript=False)
    plain.goto("/brief/reminders")
    expect(plain.get_by_text("Ce navigateur ne peut pas afficher")).to_be_visible()
    expect(plain.get_by_role("button", name="Me prévenir sur ce téléphone")).to_be_hidden()
    plain.locator("[name=address]").fill("ntfy://a-word-of-the-journey")
    plain.get_by_role("button", name="Ajouter").click()
    plain.get_by_role("button", name="Retirer").click()
    expect(plain.get_by_role("button", name="Retirer")).to_have_count(0)
    page = visit(demo, brief_link(demo))
    page.goto("/brief/reminders")
    expect(page.get_by_role("button", name="Me prévenir sur ce téléphone")).to_be_visible()
    expect(page.get_by_text("Ce navigateur ne peut pas afficher")).to_be_hidden()
