"""The plain half of a mail, read off its HTML: one source, so that both say the same. Refuses nothing.

It reads the HTML of our own templates, not anybody's: headings, paragraphs, lists, tables of facts, links and
pictures. What is hidden in a mail program (head, preheader) is no part of it.
"""

import re
from dataclasses import dataclass
from html.parser import HTMLParser

from app.core import i18n

SUBJECT_LIMIT = 200
BULLET = "– "

_SPACE = re.compile(r"[ \t\r\n\f]+")  # what HTML takes for one space; no-break spaces are words' own
_APART = frozenset({"p", "h1", "h2", "ul", "ol", "div", "table"})  # a blank line before and after
_UNSEEN = frozenset({"style", "script"})


@dataclass(frozen=True)
class Halves:
    """One mail: its subject, and its words twice."""

    subject: str
    text: str
    html: str


def halves(html: str) -> Halves:
    """Subject and text of a mail's HTML, in the language that is spoken: the title is the subject."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return Halves(subject_of(reader.title), reader.written(), html)


def subject_of(written: str) -> str:
    """A subject on one line, whatever ends lines elsewhere (U+2028, form feeds), of 200 characters at most."""
    return " ".join(written.split())[:SUBJECT_LIMIT]


class _Reader(HTMLParser):
    """Writes lines while it reads. Addresses wait for the end of the line their words stand on."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.title = ""
        self._lines: list[str] = [""]
        self._waiting: list[tuple[str, str]] = []  # the words of a link, and where it leads
        self._link: tuple[str, int] | None = None  # where it leads, and where its words begin on their line
        self._unseen = ""  # the element whose content nobody sees
        self._depth = 0  # how many of its kind are open inside it
        self._in_title = self._in_heading = self._in_facts = False
        self._cells = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if self._unseen:
            self._depth += tag == self._unseen
        elif tag in _UNSEEN or given.get("class") == "pre":
            self._unseen, self._depth = tag, 1
        elif tag == "title":
            self._in_title = True
        elif tag == "a":
            self._link = (given.get("href", ""), len(self._lines[-1]))
        elif tag == "img":
            self._line(f"[{given.get('alt') or i18n.gettext('Picture')}]")
            self._line(given.get("src", ""))
        else:
            self._begin(tag, facts=given.get("class") == "facts")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)

    def _begin(self, tag: str, *, facts: bool) -> None:
        if tag == "br":
            self._line("")
        elif tag == "li" or (tag == "tr" and self._in_facts):
            self._line(BULLET)
            self._cells = 0
        elif tag == "td" and self._in_facts:
            self._cells += 1
            if self._cells > 1:
                self._lines[-1] = self._lines[-1].rstrip(" ") + i18n.gettext(": ")
        elif tag in _APART or tag == "td":
            self._apart()
            self._in_facts = self._in_facts or facts
            self._in_heading = tag == "h1"

    def handle_endtag(self, tag: str) -> None:
        if self._unseen:
            self._depth -= tag == self._unseen
            self._unseen = self._unseen if self._depth else ""
        elif tag == "title":
            self._in_title = False
        elif tag == "a":
            self._close_link()
        elif tag == "h1":
            self._close_heading()
        elif tag in _APART:
            self._apart()
            self._in_facts = self._in_facts and tag != "table"

    def handle_data(self, data: str) -> None:
        if self._in_title:
            self.title += data
        elif not self._unseen:
            self._lines[-1] += _SPACE.sub(" ", data)

    def _close_link(self) -> None:
        if self._link is None:
            return
        address, begun = self._link
        words = self._lines[-1][begun:].strip(" ")
        if address and words != address:
            self._waiting.append((words, address))
        self._link = None

    def _close_heading(self) -> None:
        """A heading that only repeats the subject is said once: the subject stands above the text everywhere."""
        if self._in_heading and " ".join(self._lines[-1].split()) == " ".join(self.title.split()):
            self._lines[-1] = ""
        self._in_heading = False
        self._apart()

    def _line(self, begins: str) -> None:
        """End the line, tell where its links lead, begin another."""
        self._lines[-1] = re.sub(" +", " ", self._lines[-1]).strip(" ")
        for words, address in self._waiting:
            if self._lines[-1].removeprefix(BULLET) == words and not re.search(r":|[.?…]$", words):
                self._lines[-1] += i18n.gettext(": ").rstrip(" ")
            self._lines.append(address)
        self._waiting = []
        self._lines.append(begins)

    def _apart(self) -> None:
        self._line("")
        self._line("")

    def written(self) -> str:
        """All that was read: no space at the end of a line, one blank line between paragraphs."""
        self._line("")
        return re.sub(r"\n{3,}", "\n\n", "\n".join(self._lines)).strip() + "\n"
