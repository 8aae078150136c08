"""Draws a quotation as one to three story cards (1080 × 1920): the drawers, a day's colour, what somebody said.
Refuses words in letters its typefaces lack."""

import io
import json
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import segno
import typst

from app.core.i18n import french_spacing
from app.print.og import DAY_COLOURS, INK, WHITE, Drawer

WIDTH, HEIGHT = 1080, 1920
SAFE_TOP, SAFE_BOTTOM = 250, 340
"""Pixels that Instagram lays its own signs over: no words there."""

MOST = 3  # cards of one quotation; what is longer ends with « … », and its page has the rest
_HERE = Path(__file__).parent
_QUOTES = {"fr": ("«\u00a0", "\u00a0»"), "en": ("“", "”")}
_SCRIPTS = ("LATIN", "GREEK", "CYRILLIC", "MODIFIER", "MICRO", "MASCULINE", "FEMININE")


@dataclass(frozen=True)
class Drawn:
    """One card: a PNG, and the words that stand on it."""

    png: bytes
    text: str


class Unprintable(ValueError):
    """The words are written in letters that no typeface of the house has."""


@dataclass(frozen=True)
class Quotation:
    """What a card says. `labels` of the house are in `language`, `text` is in `text_language`."""

    text: str
    who: str
    kicker: str
    language: str
    text_language: str
    weekday: int  # 0 is Monday: the colour
    week: Sequence[Drawer]
    title: str
    organisation: str
    address: str
    picture: bytes = b""  # JPEG
    alt: str = ""
    listen: str = ""  # beside the code that leads to the recording; empty without one
    link: str = ""  # what the code holds


def draw(said: Quotation) -> list[Drawn]:
    """The cards in reading order, at most three. Raises Unprintable."""
    files = {"card.typ": (_HERE / "card.typ").read_bytes()}
    if said.picture:
        files["picture.jpg"] = said.picture
    if said.listen:
        files["qr.svg"] = qr_code(said.link)
    with TemporaryDirectory(prefix="septaine-") as folder:
        for name, content in files.items():
            (Path(folder) / name).write_bytes(content)
        compiler = typst.Compiler(
            str(Path(folder) / "card.typ"),
            font_paths=[str(_HERE / "fonts")],
            ignore_system_fonts=True,
            sys_inputs={"data": json.dumps(_data(said), ensure_ascii=False)},
        )
        made: Any = compiler.compile(format="png", ppi=72)  # one point is one pixel
        words = json.loads(compiler.query("<words>", field="value"))
    pages = made if isinstance(made, list) else [made]
    return [Drawn(png, text) for png, text in zip(pages, words, strict=True)]


def printable(text: str) -> str:
    """A text without the signs that no typeface of the house draws (emoji, mostly). Raises Unprintable."""
    kept = []
    for letter in unicodedata.normalize("NFC", text):
        kind = unicodedata.category(letter)
        if kind[0] == "L" and not unicodedata.name(letter, "").startswith(_SCRIPTS):
            raise Unprintable(unicodedata.name(letter, "?"))
        if kind in ("So", "Sk", "Cs", "Co", "Cn", "Cf", "Cc") and letter not in "\n°©®":
            continue
        kept.append(letter)
    return re.sub(r"[ \t]+", " ", "".join(kept)).strip()


def _data(said: Quotation) -> dict[str, Any]:
    opening, closing = _QUOTES.get(said.text_language, _QUOTES["en"])
    colour = DAY_COLOURS[said.weekday]
    return {
        "tokens": _tokens(_set(said.text, said.text_language)),
        "open": opening,
        "close": closing,
        "who": _set(said.who, said.text_language),
        "kicker": _set(said.kicker, said.language),
        "lang": said.language,
        "text_lang": said.text_language,
        "day": colour,
        "ink": _on(colour),
        "week": [_drawer(one, said.weekday) for one in said.week],
        "title": _set(said.title, said.language),
        "organisation": _set(said.organisation, said.language),
        "address": said.address,
        "picture": bool(said.picture),
        "alt": said.alt,
        "listen": _set(said.listen, said.language),
    }


def _drawer(one: Drawer, weekday: int) -> dict[str, Any]:
    colour = DAY_COLOURS[one.weekday]
    opened = one.weekday == weekday
    return {
        "short": printable(one.short),
        "colour": colour,
        "word": _on(colour),
        "open": opened,
        "filled": opened or one.state in ("done", "posted"),
    }


def _tokens(text: str) -> list[str]:
    """Words, with the end of each paragraph as a line break on its last word."""
    paragraphs = [words for part in re.split(r"\n+", text) if (words := part.split(" "))]
    return [
        word + ("\n" if place == len(words) - 1 and number < len(paragraphs) - 1 else "")
        for number, words in enumerate(paragraphs)
        for place, word in enumerate(words)
    ]


def _set(text: str, language: str) -> str:
    return printable(french_spacing(text) if language == "fr" else text)


def _on(colour: str) -> str:
    return INK if colour == DAY_COLOURS[6] else WHITE


def qr_code(link: str) -> bytes:
    """An address as a code to scan, an SVG."""
    out = io.BytesIO()
    segno.make(link, error="m", micro=False).save(out, kind="svg", border=1, scale=8, dark=INK, light=WHITE)
    return out.getvalue()
