"""Ways of looking at a page as it stands: axe, its width, the boxes a finger must meet."""

from functools import cache
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

AXE = {
    "runOnly": {
        "type": "tag",
        "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    },
    "rules": {"target-size": {"enabled": True}},
    "resultTypes": ["violations"],
}
CONTRAST = {"runOnly": {"type": "rule", "values": ["color-contrast"]}, "resultTypes": ["violations"]}
PHONE, DESK, NARROW = (390, 844), (1280, 900), (320, 640)
SCHEMES = ("light", "dark")

# Links inside a sentence keep the height of their line (WCAG 2.5.8, inline); a box hidden until it has the focus,
# and what is drawn by the label around it, are met elsewhere.
_SMALL = """least => [...document.querySelectorAll(
  "a[href], button, input:not([type=hidden]), select, textarea, summary, [role=button]"
)].filter(one => one.checkVisibility({visibilityProperty: true, opacityProperty: true})).map(one => {
  const label = one.matches("[type=radio], [type=checkbox]") && one.closest("label");
  return label || one;
}).filter(one => {
  if (one.closest(".vh, .honey, .skip, [inert], [popover]:not(:popover-open)")) return false;
  const style = getComputedStyle(one);
  if (one.matches("a, summary") && style.display === "inline") {
    const words = (one.parentElement.textContent || "").trim(), own = (one.textContent || "").trim();
    if (words.length > own.length) return false;
  }
  const box = one.getBoundingClientRect();
  return box.width && box.height && Math.min(box.width, box.height) < least - .5;
}).map(one => {
  const box = one.getBoundingClientRect();
  return `${one.outerHTML.slice(0, 120)} is ${box.width.toFixed(0)} × ${box.height.toFixed(0)}`;
})"""

# What sticks out of the window, unless a part of the page scrolls by itself.
_WIDE = """() => {
  const width = document.documentElement.clientWidth, all = document.documentElement.scrollWidth;
  if (all <= width) return [];
  return [`the page is ${all} wide in ${width}`, ...[...document.body.querySelectorAll("*")]
    .filter(one => one.getBoundingClientRect().right > width + 1 && one.checkVisibility())
    .slice(0, 6).map(one => one.outerHTML.slice(0, 100))];
}"""


# Two elements of one id: a label or an error then speaks of the wrong one. Axe does not mind any more; we do.
_TWICE = """() => {
  const seen = new Set(), twice = new Set();
  for (const one of document.querySelectorAll("[id]")) (seen.has(one.id) ? twice : seen).add(one.id);
  return [...twice].map(id => `two elements are called ${id}`);
}"""


@cache
def axe_script() -> str:
    """The source of axe, to be evaluated once in a page."""
    return str(Axe().axe_script)


def findings(page: Page) -> list[str]:
    """What axe finds on the page as it stands, one line for each thing, and ids given twice."""
    if page.evaluate("() => typeof window.axe === 'undefined'"):
        page.evaluate(axe_script())
    return list(page.evaluate(_TWICE)) + _violations(page, AXE)


def findings_by_day_and_night(page: Page) -> list[str]:
    """The same on a light ground, then what a dark one alone may break: the contrast of what is read."""
    page.emulate_media(color_scheme="light", reduced_motion="reduce")
    found = [f"light {one}" for one in findings(page)]
    page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    return found + [f"dark {one}" for one in _violations(page, CONTRAST)]


def _violations(page: Page, options: dict[str, Any]) -> list[str]:
    found: dict[str, Any] = page.evaluate("options => axe.run(document, options)", options)
    return [
        f"{rule['id']}: {rule['help']}: {node['html'][:140]}{_why(node)}"
        for rule in found["violations"]
        for node in rule["nodes"]
    ]


def _why(node: dict[str, Any]) -> str:
    said = [one["message"] for one in (*node["any"], *node["all"], *node["none"])]
    return f" ({said[0]})" if said else ""


def resize(page: Page, size: tuple[int, int]) -> None:
    page.set_viewport_size({"width": size[0], "height": size[1]})


def small_boxes(page: Page, least: int) -> list[str]:
    """What can be pressed and is smaller than so many pixels either way."""
    return list(page.evaluate(_SMALL, least))


def too_wide(page: Page) -> list[str]:
    """What makes the page scroll sideways, if it does."""
    return list(page.evaluate(_WIDE))
