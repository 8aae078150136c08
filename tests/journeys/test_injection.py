"""The whole demo, its every text a vector, in a real browser: no dialog, no policy violation, nothing executed.

The pages, the feeds and the site map as the browser opens them, and every mail as a mail program in a browser would.
"""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from app.core.db import make_engine
from app.tables import metadata
from tests.house.poison import CANARY, poison
from tests.house.poisoned_mails import MAILS, poisoned_mail
from tests.journeys.cast import Demo, enter, prepare
from tests.journeys.conftest import own_demo
from tests.journeys.pages import VIEWS, Who
from tests.journeys.stage import Instance

# Counts in the browser itself; a vector that runs calls the canary, a vector that tries meets the policy.
EARS = f"""
window.heard = [];
window.{CANARY} = () => window.heard.push("executed");
for (const name of ["alert", "confirm", "prompt"]) window[name] = () => window.heard.push(name);
document.addEventListener("securitypolicyviolation", event =>
  window.heard.push(`policy: ${{event.violatedDirective}} ${{event.blockedURI}} ${{event.sample}}`));
"""
# Each thing with a handler or a running address, wherever it stands, and elements nobody wrote.
LIVE = f"""() => [...document.querySelectorAll("*")].filter(one =>
  one.localName.includes("{CANARY}") ||
  [...one.attributes].some(attribute => attribute.name.startsWith("on") || attribute.name.includes("{CANARY}")
    || (/^(data-)?hx-/.test(attribute.name) && attribute.value.includes("{CANARY}"))
    || (["href", "src", "action", "formaction"].includes(attribute.name)
        && /^\\s*(javascript|vbscript|data:text)/i.test(attribute.value)))
).map(one => one.outerHTML.slice(0, 160))"""


FILES = ("/sitemap.xml", *(f"/c/{slug}/feed.atom" for slug in ("lanternes", "last-bus", "douze-chaises")))


@pytest.fixture(scope="module")
def poisoned(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """A demo of its own, made ready as for the sweeps, then every text of it replaced."""
    with own_demo("poisoned", tmp_path_factory) as running:
        demo = prepare(running, browser)
        yield demo


def _poison(running: Instance) -> int:
    url = running.environment["SEPTAINE_DATABASE_URL"] or f"sqlite:///{running.data_dir / 'septaine.db'}"
    engine = make_engine(url)
    with engine.execution_options(writing=True).begin() as connection:
        written = poison(connection, metadata, whole=1)
    engine.dispose()
    return written


def _entered(browser: Browser, demo: Demo) -> dict[Who, BrowserContext]:
    """Everybody is in before their names are poisoned."""
    contexts = {}
    for who in Who:
        contexts[who] = browser.new_context(
            base_url=demo.running.url, locale="en-GB", reduced_motion="reduce"
        )
        page = contexts[who].new_page()
        enter(page, demo.running, who)
        page.close()
        contexts[who].add_init_script(EARS)
    return contexts


def _listen(page: Page, troubles: list[str]) -> None:
    page.on("dialog", lambda dialog: (troubles.append(f"dialog: {page.url}"), dialog.dismiss()))
    page.on("request", lambda request: troubles.append(request.url) if _strange(request.url) else None)
    page.on("pageerror", lambda error: troubles.append(f"script error: {page.url}: {error}"))


def _strange(url: str) -> bool:
    return f"{CANARY}.example" in url


def _open_files(context: BrowserContext, troubles: list[str]) -> None:
    """What is no page, opened as one."""
    for path in FILES:
        page = context.new_page()
        _listen(page, troubles)
        answer = page.goto(path)
        assert answer is not None
        assert CANARY in answer.text() or path == "/sitemap.xml", path
        troubles += [f"{path}: {one}" for one in page.evaluate("() => window.heard")]
        troubles += [f"{path}: {one}" for one in page.evaluate(LIVE)]
        page.close()


def _read_mails(context: BrowserContext, troubles: list[str]) -> None:
    """Without a policy that would stop what came alive."""
    page = context.new_page()
    _listen(page, troubles)
    for kind in MAILS:
        page.goto("about:blank")
        page.set_content(poisoned_mail(kind))
        troubles += [f"mail {kind}: {one}" for one in page.evaluate("() => window.heard")]
        troubles += [f"mail {kind}: {one}" for one in page.evaluate(LIVE)]
    page.close()


def test_nothing_runs_anywhere(poisoned: Demo, browser: Browser) -> None:
    contexts = _entered(browser, poisoned)
    assert _poison(poisoned.running) > 500
    troubles: list[str] = []
    _open_files(contexts[Who.ANYONE], troubles)
    _read_mails(contexts[Who.ANYONE], troubles)
    opened = 0
    for view in VIEWS:
        page = contexts[view.who].new_page()
        _listen(page, troubles)
        answer = page.goto(poisoned.path(view.path))
        assert answer is not None
        if answer.status >= 500:
            troubles.append(f"{view.name}: {answer.status}")
        page.wait_for_load_state()
        opened += CANARY in page.content()
        troubles += [f"{view.name}: {one}" for one in page.evaluate("() => window.heard")]
        troubles += [f"{view.name}: {one}" for one in page.evaluate(LIVE)]
        page.close()
    for context in contexts.values():
        context.close()
    assert troubles == [], "\n".join(troubles[:40])
    assert opened > len(VIEWS) // 2, "too few pages showed the vectors: the test would prove nothing"
