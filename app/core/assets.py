"""Keeps the browser's files (styles, scripts, fonts, pictures) in memory under names that change with
their content; refuses any path that was not under the static folder when the process started."""

import base64
import gzip
import hashlib
import mimetypes
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path, PurePosixPath

import brotli

STATIC = Path(__file__).resolve().parent.parent / "static"
PREFIX = "/assets"
FOREVER = "public, max-age=31536000, immutable"

# What each face loads: one style sheet and one script, so that the first view costs one round trip.
BUNDLES: Mapping[str, tuple[str, ...]] = {
    "public.css": (
        "css/tokens.css",
        "css/base.css",
        "css/layout.css",
        "css/ui/semainier.css",
        "css/ui/button.css",
        "css/ui/field.css",
        "css/ui/facts.css",
        "css/ui/card.css",
        "css/ui/frame.css",
        "css/rooms/public.css",
    ),
    "voices.css": ("css/ui/list.css", "css/rooms/voices.css"),
    "studio.css": (
        "css/tokens.css",
        "css/base.css",
        "css/layout.css",
        "css/ui/semainier.css",
        "css/ui/button.css",
        "css/ui/field.css",
        "css/ui/facts.css",
        "css/ui/card.css",
        "css/ui/frame.css",
        "css/ui/list.css",
        "css/ui/review.css",
        "css/rooms/studio.css",
        "css/rooms/board.css",
        "css/rooms/calendar.css",
        "css/rooms/inbox.css",
        "css/rooms/crisis.css",
        "css/rooms/impact.css",
        "css/rooms/insights.css",
    ),
    "brief.css": (
        "css/tokens.css",
        "css/base.css",
        "css/layout.css",
        "css/ui/semainier.css",
        "css/ui/button.css",
        "css/ui/field.css",
        "css/ui/card.css",
        "css/ui/facts.css",
        "css/ui/frame.css",
        "css/ui/review.css",
        "css/rooms/brief.css",
    ),
    # The public pages of questions, beside public.css.
    "questions.css": ("css/ui/list.css", "css/rooms/questions.css"),
    # The bar on another site's page and over a live stream.
    "widget.css": (
        "css/tokens.css",
        "css/base.css",
        "css/ui/button.css",
        "css/ui/facts.css",
        "css/rooms/widget.css",
    ),
    # A room's screen.
    "wall.css": (
        "css/tokens.css",
        "css/base.css",
        "css/ui/semainier.css",
        "css/rooms/wall.css",
    ),
    "public.js": (
        "js/copy.js",
        "js/share.js",
        "js/toast.js",
        "js/week.js",
        "js/amount.js",
        "js/proof.js",
    ),
    "voices.js": ("js/recorder.js",),
    "follow.js": ("js/push.js", "js/follow.js"),  # where one follows on a device
    "studio.js": (
        "js/copy.js",
        "js/share.js",
        "js/toast.js",
        "js/week.js",
        "js/dialog.js",
        "js/autosave.js",
        "js/board.js",
        "js/count.js",
        "js/inbox.js",
    ),
    "cover.js": ("js/cover.js",),  # where names on an invoice are covered
    "brief.js": (
        "js/copy.js",
        "js/share.js",
        "js/toast.js",
        "js/week.js",
        "js/dialog.js",
        "js/push.js",
        "js/phone.js",
    ),
}

_SQUEEZED = ("text/", "application/json", "application/manifest+json", "image/svg+xml")
_TYPES = {".js": "text/javascript", ".woff2": "font/woff2", ".webmanifest": "application/manifest+json"}
_URL = re.compile(r"""url\(\s*(["']?)(?!data:|#|https?:|/)([^"')]+)\1\s*\)""")
_STRING_OR_COMMENT = re.compile(r"""("[^"\n]*"|'[^'\n]*')|/\*.*?\*/""", re.DOTALL)


