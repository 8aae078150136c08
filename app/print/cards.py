"""Draws a quotation as one to three story cards, with its picture and the way to hear it.
Refuses words in letters the typefaces lack."""

import io
import re
from dataclasses import dataclass
from typing import Any

import segno

from app.print.og import INK, WHITE
from app.print.typesetting import House, pictures, plain

MOST = 3  # cards of one quotation; what is longer ends with « … », and its page has the rest
_QUOTES = {"fr": ("«\u00a0", "\u00a0»"), "en": ("“", "”")}


@dataclass(frozen=True)
class Drawn:
    """One card: a PNG, and the words that stand on it."""

    png: bytes
    text: str


@dataclass(frozen=True)
class Quotation:
    """What a card says. `text` and `who` are in `text_language`, the labels of the house in the house's."""

    text: str
    who: str
    text_language: str
    house: House
    picture: bytes = b""  # JPEG
    alt: str = ""
    listen: str = ""  # beside the code that leads to the recording; empty without one
    link: str = ""  # what the code holds


def draw(said: Quotation) -> list[Drawn]:
    """The cards in reading order, at most three. Raises typesetting.Unprintable."""
    files = {}
    if said.picture:
        files["picture.jpg"] = said.picture
    if said.listen:
        files["qr.svg"] = qr_code(said.link)
    pages, words = pictures("quotation.typ", said.house, _words(said), files)
    return [Drawn(png, text) for png, text in zip(pages, words, strict=True)]


def _words(said: Quotation) -> dict[str, Any]:
    opening, closing = _QUOTES.get(said.text_language, _QUOTES["en"])
    return {
        "tokens": _tokens(plain(said.text, said.text_language)),
        "open": opening,
        "close": closing,
        "who": plain(said.who, said.text_language),
        "text_lang": said.text_language,
        "picture": bool(said.picture),
        "alt": said.alt,
        "listen": plain(said.listen, said.house.language),
    }


def _tokens(text: str) -> list[str]:
    """Words, with the end of each paragraph as a line break on its last word."""
    paragraphs = [words for part in re.split(r"\n+", text) if (words := part.split(" "))]
    return [
        word + ("\n" if place == len(words) - 1 and number < len(paragraphs) - 1 else "")
        for number, words in enumerate(paragraphs)
        for place, word in enumerate(words)
    ]


def qr_code(link: str) -> bytes:
    """An address as a code to scan, an SVG."""
    return _code(link, kind="svg", border=1, scale=8)


def qr_inline(link: str) -> str:
    """The same as an element of a page, as large as the page lets it be."""
    return _code(link, kind="svg", border=4, scale=1, xmldecl=False, omitsize=True).decode()


def qr_picture(link: str) -> bytes:
    """The same as a PNG about a thousand pixels wide, with the quiet zone the norm asks for (ISO/IEC 18004: 4)."""
    return _code(link, kind="png", border=4, scale=32)


def qr_drawing(link: str) -> bytes:
    """The same as an SVG that stands by itself, quiet zone and all."""
    return _code(link, kind="svg", border=4, scale=16)


def _code(link: str, **how: Any) -> bytes:
    out = io.BytesIO()
    segno.make(link, error="m", micro=False).save(out, dark=INK, light=WHITE, **how)
    return out.getvalue()
