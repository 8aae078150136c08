"""Templates keep the house's rules: nothing inline, a title on each page, pictures with size and words."""

import re

import pytest

from app.core.templating import TEMPLATES, environment

ALL = sorted(path.relative_to(TEMPLATES).as_posix() for path in TEMPLATES.rglob("*.html"))
EXTENDED = {
    parent
    for name in ALL
    for parent in re.findall(r'{% extends "([^"]+)" %}', (TEMPLATES / name).read_text(encoding="utf-8"))
}
PAGES = [
    name
    for name in ALL
    if "{% extends" in (TEMPLATES / name).read_text(encoding="utf-8")
    and name not in EXTENDED
    and not name.startswith("emails/")
]
MAILS = ("emails/", "layouts/mail.html")


def _source(name: str) -> str:
    return re.sub(r"\{#.*?#\}", "", (TEMPLATES / name).read_text(encoding="utf-8"), flags=re.DOTALL)


@pytest.mark.parametrize("name", ALL)
def test_compiles(name: str) -> None:
    environment().get_template(name)


def _chain(name: str) -> str:
    """The source of a page and of its layouts, but for the base, whose title is only the product’s name."""
    source = _source(name)
    for parent in re.findall(r'{% extends "([^"]+)" %}', source):
        if parent != "layouts/base.html":
            source += _chain(parent)
    return source


@pytest.mark.parametrize("name", PAGES)
def test_has_a_title(name: str) -> None:
    assert "{% block title %}" in _chain(name), "every page has a title"


@pytest.mark.parametrize("name", [name for name in ALL if not name.startswith(MAILS)])
def test_nothing_inline(name: str) -> None:
    source = _source(name)
    for pattern, why in (
        (r"\sstyle\s*=\s*[\"']", "style attributes are blocked by the policy"),
        (r"<style\b", "styles live in static/css"),
        (r"\son[a-z]+\s*=\s*[\"']", "handlers live in static/js"),
        (r"\bhx-on\b", "needs eval"),
        (r"hx-(vals|headers|confirm)[^=]*=\s*[\"']\s*js:", "needs eval"),
        (r"<script(?![^>]*\b(src=|type=\"application/ld\+json\"))", "scripts live in static/js"),
        (r"\|\s*safe\b", "nothing is marked safe in a template"),
    ):
        assert not re.search(pattern, source), why


@pytest.mark.parametrize("name", ALL)
def test_pictures_have_size_and_words(name: str) -> None:
    for tag in re.findall(r"<img\b[^>]*>", _source(name)):
        for needed in ("alt=", "width=", "height="):
            assert needed in tag, tag


# Pages without a session: no cookie rides on their forms; the edge checks where they come from.
OPEN = (
    "sandbox/",
    "public/",
    "donations/",
    "notices/",
    "followers/",
    "layouts/campaign.html",
    "studio/kit.html",
)


@pytest.mark.parametrize("name", [name for name in ALL if not name.startswith(OPEN)])
def test_forms_that_change_something_carry_the_token(name: str) -> None:
    source = _source(name)
    if '{% extends "layouts/door.html" %}' in source:
        return
    for form in re.findall(r"<form\b[^>]*method=\"post\".*?</form>", source, flags=re.DOTALL):
        assert "csrf" in form, form[:120]
