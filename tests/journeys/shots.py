"""`make shots`: walks the demo from the links it prints and takes a picture of every kind of page it meets."""

import re
import sys
from collections import deque
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, Error, sync_playwright

from tests.journeys.stage import FLAGS, ROOT, Instance, chromium, instance

FOLDER = ROOT / "shots"
SIZES = ((390, 844), (1280, 900))
AWAY = re.compile(
    r"/(assets|media|sandbox/stripe|r|healthz|readyz|metrics)\b|\.(ics|atom|csv|json|png|xml|txt|zip)$"
)


def kind(path: str) -> str:
    """Pages that differ only in which row they show are one kind; each public campaign is its own."""
    return re.sub(r"/(?:[0-9a-hjkmnp-tv-z]{16}|\d+)(?=/|$)", "/_", path)


def walk(context: BrowserContext, running: Instance) -> list[str]:
    """One path of each kind, found by following links from those the server printed."""
    page = context.new_page()
    for label, address in running.links.items():
        if "/brief/" in address:
            page.goto(address)
        if account := re.search(r"as (\S+) with the password (\S+)", label):
            page.goto(f"{running.url}/studio/sign-in")
            page.fill("[name=email]", account[1])
            page.fill("[name=password]", account[2])
            page.press("[name=password]", "Enter")
            page.wait_for_url("**/studio")
    ways, kinds, found = deque(["/", "/studio", "/brief", *map(_path, running.links.values())]), set(), []
    while ways:
        path = ways.popleft()
        if kind(path) in kinds or AWAY.search(path) or re.search(r"/(setup|sign-in|brief)/.", path):
            continue
        kinds.add(kind(path))
        try:
            answer = page.goto(running.url + path)
        except Error:  # a file to download
            continue
        if answer is None or not answer.ok or "text/html" not in answer.headers.get("content-type", ""):
            continue
        found.append(path)
        links = page.eval_on_selector_all("a[href]", "all => all.map(one => one.href)")
        ways += [_path(link) for link in links if link.startswith(running.url)]
    page.close()
    return found


def _path(address: str) -> str:
    return urlsplit(address).path or "/"


def take(context: BrowserContext, running: Instance, paths: list[str], language: str) -> int:
    page = context.new_page()
    for path in paths:
        name = re.sub(r"[^a-z0-9]+", "-", kind(path)).strip("-") or "home"
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            for width, height in SIZES:
                page.set_viewport_size({"width": width, "height": height})
                page.goto(f"{running.url}{path}?lang={language}")
                page.screenshot(path=FOLDER / f"{name}-{language}-{width}-{scheme}.png", full_page=True)
    page.close()
    return len(paths) * 4


def main() -> int:
    FOLDER.mkdir(exist_ok=True)
    for old in Path(FOLDER).glob("*.png"):
        old.unlink()
    with instance() as running, sync_playwright() as tools:
        browser = tools.chromium.launch(executable_path=chromium(), args=FLAGS)
        context = browser.new_context(locale="fr-FR")
        paths = walk(context, running)
        made = sum(take(context, running, paths, language) for language in ("fr", "en"))
        browser.close()
    sys.stdout.write(f"{made} pictures of {len(paths)} pages in {FOLDER.name}/\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
