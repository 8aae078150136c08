"""Draws the poster of a drive as PDF (A4 or A3): the day's colour, what is asked, a code that leads to the gift.

Refuses words in letters its typefaces lack.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import typst

from app.core.i18n import french_spacing
from app.print.cards import printable, qr_code
from app.print.og import DAY_COLOURS, INK, WHITE

_HERE = Path(__file__).parent


@dataclass(frozen=True)
class Poster:
    """What a poster says. `code_words` are in `language`, title and ask in `text_language`."""

    title: str
    ask: str
    organisation: str
    code_words: str
    address: str
    link: str  # what the code holds
    weekday: int  # 0 is Monday: the colour
    paper: str  # a4, a3
    language: str
    text_language: str


def poster(told: Poster) -> bytes:
    """The PDF. Raises Unprintable."""
    colour = DAY_COLOURS[told.weekday]
    data = {
        "title": _set(told.title, told.text_language),
        "ask": _set(told.ask, told.text_language),
        "organisation": _set(told.organisation, told.text_language),
        "code_words": _set(told.code_words, told.language),
        "address": told.address.removeprefix("https://").removeprefix("http://"),
        "day": colour,
        "ink": INK if told.weekday == 6 else WHITE,
        "paper": told.paper,
        "lang": told.language,
        "text_lang": told.text_language,
    }
    with TemporaryDirectory(prefix="septaine-") as folder:
        source = Path(folder) / "poster.typ"
        source.write_bytes((_HERE / "poster.typ").read_bytes())
        (Path(folder) / "qr.svg").write_bytes(qr_code(told.link))
        made = typst.compile(
            source,
            root=Path(folder),
            format="pdf",
            font_paths=[_HERE / "fonts"],
            ignore_system_fonts=True,
            sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
        )
    return made if isinstance(made, bytes) else bytes(made[0])


def _set(text: str, language: str) -> str:
    return printable(french_spacing(text) if language == "fr" else text)
