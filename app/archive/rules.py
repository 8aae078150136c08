"""What of a site is kept, under which name, and how one kept file names another. Pure decisions."""

import posixpath
import re
from collections.abc import Collection
from dataclasses import dataclass
from enum import Enum, auto
from urllib.parse import parse_qsl, unquote, urlencode, urljoin, urlsplit

from app.campaigns.rules import State

FORMAT = "septaine-archive/1"
MANIFEST = "archive.json"
START = "index.html"

OVER = frozenset({State.REPORTING, State.CLOSED})
"""The states in which nothing is asked of the public any more."""

ACTING = frozenset({"donate", "follow"})
"""Pages below a campaign's that only serve to do something: their links go."""

MOVING = frozenset({"overlay", "widget", "wall", "stream", "state"})
"""Pages that only make sense while they move, or inside another site; a stream never ends."""

PRIVATE = frozenset({"mine", "thanks", "poster.pdf"})
"""What belongs to one person, and the paper that asks for gifts: it stays where it is."""

HOUSE = frozenset({"/privacy", "/legal", "/accessibility", "/open-data.schema.json"})
"""What of the instance a campaign's pages lean on: who answers for them, how their data are to be read."""

FILES = ("/assets/", "/media/")
"""Where pictures, films, styles and fonts are."""

_KEPT_QUERY = frozenset({"page", "number", "show"})  # the others choose what a form shows
_FIRST = {("page", "1"), ("number", "1")}  # the page without a number


class Fate(Enum):
    """What becomes of a link."""

    KEPT = auto()  # leads to a file, if the application answers there
    DROPPED = auto()  # served to take part: goes with its words
    OUTSIDE = auto()  # leads where it led


@dataclass(frozen=True)
class Target:
    """An address of the instance, in one language. `query` is sorted and names no language."""

    path: str
    query: str
    language: str

    @property
    def is_file(self) -> bool:
        """A picture, a film, a style or a font: the same in every language, and too big to read twice."""
        return self.path.startswith(FILES)


@dataclass(frozen=True)
class Site:
    """What is kept: the campaign at `/c/{slug}` of the instance at `base`, its own language and the others."""

    base: str
    slug: str
    language: str
    organisation: str  # its public id: the pages of the house speak of one organisation

    @property
    def root(self) -> str:
        return f"/c/{self.slug}"

    def fate(self, path: str) -> Fate:
        """What becomes of a link to a path of the instance."""
        if path in HOUSE or path.startswith(FILES) or path == self.root:
            return Fate.KEPT
        if not path.startswith(self.root + "/"):
            return Fate.OUTSIDE
        parts = path.removeprefix(self.root + "/").split("/")
        if parts[0] in ACTING or not MOVING.isdisjoint((parts[0], parts[-1])):
            return Fate.DROPPED
        return Fate.OUTSIDE if parts[0] in PRIVATE else Fate.KEPT

    def target(self, address: str, *, seen_from: Target) -> tuple[Fate, Target, str]:
        """What an address in a page means: its fate, its target, its anchor."""
        full = urlsplit(urljoin(self.base + seen_from.path, address))
        query = parse_qsl(full.query)
        given = dict(query).get("lang", "")
        language = given if re.fullmatch(r"[a-z]{2}", given) else seen_from.language
        kept = sorted(pair for pair in query if pair[0] in _KEPT_QUERY and pair not in _FIRST)
        if f"{full.scheme}://{full.netloc}" != self.base:
            return Fate.OUTSIDE, Target(full.path, full.query, language), full.fragment
        target = Target(full.path or "/", urlencode(kept), language)
        if target.is_file:
            target = Target(target.path, "", self.language)
        elif target.path in HOUSE:
            target = Target(target.path, f"org={self.organisation}", language)
        return self.fate(target.path), target, full.fragment

    def address(self, target: Target) -> str:
        """Where the instance answers for a target: its path, naming the language when it is not the campaign's."""
        foreign = target.language != self.language and not target.is_file
        query = "&".join(
            part for part in (target.query, f"lang={target.language}" if foreign else "") if part
        )
        return f"{target.path}?{query}" if query else target.path

    def name(self, target: Target, media_type: str, *, own: bool = True) -> str:
        """The file of a target. `own` files need no folder of their language: it is the campaign's, or all share it.

        Pages end in .html, so that a browser opens them from a disk and any host serves them as pages.
        """
        if target.path.startswith("/assets/"):
            return "assets/" + _plain("/".join(target.path.split("/")[3:]))  # one version: without the digest
        if target.path.startswith("/media/"):
            return _with_ending(_plain(target.path.lstrip("/")), media_type)
        if target.path in HOUSE:
            name = "about" + target.path
        else:
            name = target.path.removeprefix(self.root).lstrip("/") or posixpath.splitext(START)[0]
        stem, ending = posixpath.splitext(_plain(name))
        asked = [] if target.path in HOUSE else parse_qsl(target.query)
        query = "-".join(part for pair in asked for part in pair)
        stem += "-" + re.sub(r"[^A-Za-z0-9-]", "-", query) if query else ""
        full = f"{stem}.html" if media_type == "text/html" else _with_ending(stem + ending, media_type)
        return full if own else f"{target.language}/{full}"


_ENDINGS = {
    "image/webp": ".webp",
    "image/avif": ".avif",
    "image/jpeg": ".jpg",
    "image/png": ".png",
    "video/mp4": ".mp4",
    "audio/mp4": ".m4a",
    "audio/mpeg": ".mp3",
    "audio/ogg": ".ogg",
    "audio/webm": ".webm",
    "application/json": ".json",
    "text/csv": ".csv",
    "application/pdf": ".pdf",
}


def _with_ending(name: str, media_type: str) -> str:
    ending = _ENDINGS.get(media_type, "")
    return name if not ending or name.endswith(ending) or "." in posixpath.basename(name) else name + ending


def _plain(path: str) -> str:
    """A path that every file system takes and that stays inside its folder."""
    parts = [re.sub(r"[^A-Za-z0-9._-]", "-", part).lstrip(".") for part in unquote(path).split("/")]
    return "/".join(part for part in parts if part)


def seeds(paths: Collection[str], site: Site) -> list[str]:
    """The pages and files of a campaign that the application's own routes name, in a steady order."""
    own = (path.replace("{slug}", site.slug) for path in paths if path.startswith("/c/{slug}"))
    found = {path for path in own if "{" not in path and site.fate(path) is Fate.KEPT}
    return sorted(found, key=lambda path: (path != site.root, path))


def relative(here: str, there: str, anchor: str = "") -> str:
    """How the file `here` names the file `there`; both are names from the archive's folder."""
    address = posixpath.relpath(there, posixpath.dirname(here) or ".")
    return f"{address}#{anchor}" if anchor else address
