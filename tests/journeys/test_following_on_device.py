"""Following on this device: asked in the page, known again by the browser, shown by its helper, stopped.

No push service is called: what the browser would be given by its maker is put in its place before the page runs.
The helper, its registration, the notice and the click are the browser's own.
"""

import json
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect
from sqlmodel import Session, select

from app.campaigns.models import Campaign
from app.core.db import make_engine
from app.followers.models import FollowDevice
from tests.journeys.conftest import Visit
from tests.journeys.hand import Hand
from tests.journeys.looking import findings_by_day_and_night, small_boxes, too_wide
from tests.journeys.stage import Instance
from tests.push.stage import Browser

BOTH = pytest.mark.parametrize("language", ["fr", "en"])
PAGE = "/c/lanternes/follow"

# A subscription is of one registration, and ends with it: here it lives in the page's own store.
MAKER = """
(given => {
  const KEPT = "subscription";
  const bytes = text => {
    const plain = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
    return Uint8Array.from(plain, char => char.charCodeAt(0)).buffer;
  };
  const made = key => ({
    endpoint: given.endpoint,
    options: { applicationServerKey: bytes(key) },
    getKey: name => bytes(given[name]),
    unsubscribe: async () => { localStorage.removeItem(KEPT); return true; },
  });
  PushManager.prototype.getSubscription = async () => {
    const key = localStorage.getItem(KEPT);
    return key ? made(key) : null;
  };
  PushManager.prototype.subscribe = async options => {
    const key = btoa(String.fromCharCode(...options.applicationServerKey))
      .replace(/\\+/g, "-").replace(/\\//g, "_").replace(/=+$/, "");
    localStorage.setItem(KEPT, key);
    return made(key);
  };
  const end = ServiceWorkerRegistration.prototype.unregister;
  ServiceWorkerRegistration.prototype.unregister = function () {
    localStorage.removeItem(KEPT);
    return end.call(this);
  };
})"""

Opened = Callable[..., Hand]


@pytest.fixture
def opened(demo: Instance, visit: Visit) -> Opened:
    """The page of following, in a browser whose maker gives it what `given` says."""

    def open_page(language: str, given: dict[str, str], **values: object) -> Hand:
        page = visit(demo, "/privacy", language=language, **values)
        page.add_init_script(f"{MAKER}({json.dumps(given)})")
        page.goto(f"{demo.url}{PAGE}?lang={language}")
        return Hand(page, language, javascript=True)

    return open_page


def _place(page: Page) -> Locator:
    return page.locator("#device")


def _devices(running: Instance) -> set[tuple[str, int]]:
    """Language and topics of who follows by now, besides those of the demo."""
    url = running.environment["SEPTAINE_DATABASE_URL"] or f"sqlite:///{running.data_dir / 'septaine.db'}"
    engine = make_engine(url)
    with Session(engine.execution_options(writing=False)) as session:
        campaign = session.exec(select(Campaign).where(Campaign.slug == "lanternes")).one()
        rows = session.exec(select(FollowDevice).where(FollowDevice.campaign_id == campaign.id)).all()
        found = {(row.language, row.topics) for row in rows if row.topics == 1}
    engine.dispose()
    return found


def _look(hand: Hand) -> None:
    assert findings_by_day_and_night(hand.page) == []
    assert too_wide(hand.page) == []
    assert small_boxes(hand.page, 24) == []


@BOTH
def test_followed_known_again_told_and_stopped(opened: Opened, demo: Instance, language: str) -> None:
    given = {**Browser("127.0.0.1:9").subscription(), "endpoint": f"http://127.0.0.1:9/{language}"}
    hand = opened(language, given, permissions=["notifications"])
    place = _place(hand.page)
    expect(place).to_be_visible()
    _look(hand)
    for topic in ("challenge", "drive", "accounts", "corrections"):
        place.locator(f"[value={topic}]").uncheck()
    hand.button("Tell me on this device").click()
    hand.sees("This device is told", place)
    expect(hand.button("Tell me on this device")).to_be_hidden()
    assert (language, 1) in _devices(demo)
    _look(hand)

    hand.page.reload()
    hand.sees("This device is told", place)
    _shown_by_the_helper(hand.page, demo)

    hand.button("Stop on this device").click()
    expect(hand.button("Tell me on this device")).to_be_visible()
    expect(place.locator("h2")).to_be_focused()
    assert (language, 1) not in _devices(demo)
    assert hand.page.evaluate("async () => (await navigator.serviceWorker.getRegistrations()).length") == 0


