"""What every journey has: a running instance, a browser, and eyes that see what no page may do."""

import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, Request, sync_playwright

from tests.conftest import new_postgres_database
from tests.journeys.stage import FLAGS, Instance, chromium, instance

AXE = {
    "runOnly": {
        "type": "tag",
        "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    },
    "rules": {"target-size": {"enabled": True}},
}
PHONE, DESK = (390, 844), (1280, 900)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "journeys" in item.path.parts:
            item.add_marker(pytest.mark.browser)


def _database(name: str) -> str:
    """An own PostgreSQL database when the suite runs on PostgreSQL; else the instance's SQLite file."""
    server = os.environ.get("SEPTAINE_TEST_POSTGRES")
    worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
    return new_postgres_database(server, f"{name}_{worker}") if server else ""


@pytest.fixture(scope="session")
def demo() -> Iterator[Instance]:
    """The demo as a newcomer meets it; shared, so journeys that change much take `fresh`."""
    with instance(_database("demo")) as running:
        yield running


@pytest.fixture
def fresh() -> Iterator[Instance]:
    """An instance nobody has set up yet, with the sandbox and the mailbox, and no demo data."""
    with instance(_database("fresh"), command="serve", environment="development") as running:
        yield running


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    path = chromium()
    if path is None:
        pytest.fail("no Chromium on this machine: `make test` finds or installs one")
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
        page.on("console", lambda message: self._console(message.text))
        page.on("request", lambda request: self._request(request, origin))
        page.on(
            "response",
            lambda answer: answer.status >= 500 and self.troubles.append(f"{answer.status} {answer.url}"),
        )

    def _console(self, text: str) -> None:
        if re.search(r"Content Security Policy|Refused to|integrity", text):
            self.troubles.append(text)

    def _request(self, request: Request, origin: str) -> None:
        if not request.url.startswith((origin, "data:", "blob:")):
            self.troubles.append(f"another origin: {request.url}")


Visit = Callable[..., Page]


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
            locale={"fr": "fr-FR", "en": "en-GB"}[language],
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
        context.close()
    assert witness.troubles == []


def check_accessible(page: Page) -> None:
    """No finding of axe on the page as it stands, small targets included."""
    found = Axe().run(page, options=AXE)
    assert found.violations_count == 0, found.generate_report()
