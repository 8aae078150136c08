"""What may be uploaded: kinds told by their first bytes, limits of size and time. Pure decisions."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

MAX_IMAGE_BYTES = 12 * 1024 * 1024
MAX_IMAGE_PIXELS = 40_000_000
MIN_IMAGE_SIDE = 16  # pixels; below, nothing can be recognised and encoders misbehave
MAX_VIDEO_BYTES = 64 * 1024 * 1024
MAX_VIDEO_SECONDS = 60.0
MAX_VIDEO_SIDE = 3840
QUOTA_BYTES = 5 * 1024**3  # what one organisation may keep

# The boxes pictures are fitted into: a story's size, and a thumbnail for lists and small screens.
FULL = (1080, 1920)
SMALL = (480, 854)


class Sniffed(StrEnum):
    """What a file is by its own first bytes, whatever its name says."""

    JPEG = "JPEG"
    PNG = "PNG"
    WEBP = "WEBP"
    AVIF = "AVIF"
    GIF = "GIF"
    HEIC = "HEIC"
    SVG = "SVG"
    MP4 = "MP4"
    UNKNOWN = "unknown"


PICTURES = frozenset({Sniffed.JPEG, Sniffed.PNG, Sniffed.WEBP, Sniffed.AVIF})

_AVIF_BRANDS = frozenset({b"avif", b"avis"})
_HEIC_BRANDS = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"})
# "qt  " is what an iPhone writes: the same boxes, and we write the container anew anyway.
_MP4_BRANDS = frozenset(
    {
        b"isom",
        b"iso2",
        b"iso4",
        b"iso5",
        b"iso6",
        b"mp41",
        b"mp42",
        b"avc1",
        b"M4V ",
        b"MSNV",
        b"dash",
        b"qt  ",
    }
)


def sniff(data: bytes) -> Sniffed:
    """The kind of a file by its magic bytes."""
    if data.startswith(b"\xff\xd8\xff"):
        return Sniffed.JPEG
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return Sniffed.PNG
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return Sniffed.WEBP
    if data[:6] in (b"GIF87a", b"GIF89a"):
        return Sniffed.GIF
    if data[4:8] == b"ftyp":
        return _by_brand(data[8:12])
    if b"<svg" in data[:2048].lower():
        return Sniffed.SVG
    return Sniffed.UNKNOWN


def _by_brand(brand: bytes) -> Sniffed:
    if brand in _AVIF_BRANDS:
        return Sniffed.AVIF
    if brand in _HEIC_BRANDS:
        return Sniffed.HEIC
    return Sniffed.MP4 if brand in _MP4_BRANDS else Sniffed.UNKNOWN


def carries_more(kind: Sniffed, data: bytes) -> bool:
    """Whether a PNG or a WebP goes on after its own end: a second file hides behind it.

    JPEGs are let through: phones append previews and depth maps to them, and writing the picture anew
    drops whatever follows.
    """
    if kind is Sniffed.PNG:
        return not data.endswith(b"IEND\xaeB`\x82") or _png_end(data) != len(data)
    if kind is Sniffed.WEBP:
        announced = int.from_bytes(data[4:8], "little") + 8
        return len(data) > announced + announced % 2
    return False


def _png_end(data: bytes) -> int:
    """Where the first IEND chunk ends; beyond the data when the chunks are broken."""
    at = 8
    while at + 12 <= len(data):
        length = int.from_bytes(data[at : at + 4], "big")
        kind = data[at + 4 : at + 8]
        at += 12 + length
        if kind == b"IEND":
            return at
    return len(data) + 1


def fitted(width: int, height: int, box: tuple[int, int]) -> tuple[int, int]:
    """The size of a picture fitted into a box, never enlarged."""
    share = min(box[0] / width, box[1] / height, 1.0)
    return max(1, round(width * share)), max(1, round(height * share))


@dataclass(frozen=True)
class Variant:
    """One file of a medium: its name in addresses and its type."""

    name: str
    mime: str


IMAGE_VARIANTS = (
    Variant("full.webp", "image/webp"),
    Variant("small.webp", "image/webp"),
    Variant("full.avif", "image/avif"),
    Variant("small.avif", "image/avif"),
    Variant("share.jpg", "image/jpeg"),
)
VIDEO_VARIANTS = (
    Variant("video.mp4", "video/mp4"),
    Variant("poster.webp", "image/webp"),
    Variant("small.webp", "image/webp"),
)


# What a platform may fetch itself: JPEG, the one kind of picture Instagram takes, and MP4.
PUBLISHED = frozenset({"share.jpg", "video.mp4"})


@dataclass(frozen=True)
class Rewritten:
    """The files made from an upload by variant name, the main one among them, its size and length."""

    files: Mapping[str, bytes]
    main: str
    width: int
    height: int
    seconds: float = 0


def shown_name(name: str) -> str:
    """The last part of a file's name, on one line and short: kept to be read, never used as a path."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    return "".join(char for char in last if char.isprintable()).strip(". ")[:200]


class Shows(StrEnum):
    """Who can be recognised in a picture."""

    NOBODY = "nobody"
    ADULT = "adult"  # who agreed themselves
    CHILD = "child"  # for whom a parent or guardian agreed


class Agreed(StrEnum):
    """Where an agreement to be shown stands."""

    FREE = "free"  # nobody to ask
    HOLDS = "holds"
    ENDED = "ended"  # its last day has passed
    WITHDRAWN = "withdrawn"


def agreement(shows: Shows, *, expires_on: date | None, withdrawn: bool, today: date) -> Agreed:
    """Where an agreement stands on a date; its last day is included."""
    if shows is Shows.NOBODY:
        return Agreed.FREE
    if withdrawn:
        return Agreed.WITHDRAWN
    return Agreed.ENDED if expires_on is not None and today > expires_on else Agreed.HOLDS