def _shown_by_the_helper(page: Page, demo: Instance) -> None:
    """The browser hands a message to the helper of this campaign, which shows it and nothing else."""
    tools = page.context.new_cdp_session(page)
    found: list[str] = []
    tools.on(
        "ServiceWorker.workerRegistrationUpdated",
        lambda event: found.extend(
            one["registrationId"] for one in event["registrations"] if "/follow/" in one["scopeURL"]
        ),
    )
    tools.send("ServiceWorker.enable")
    page.wait_for_timeout(200)
    words = {"title": "La clé", "body": "La semaine", "url": f"{demo.url}/c/lanternes/days/3"}
    said = {"origin": demo.url, "registrationId": found[-1], "data": json.dumps(words)}
    tools.send("ServiceWorker.deliverPushMessage", said)
    shown = """async scope => {
      const helper = await navigator.serviceWorker.getRegistration(scope);
      const end = performance.now() + 10_000;
      for (;;) {
        const all = await helper.getNotifications();
        if (all.length || performance.now() > end) return all.map(one => [one.title, one.body, one.data]);
        await new Promise(next => setTimeout(next, 50));
      }
    }"""
    scope = _place(page).get_attribute("data-scope")
    assert page.evaluate(shown, scope) == [[words["title"], words["body"], words["url"]]]
    tools.detach()


def test_what_the_server_forgot_is_offered_anew(opened: Opened, demo: Instance) -> None:
    given = {**Browser("127.0.0.1:9").subscription(), "endpoint": "http://127.0.0.1:9/forgotten"}
    hand = opened("en", given, permissions=["notifications"])
    hand.button("Tell me on this device").click()
    hand.sees("This device is told")
    hand.page.request.post(
        f"{demo.url}{PAGE}/device/stop",
        form={"endpoint": given["endpoint"]},
        headers={"Origin": demo.url},
    )
    hand.page.reload()
    expect(hand.button("Tell me on this device")).to_be_visible()


def test_a_refusal_is_said_and_leaves_nothing_behind(opened: Opened) -> None:
    given = {**Browser("x").subscription(), "endpoint": "https://push.example/x"}
    hand = opened("fr", given, permissions=["notifications"])
    hand.button("Tell me on this device").click()
    hand.sees("This browser is called through a service we do not know.")
    expect(hand.button("Tell me on this device")).to_be_visible()
    _look(hand)
    assert hand.page.evaluate("() => localStorage.length") == 0
    for box in _place(hand.page).locator("[name=topics]").all():
        box.uncheck()
    hand.button("Tell me on this device").click()
    hand.sees("Choose at least one. To receive nothing, stop following.")


def test_without_permission_and_where_a_browser_cannot(demo: Instance, visit: Visit) -> None:
    """Denied: how to allow it. An iPhone outside the home screen: what it needs. Elsewhere, without script: nothing."""
    page = visit(demo, f"{PAGE}?lang=en")
    page.add_init_script("Object.defineProperty(Notification, 'permission', { get: () => 'denied' })")
    page.reload()
    hand = Hand(page, "en", javascript=True)
    hand.sees("This browser was told to show no notifications from here.")
    for script, seen in (
        ("", False),
        ("Object.defineProperty(navigator, 'standalone', { value: false });", True),
    ):
        page = visit(demo, f"{PAGE}?lang=en")
        page.add_init_script(f"delete window.PushManager; {script}")
        page.reload()
        page.wait_for_load_state("networkidle")
        expect(_place(page)).to_be_visible(visible=seen)
        if seen:
            Hand(page, "en", javascript=True).sees("On an iPhone or iPad:", _place(page))
            expect(_place(page).get_by_role("button")).to_have_count(0)
    plain = visit(demo, f"{PAGE}?lang=en", javascript=False)
    expect(_place(plain)).to_be_hidden()
