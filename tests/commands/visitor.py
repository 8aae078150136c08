"""A person's browser without script: it reads a page's forms as they stand, fills them in and sends them."""

import re
from collections.abc import Mapping
from typing import Any, Self
from urllib.parse import urlsplit

import httpx2
from bs4 import BeautifulSoup, Tag

GAP = re.compile(r"\[[^\[\]]*\]")
Files = Mapping[str, tuple[str, bytes, str]]


class Visitor:
    """One browser with its cookies. It follows no redirect by itself: the test decides when."""

    def __init__(self, url: str) -> None:
        self.web = httpx2.Client(
            base_url=url,
            headers={"Origin": url, "Accept-Language": "en"},
            timeout=30,
            transport=httpx2.HTTPTransport(retries=2),  # a connection kept open to a process that was killed
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.web.close()

    def page(self, path: str) -> BeautifulSoup:
        """A page that answers 200."""
        answer = self.web.get(path)
        assert answer.status_code == 200, f"{path}: {answer.status_code} {answer.text[:400]}"
        return BeautifulSoup(answer.text, "html.parser")

    def send(self, path: str, ending: str, files: Files | None = None, **values: Any) -> str:
        """Fill in and send the form of a page whose address ends so; returns where the answer leads."""
        form = next(one for one in self.page(path).select("form") if _action(one, path).endswith(ending))
        return self.post(_action(form, path), {**typed(form), **values}, files)

    def post(self, path: str, values: Mapping[str, Any], files: Files | None = None) -> str:
        """Send values; returns where the answer leads, or nothing when it shows at once what is shown only once."""
        answer = self.web.post(path, data=dict(values), files=files)
        said = BeautifulSoup(answer.text, "html.parser").get_text(" ", strip=True)
        assert answer.status_code in (200, 303), f"{path}: {answer.status_code} {said[:1500]}"
        return str(answer.headers.get("location", ""))

    def fill_gaps(self, path: str, form: str, words: str) -> None:
        """Send every form of a page, found by a selector, that the template left gaps in."""
        for one in self.page(path).select(form):
            values = typed(one)
            filled = {name: [GAP.sub(words, one) for one in given] for name, given in values.items()}
            if filled != values:
                self.post(_action(one, path), filled)

    def links(self, path: str, selector: str) -> list[str]:
        """The paths that some links of a page lead to."""
        return [urlsplit(str(one["href"])).path for one in self.page(path).select(selector)]


def _action(form: Tag, path: str) -> str:
    return str(form.get("action") or path)


def typed(form: Tag) -> dict[str, list[str]]:
    """What a browser would send if the person changed nothing."""
    values: dict[str, list[str]] = {}
    for one in form.select("input[name], textarea[name], select[name]"):
        kind = one.get("type")
        if one.name == "textarea":
            value = one.get_text().removeprefix("\n")
        elif one.name == "select":
            option = one.select_one("option[selected]") or one.select_one("option")
            value = str(option["value"]) if option else ""
        elif kind == "file" or (kind in ("radio", "checkbox") and not one.has_attr("checked")):
            continue
        else:
            value = str(one.get("value", ""))
        values.setdefault(str(one["name"]), []).append(value)
    return values
