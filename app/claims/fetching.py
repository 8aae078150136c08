"""Read a source's page once, as text, on request. Refuses inner addresses, what is no text, and what is too long.

A failure never blocks anybody: the passage can be pasted by hand.
"""

import re
from dataclasses import dataclass, field
from datetime import timedelta
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit, urlunsplit

import httpx

from app.channels import net
from app.channels.tries import MayBePublic, NotPublic, SaidNo
from app.core import clock
from app.core.i18n import Message, mark

TIMEOUT = httpx.Timeout(10, connect=5)  # seconds
REDIRECTS = 3
LONGEST = timedelta(seconds=30)  # for all redirects together
_TEXTS = ("text/html", "application/xhtml+xml", "text/plain")


class Unreadable(Exception):
    """The page could not be read; `said` tells why, for a person."""

    def __init__(self, said: Message) -> None:
        super().__init__(said.text)
        self.said = said


_UNREACHABLE = mark("The page could not be reached. Paste the passage instead.")
_INNER = mark("This address is not one that can be read from here. Paste the passage instead.")
_NO_TEXT = mark("There is no text at this address. Paste the passage instead.")


def read_page(address: str) -> str:
    """The text at a web address, redirects followed a few times, each checked anew. Raises Unreadable.

    Opens a connection: call it outside any transaction.
    """
    until = clock.now() + LONGEST
    for _ in range(REDIRECTS + 1):
        answer = _ask(address)
        if clock.now() > until:
            break
        target = answer.headers.get("location", "")
        if answer.status in (301, 302, 303, 307, 308) and target:
            address = urljoin(address, target)
            continue
        if not answer.ok:
            raise Unreadable(_UNREACHABLE)
        return _text_of(answer)
    raise Unreadable(_UNREACHABLE)


def _ask(address: str) -> net.Answer:
    """One GET, to the very address that was checked: the name is not resolved twice, nor a proxy asked."""
    try:
        ip = net.reachable(address)
        parts = urlsplit(address)
        host = parts.hostname or ""
        place = f"[{ip}]" if ":" in ip else ip
        port = f":{parts.port}" if parts.port else ""
        return net.ask(
            "GET",
            urlunsplit((parts.scheme, place + port, parts.path or "/", parts.query, "")),
            headers={"Host": host + port, "User-Agent": "Septaine", "Accept": ", ".join(_TEXTS)},
            extensions={"sni_hostname": host},
            timeout=TIMEOUT,
            trust_env=False,
        )
    except SaidNo:
        problem = _INNER
    except (NotPublic, MayBePublic):
        problem = _UNREACHABLE
    except ValueError:  # a port that is none, brackets that do not close
        problem = _INNER
    raise Unreadable(problem)


def _text_of(answer: net.Answer) -> str:
    kind = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind not in _TEXTS:
        raise Unreadable(_NO_TEXT)
    text = answer.text if kind == "text/plain" else html_to_text(answer.text)
    text = text.replace("\x00", "").strip()
    if not text:
        raise Unreadable(_NO_TEXT)
    return text


_SKIPPED = frozenset({"script", "style", "noscript", "template", "svg", "title", "iframe", "nav"})
_BLOCKS = re.compile(
    r"address|article|aside|blockquote|br|d[dlt]|div|fig(caption|ure)|footer|form|h[1-6]|header|hr|li|main|[ou]l|p|pre"
    r"|section|table|t[dhr]"
)


@dataclass
class _Reading:
    parts: list[str] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)


class _Reader(HTMLParser):
    """Gathers what is read, one line a block; what is not meant for readers is passed over."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.so_far = _Reading()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002
        if tag in _SKIPPED:
            self.so_far.skipped.append(tag)
        elif _BLOCKS.fullmatch(tag):
            self.so_far.parts.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in self.so_far.skipped:
            while self.so_far.skipped.pop() != tag:
                pass
        elif _BLOCKS.fullmatch(tag):
            self.so_far.parts.append("\n")

    def handle_data(self, data: str) -> None:
        if not self.so_far.skipped:
            self.so_far.parts.append(re.sub(r"\s+", " ", data))


def html_to_text(page: str) -> str:
    """What a reader of a page reads, one line a block, without its navigation."""
    reader = _Reader()
    reader.feed(page)
    reader.close()
    lines = (re.sub(r"\s+", " ", line).strip() for line in "".join(reader.so_far.parts).split("\n"))
    return "\n".join(line for line in lines if line)