@dataclass(frozen=True)
class Asset:
    """One file as the browser gets it; `url` carries the content's hash, so it may be cached for ever."""

    name: str
    content: bytes
    media_type: str

    @cached_property
    def digest(self) -> str:
        return hashlib.sha256(self.content).hexdigest()[:16]

    @property
    def url(self) -> str:
        return f"{PREFIX}/{self.digest}/{self.name}"

    @cached_property
    def integrity(self) -> str:
        """The value of an `integrity` attribute (Subresource Integrity, SHA-384)."""
        return "sha384-" + base64.b64encode(hashlib.sha384(self.content).digest()).decode()

    def encoded(self, accept_encoding: str) -> tuple[bytes, str | None]:
        """The body for a client's Accept-Encoding header, and the Content-Encoding to announce."""
        offered = _offered(accept_encoding)
        if self.media_type.startswith(_SQUEEZED):
            if "br" in offered:
                return self._brotli, "br"
            if "gzip" in offered:
                return self._gzip, "gzip"
        return self.content, None

    # Squeezed at the first request that asks and kept: the start stays quick.
    @cached_property
    def _brotli(self) -> bytes:
        squeezed: bytes = brotli.compress(self.content, quality=11)
        return squeezed

    @cached_property
    def _gzip(self) -> bytes:
        return gzip.compress(self.content, compresslevel=9, mtime=0)


class Assets:
    """All files of one static folder, by name: `public.css`, `img/logo.svg`, `vendor/htmx-4.0.1.min.js`."""

    def __init__(self, root: Path = STATIC, bundles: Mapping[str, tuple[str, ...]] = BUNDLES) -> None:
        self._root = root
        self._by_name: dict[str, Asset] = {}
        for path in sorted(p for p in root.rglob("*") if p.is_file()):
            name = path.relative_to(root).as_posix()
            if path.suffix not in {".css", ".js"} or name.startswith("vendor/"):
                self._keep(name, path.read_bytes())
        for name in sorted(p.relative_to(root).as_posix() for p in root.rglob("*.css")):
            self._keep(name, self._sheet(name).encode())
        for name in sorted(p.relative_to(root).as_posix() for p in root.glob("js/**/*.js")):
            self._keep(name, (root / name).read_bytes())
        for name, parts in bundles.items():
            self._keep(name, b"\n".join(self._by_name[part].content for part in parts))

    def __call__(self, name: str) -> Asset:
        """The asset of that name. Raises KeyError for a name that does not exist: a template's mistake."""
        return self._by_name[name]

    def find(self, digest: str, name: str) -> Asset | None:
        """The asset at /assets/{digest}/{name}, or None when the name or the content is not today's."""
        found = self._by_name.get(name)
        return found if found is not None and found.digest == digest else None

    def names(self) -> list[str]:
        return sorted(self._by_name)

    def _keep(self, name: str, content: bytes) -> None:
        suffix = PurePosixPath(name).suffix
        guessed = _TYPES.get(suffix) or mimetypes.guess_type(name)[0] or "application/octet-stream"
        self._by_name[name] = Asset(name, content, guessed)

    def _sheet(self, name: str) -> str:
        """One style sheet, made smaller, its relative addresses turned into hashed ones."""
        folder = PurePosixPath(name).parent

        def hashed(match: re.Match[str]) -> str:
            target = _normal(folder / match.group(2))
            return f'url("{self._by_name[target].url}")'

        text = (self._root / name).read_text(encoding="utf-8")
        return _URL.sub(hashed, minify_css(text))


@lru_cache(maxsize=1)
def assets() -> Assets:
    """The product's own files, read once per process."""
    return Assets()


def asset(name: str) -> Asset:
    """One of the product's own files, for templates: `asset("public.css").url`. Raises KeyError."""
    return assets()(name)


def minify_css(text: str) -> str:
    """Drop comments and idle white space; strings and the blanks that calc() needs stay as written."""
    pieces = _STRING_OR_COMMENT.split(text)  # every second piece is a string, or None for a comment
    return "".join(
        piece or "" if index % 2 else _tighten(piece) for index, piece in enumerate(pieces)
    ).strip()


def _tighten(text: str) -> str:
    text = re.sub(r"\s+", " ", text)
    text = re.sub(r"\s*([{};,>])\s*", r"\1", text)
    text = re.sub(r"(?<=[a-z-]): (?=\S|$)", ":", text)
    return text.replace(";}", "}")


def _normal(path: PurePosixPath) -> str:
    parts: list[str] = []
    for part in path.parts:
        if part == "..":
            parts.pop()
        elif part != ".":
            parts.append(part)
    return "/".join(parts)


def _offered(header: str) -> set[str]:
    """The codings a client takes; one with q=0 is refused (RFC 9110, 12.5.3)."""
    taken = set()
    for item in header.lower().split(","):
        coding, _, weight = item.partition(";")
        if weight.replace(" ", "") not in {"q=0", "q=0.0", "q=0.00", "q=0.000"}:
            taken.add(coding.strip())
    return taken
