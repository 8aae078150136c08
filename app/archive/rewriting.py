"""One public page made into a file: its links lead to other files, what needs a server is replaced by a sentence.
Refuses to leave anything in it that a browser would fetch from elsewhere, run or send."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from bs4 import BeautifulSoup, Tag
from bs4.dammit import EntitySubstitution
from bs4.formatter import HTMLFormatter

from app.archive.rules import Fate

Placed = Callable[[str], tuple[Fate, str]]
"""What becomes of an address, and what to write instead of it."""

POLICY = "; ".join(
    f"{what} 'none'"
    for what in ("script-src", "connect-src", "form-action", "frame-src", "object-src", "base-uri")
)
"""What a kept page may still do, said to the browser too: nothing but show itself."""

_GONE = (
    "aside.sandbox, .toasts, nav.givebar, [data-not-kept], [data-share], [data-copy], iframe, object, embed, template,"
    " base, meta[http-equiv], link[rel=manifest], link[rel=preload], link[rel=modulepreload], link[rel=preconnect],"
    " link[rel=dns-prefetch], link[rel=prefetch], link[hreflang=x-default], button:not([popovertarget])"
)
_SOURCES = (("img", "src"), ("source", "src"), ("video", "src"), ("video", "poster"), ("audio", "src"))
_MORE_SOURCES = (("track", "src"), ("image", "href"), ("use", "href"), ("input", "src"))
_MOVING_ATTRIBUTES = re.compile(
    r"hx-|on|data-(live|again|version|proof|worker|file|url|text|title)|(ping|integrity|crossorigin|nonce)$"
)
_URL = re.compile(r"""url\(\s*(["']?)([^"')]+)\1\s*\)""")
_HOLDS = ("img", "svg", "video", "audio", "input", "hr", "br", "progress", "picture")


@dataclass(frozen=True)
class Words:
    """What stands in the page's language instead of what it can do no more."""

    label: str  # of the region, read aloud
    ended: str  # when the campaign ended, when the page was kept
    stood: str  # where it stood; followed by its address
    instead: str  # of each form
    address: str  # where the page stood
    # where no link leads to the campaign: its first page, its title, its language
    back: tuple[str, str, str] | None = None


# The page's own characters, and `<br>` as HTML writes it.
_AS_WRITTEN = HTMLFormatter(
    entity_substitution=EntitySubstitution.substitute_xml, void_element_close_prefix=""
)


class KeptPage:
    """A page on its way into a file: `addresses` says what it needs, `placed` writes it."""

    def __init__(self, html: bytes) -> None:
        self._tree = BeautifulSoup(html, "html.parser", from_encoding="utf-8")
        self._empty()

    def _empty(self) -> None:
        """Take out what runs, what listens, what only the server can do."""
        for script in self._tree.find_all("script"):
            if script.get("type") != "application/ld+json":
                script.decompose()
        for one in self._tree.find_all("noscript"):
            one.unwrap()
        for form in self._tree.find_all("form"):
            mark = self._tree.new_tag("p", attrs={"class": "soft", "data-kept-form": ""})
            form.replace_with(mark)
        for one in self._tree.select(_GONE):
            _drop(one)
        for tag in self._tree.select("*"):
            for name in [name for name in tag.attrs if _MOVING_ATTRIBUTES.match(name)]:
                del tag[name]

    def _links(self) -> Iterator[tuple[Tag, str]]:
        for tag in self._tree.select("a[href], area[href], link[href]"):
            if "canonical" not in tag.get_attribute_list("rel"):
                yield tag, "href"

    def _sources(self) -> Iterator[tuple[Tag, str]]:
        for name, attribute in (*_SOURCES, *_MORE_SOURCES):
            for tag in self._tree.select(f"{name}[{attribute}]"):
                yield tag, attribute

    def addresses(self) -> list[str]:
        """Every address of the page that a file may stand for, in the order they are met."""
        found = [str(tag[name]) for tag, name in (*self._links(), *self._sources())]
        for tag in self._tree.select("[srcset]"):
            found += [address for address, _ in _candidates(str(tag["srcset"]))]
        return list(dict.fromkeys(one for one in found if _is_address(one)))

    def placed(self, place: Placed, words: Words) -> bytes:
        """The file: every address replaced by what `place` says, the sentences in their places."""
        for tag, name in list(self._sources()):
            _point(tag, name, place)
        for tag in self._tree.select("[srcset]"):
            told = [
                (place(address), size)
                for address, size in _candidates(str(tag["srcset"]))
                if _is_address(address)
            ]
            left = [f"{address}{size}" for (fate, address), size in told if fate is Fate.KEPT]
            tag["srcset"] = ", ".join(left)
            if not left:
                tag.decompose()
        for tag, name in list(self._links()):
            _lead(tag, name, place)
        self._say(words)
        return self._tree.encode("utf-8", formatter=_AS_WRITTEN)

    def _say(self, words: Words) -> None:
        for one in self._tree.select("[data-kept-form]"):
            del one["data-kept-form"]
            one.string = words.instead
        charset = self._tree.select_one("meta[charset]")
        if charset is not None:
            policy = {"http-equiv": "Content-Security-Policy", "content": POLICY}
            charset.insert_after(self._tree.new_tag("meta", attrs=policy))
        main = self._tree.main
        if main is not None:
            main.insert_before(self._notice(words))

    def _notice(self, words: Words) -> Tag:
        new = self._tree.new_tag
        region = new("section", attrs={"class": "wrap hold kept", "aria-label": words.label})
        box, inner = new("div", attrs={"class": "notice"}), new("div")
        ended, stood = new("p"), new("p", attrs={"class": "small"})
        ended.append(new("b", string=words.ended))
        stood.extend(
            [words.stood, new("a", attrs={"href": words.address, "rel": "nofollow"}, string=words.address)]
        )
        inner.extend([ended, stood])
        if words.back is not None:
            back = new("p")
            address, title, language = words.back
            back.append(new("a", attrs={"href": address, "lang": language}, string=title))
            inner.append(back)
        box.append(inner)
        region.append(box)
        return region


def sheet(css: str, place: Placed) -> str:
    """A style sheet whose fonts and pictures are files of the archive; what is not is left out."""

    def put(match: re.Match[str]) -> str:
        address = match.group(2)
        if not _is_address(address):
            return match.group(0)
        fate, instead = place(address)
        return f'url("{instead}")' if fate is Fate.KEPT else 'url("data:,")'

    return _URL.sub(put, css)


def sheet_addresses(css: str) -> list[str]:
    """What a style sheet shows."""
    return list(dict.fromkeys(found for _, found in _URL.findall(css) if _is_address(found)))


def _is_address(text: str) -> bool:
    """Whether it leads out of the page: neither an anchor in it, nor content of its own, nor a telephone."""
    return bool(text) and not text.startswith(("#", "data:", "mailto:", "tel:", "sms:", "blob:"))


def _candidates(srcset: str) -> list[tuple[str, str]]:
    """The pictures of a srcset, each with its size as written."""
    found = []
    for part in srcset.split(","):
        address, _, size = part.strip().partition(" ")
        if address:
            found.append((address, f" {size}" if size else ""))
    return found


def _point(tag: Tag, name: str, place: Placed) -> None:
    """Show the file; a thing that nothing stands for is not shown."""
    if tag.decomposed or not _is_address(str(tag[name])):
        return
    fate, address = place(str(tag[name]))
    if fate is Fate.KEPT:
        tag[name] = address
    elif name == "poster":
        del tag[name]
    else:
        _drop(tag)


def _lead(tag: Tag, name: str, place: Placed) -> None:
    """Lead to the file, or where the link led; a link to take part goes."""
    if tag.decomposed or not _is_address(str(tag[name])):
        return
    fate, address = place(str(tag[name]))
    if fate is not Fate.DROPPED and (fate is Fate.KEPT or tag.name != "link"):
        tag[name] = address
    elif tag.name == "link" or "btn" in tag.get_attribute_list("class") or _stands_alone(tag):
        _drop(tag)
    else:
        tag.unwrap()


def _stands_alone(tag: Tag) -> bool:
    """Whether no sentence would miss the words of a link."""
    around = tag.find_parent(["p", "li", "nav", "div"])
    return around is None or around.name == "nav" or around.get_text(strip=True) == tag.get_text(strip=True)


def _drop(tag: Tag) -> None:
    """Take a thing out, and every box that held nothing else."""
    if tag.decomposed:
        return
    box = tag.parent
    tag.decompose()
    while box is not None and box.name in ("p", "li", "div", "ul", "nav") and box.get("id") is None:
        if box.get_text(strip=True) or box.find(_HOLDS):
            return
        gone, box = box, box.parent
        gone.decompose()
