"""`make shots`: a picture of every page of the demo, in both languages, on a phone and on a desk, light and dark.

`python -m tests.journeys.shots brief impact` takes only the pages whose name contains one of the words.
"""

import sys
from collections.abc import Sequence

from playwright.sync_api import Browser, Page, sync_playwright

from tests.journeys.cast import Demo, enter, prepare
from tests.journeys.looking import DESK, PHONE, SCHEMES, resize
from tests.journeys.pages import VIEWS, View, Who
from tests.journeys.stage import FLAGS, ROOT, chromium, instance

FOLDER = ROOT / "shots"
LOCALES = {"fr": "fr-FR", "en": "en-GB"}
# What waits below to be scrolled to is in the picture too.
LOAD = """() => Promise.all([...document.querySelectorAll("img[loading=lazy]")].map(one => {
  one.loading = "eager";
  return one.decode().catch(() => null);
}))"""


def take(page: Page, demo: Demo, view: View, language: str) -> set[str]:
    """The pictures of one page in one language; returns their names."""
    made = set()
    path = demo.path(view.path)
    for size in (PHONE, DESK):
        page.goto("about:blank")  # or the browser would keep the place it had scrolled to
        resize(page, size)
        page.goto(f"{path}{'&' if '?' in path else '?'}lang={language}")  # as it opens at this size
        for scheme in SCHEMES:
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            page.evaluate(LOAD)
            name = f"{view.name}-{language}-{size[0]}-{scheme}.png"
            page.screenshot(path=FOLDER / name, full_page=True)
            made.add(name)
    return made


def walk(browser: Browser, demo: Demo, views: Sequence[View]) -> set[str]:
    """Each kind of person once for each language, with the pages that are theirs; the names of their pictures."""
    made: set[str] = set()
    for who in Who:
        theirs = [view for view in views if view.who is who]
        for language, locale in LOCALES.items():
            if theirs:
                context = browser.new_context(base_url=demo.running.url, locale=locale)
                page = context.new_page()
                enter(page, demo.running, who)
                made.update(*(take(page, demo, view, language) for view in theirs))
                context.close()
    return made


def main(words: Sequence[str]) -> int:
    """Take the pictures into shots/, in place of those that were there; with words, of those pages alone."""
    views = [view for view in VIEWS if not words or any(word in view.name for word in words)]
    FOLDER.mkdir(exist_ok=True)
    for name in [f"{view.name}-??-*-*.png" for view in views] if words else ["*.png"]:
        for old in FOLDER.glob(name):
            old.unlink()
    with instance() as running, sync_playwright() as tools:
        browser = tools.chromium.launch(executable_path=chromium(), args=FLAGS)
        made = walk(browser, prepare(running, browser), views)
        browser.close()
    sys.stdout.write(f"{len(made)} pictures of {len(views)} pages in {FOLDER.name}/\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
