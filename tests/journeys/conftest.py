"""What every journey has: a running instance, a browser, and eyes that see what no page may do."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Request,
    Response,
    sync_playwright,
)

from tests.conftest import NO_BROWSER, database_of_its_own
from tests.journeys.cast import Demo, enter, prepare
from tests.journeys.looking import PHONE
from tests.journeys.pages import Who
from tests.journeys.stage import FLAGS, Instance, chromium, demo_data, instance

# Both languages and both ways, each twice: once here, once there. `--exhaustive` takes all four on either database.
PAIRS = {
    "sqlite": {("fr", False), ("en", True)},
    "postgresql": {("fr", True), ("en", False)},
}


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    journeys = [item for item in items if "journeys" in item.path.parts]
    for item in journeys:
        item.add_marker(pytest.mark.browser)
    if config.getoption("--exhaustive"):
        return
    pairs = PAIRS["postgresql" if config.getoption("--postgres") else "sqlite"]
    left = {item for item in journeys if not _is_of(item, pairs)}
    config.hook.pytest_deselected(items=list(left))
    items[:] = [item for item in items if item not in left]


def _is_of(item: pytest.Item, pairs: set[tuple[str, bool]]) -> bool:
    """Whether a journey crossed with both languages and both ways is of these pairs; any other is taken as it is."""
    crossed = {mark.args[0] for mark in item.iter_markers("parametrize")}
    if not crossed >= {"language", "javascript"}:
        return True
    assert isinstance(item, pytest.Function)
    return (item.callspec.params["language"], item.callspec.params["javascript"]) in pairs


@contextmanager
def own_demo(name: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Instance]:
    """An instance with the demo: on SQLite a copy of the one that this run loaded, on PostgreSQL loaded anew."""
    database = database_of_its_own(name)
    base = tmp_path_factory.getbasetemp()
    run = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    with instance(database, data=None if database else demo_data(run / "demo")) as running:
        yield running


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Instance]:
    """The demo as a newcomer meets it; shared, so journeys that change much take `fresh` or a demo of their own."""
    with own_demo("demo", tmp_path_factory) as running:
        yield running


@pytest.fixture(scope="session")
def lived_in(demo: Instance, browser: Browser) -> Demo:
    """The demo after a gift and an invitation, with the public ids of its rows."""
    return prepare(demo, browser)


@pytest.fixture(autouse=True)
def _hours_apart(request: pytest.FixtureRequest) -> None:
    """No journey in the shared demo is held up because others signed in before it."""
    if "demo" in request.fixturenames:
        request.getfixturevalue("demo").forget_tries()


@pytest.fixture
def fresh() -> Iterator[Instance]:
    """An instance nobody has set up yet, with the sandbox and the mailbox, and no demo data."""
    with instance(database_of_its_own("fresh"), command="serve", environment="development") as running:
        yield running


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    path = chromium()
    if path is None:
        pytest.skip(NO_BROWSER)
    with sync_playwright() as tools:
        opened = tools.chromium.launch(executable_path=path, args=FLAGS)
        yield opened
        opened.close()


@dataclass
class Witness:
    """What happened in the pages of one journey that must not happen in any."""

    troubles: list[str] = field(default_factory=list)

    def watch(self, page: Page, origin: str) -> None:
        page.on("pageerror", lambda error: self.troubles.append(f"script error: {error}"))
        page.on("console", self._console)
        page.on("request", lambda request: self._request(request, origin))
        page.on("requestfailed", self._failed)
        page.on("response", self._answer)

    def _console(self, message: ConsoleMessage) -> None:
        # A page that answers 404 or 422 is named in the console too: _answer judges those.
        if message.type in ("error", "warning") and "Failed to load resource" not in message.text:
            self.troubles.append(f"console: {message.text}")

    def _request(self, request: Request, origin: str) -> None:
        if not request.url.startswith((origin, "data:", "blob:")):
            self.troubles.append(f"another origin: {request.url}")

    def _failed(self, request: Request) -> None:
        # The browser itself gives up what a new page or a download makes useless.
        if "ERR_ABORTED" not in (request.failure or ""):
            self.troubles.append(f"{request.failure}: {request.url}")

    def _answer(self, answer: Response) -> None:
        part = answer.request.resource_type not in ("document", "fetch", "xhr")
        if answer.status >= 500 or (part and answer.status >= 400):
            self.troubles.append(f"{answer.status} {answer.url}")


Visit = Callable[..., Page]
LOCALES = {"fr": "fr-FR", "en": "en-GB"}


@pytest.fixture
def visit(browser: Browser) -> Iterator[Visit]:
    """Open a page of an instance in a browser of one's own: `visit(demo, "/", language="fr")`.

    At the end no page may have broken the content security policy, failed in a script, asked another origin for
    anything or met an error of the server.
    """
    contexts: list[BrowserContext] = []
    witness = Witness()

    def open_page(
        running: Instance,
        path: str = "/",
        *,
        language: str = "en",
        javascript: bool = True,
        size: tuple[int, int] = PHONE,
        dark: bool = False,
        **options: Any,
    ) -> Page:
        context = browser.new_context(
            base_url=running.url,
            locale=LOCALES[language],
            java_script_enabled=javascript,
            viewport={"width": size[0], "height": size[1]},
            color_scheme="dark" if dark else "light",
            reduced_motion="reduce",
            **options,
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(15_000)
        witness.watch(page, running.url)
        page.goto(path)
        return page

    yield open_page
    for context in contexts:
        for page in context.pages:  # captured: shown when the journey fails
            sys.stdout.write(f"\n--- {page.url}\n{page.locator('body').inner_text()[:3000]}\n")
        context.close()
    assert witness.troubles == []


Browsers = Callable[[Who, str], BrowserContext]


@pytest.fixture(scope="session")
def browsers(lived_in: Demo, browser: Browser) -> Iterator[Browsers]:
    """The browsers of the demo's own people, one for each language they read; they enter once."""
    kept: dict[tuple[Who, str], BrowserContext] = {}

    def of(who: Who, language: str) -> BrowserContext:
        if (who, language) not in kept:
            context = browser.new_context(
                base_url=lived_in.running.url, locale=LOCALES[language], reduced_motion="reduce"
            )
            kept[who, language] = context
            page = context.new_page()
            enter(page, lived_in.running, who)
            page.close()
        return kept[who, language]

    yield of
    for context in kept.values():
        context.close()
