"""Whether a document took a vector for code: read as a parser reads it, in each format we hand out."""

import csv
import io
import json
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any
from xml.etree import ElementTree as ET

from tests.house.poison import CANARY

RELOADS = '<noscript><meta http-equiv="refresh" content="15"></noscript>'
"""How the wall of a room follows without script: of our own making, and it leads nowhere else."""
FORBIDDEN = {
    *("base", "iframe", "object", "embed", "portal", "style", "frame", "frameset", "applet", "plaintext"),
    *("math", "set", "animate", "foreignobject", "noscript", "marquee", "template"),
}
FETCHED = {
    "src",
    "srcset",
    "action",
    "formaction",
    "data",
    "poster",
    "ping",
    "background",
    "xlink:href",
    "manifest",
}
WORDS = re.compile(
    r"54439|<class '|built-in|__subclasses__ of"
)  # what a template engine would have made of some
_SAFE = re.compile(r"(?i)^(https?:|mailto:|tel:|urn:|/(?!/)|#|\?|$)")
_OWN = re.compile(r"^(/(?!/)|#|\?|$)")


class Reader(HTMLParser):
    """Collects what is wrong with a page into `troubles`."""

    def __init__(self, base: str) -> None:
        super().__init__(convert_charrefs=True)
        self.base = base
        self.troubles: list[str] = []
        self._script: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if CANARY in tag or tag in FORBIDDEN:
            self.troubles.append(f"<{tag}> came alive")
        values = {name: value or "" for name, value in attrs}
        if tag == "script":
            self._script = values.get("type", "text/javascript")
            ours = values.get("src", "").removeprefix(self.base).startswith("/assets/")
            if not ours and self._script != "application/ld+json":
                self.troubles.append("a script of nobody's")
        if tag == "meta" and "http-equiv" in values:
            self.troubles.append("a <meta http-equiv>")
        for name, value in values.items():
            self._attribute(tag, name, value)

    handle_startendtag = handle_starttag

    def _attribute(self, tag: str, name: str, value: str) -> None:
        where = f"<{tag} {name}={value[:60]!r}>"
        if CANARY in name or name.startswith("on") or name in ("style", "srcdoc"):
            self.troubles.append(f"{where} came alive")
        elif name.startswith(("hx-", "data-hx-")) and CANARY in value:
            self.troubles.append(f"{where} is htmx's")
        elif name in ("href", "cite") and not _SAFE.match(value.strip()):
            self.troubles.append(f"{where} has a scheme")
        elif name in FETCHED and CANARY in value and not _OWN.match(value.removeprefix(self.base)):
            self.troubles.append(f"{where} is fetched or sent")

    def handle_endtag(self, tag: str) -> None:
        if tag == "script":
            self._script = None

    def handle_data(self, data: str) -> None:
        if WORDS.search(data):
            self.troubles.append(f"a template ran: {data[:80]!r}")
        if self._script is None:
            return
        if self._script == "application/ld+json":
            self.troubles += list(json_troubles(data))
        elif CANARY in data:
            self.troubles.append(f"inside a script: {data[:80]!r}")

    def handle_comment(self, data: str) -> None:
        if CANARY in data:
            self.troubles.append(f"a comment: {data[:80]!r}")

    handle_decl = handle_comment
    handle_pi = handle_comment
    unknown_decl = handle_comment


def html_troubles(page: str, base: str = "") -> list[str]:
    """What came alive on a page."""
    reader = Reader(base)
    reader.feed(page.replace(RELOADS, ""))
    reader.close()
    return reader.troubles + (["a comment"] if "<!--" in page else [])


def json_troubles(written: str) -> Iterator[str]:
    """JSON that is not JSON, or whose addresses have a scheme that runs."""
    try:
        yield from _addresses(json.loads(written))
    except ValueError:
        yield f"not JSON: {written[:80]!r}"


def _addresses(value: Any, key: str = "") -> Iterator[str]:
    if isinstance(value, dict):
        for name, one in value.items():
            if CANARY in name:
                yield f"a JSON key: {name[:80]!r}"
            yield from _addresses(one, name)
    elif isinstance(value, list):
        for one in value:
            yield from _addresses(one, key)
    elif isinstance(value, str) and key in ("url", "@id", "sameAs", "image", "src", "start_url"):
        for one in value.split():
            if re.match(r"(?i)\s*(javascript|data|vbscript):", one):
                yield f"a JSON address: {value[:80]!r}"


ATOM = "{http://www.w3.org/2005/Atom}"


def xml_troubles(written: bytes) -> Iterator[str]:
    """A feed or site map that is not XML, grew elements, or carries HTML that is not inert."""
    for element in ET.fromstring(written).iter():  # noqa: S314 - our own document
        if CANARY in element.tag or not element.tag.startswith("{"):
            yield f"an element: {element.tag}"
        for name, value in element.attrib.items():
            if CANARY in name or (name == "href" and not _SAFE.match(value)):
                yield f"{element.tag} {name}={value[:80]!r}"
        if element.get("type") in ("html", "xhtml"):
            yield from html_troubles(element.text or "")


PROPERTIES = {
    *("BEGIN", "END", "VERSION", "PRODID", "CALSCALE", "METHOD", "NAME", "X-WR-CALNAME", "X-WR-TIMEZONE"),
    *("REFRESH-INTERVAL", "X-PUBLISHED-TTL", "UID", "DTSTAMP", "DTSTART", "DTEND", "DURATION", "SUMMARY"),
    *("DESCRIPTION", "URL", "LOCATION", "STATUS", "SEQUENCE", "LAST-MODIFIED", "CREATED", "TRANSP", "COLOR"),
    *("CATEGORIES", "TZID", "TZNAME", "TZOFFSETFROM", "TZOFFSETTO", "RRULE", "RDATE", "ACTION", "TRIGGER"),
    *("ORGANIZER", "CLASS", "SOURCE", "TZURL", "X-LIC-LOCATION", "X-WR-CALDESC", "RECURRENCE-ID"),
}


def calendar_troubles(written: str) -> Iterator[str]:
    """A calendar file that grew a property."""
    for line in re.split(r"\r\n|\n|\r", re.sub(r"\r?\n[ \t]", "", written)):
        name = re.split(r"[:;]", line, maxsplit=1)[0]
        if line and name not in PROPERTIES:
            yield f"a line of a calendar: {line[:80]!r}"


def csv_troubles(written: str) -> Iterator[str]:
    """A cell that a spreadsheet takes for a formula."""
    for row in csv.reader(io.StringIO(written)):
        for cell in row:
            start = cell.lstrip(" \u00a0\u200b\u200c\u200d\u2060\ufeff")
            if start.startswith(tuple("=+-@\t\r＝＋－＠|%")) and not re.fullmatch(r"-?\d+([.,]\d+)?", start):
                yield f"a formula: {cell[:80]!r}"
