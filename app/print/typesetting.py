"""Sets what somebody said as story cards (1080 × 1920) with Typst: the drawers, a day's colour, the house's typeface.
Refuses words in letters its typefaces lack; words come as data and are never read as code."""

import json
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import typst

from app.core.i18n import french_spacing, mark
from app.print.og import DAY_COLOURS, INK, WHITE, Drawer

WIDTH, HEIGHT = 1080, 1920
SAFE_TOP, SAFE_BOTTOM = 250, 340
"""Pixels that Instagram lays its own signs over: no words there."""

_HERE = Path(__file__).parent
_SCRIPTS = ("LATIN", "GREEK", "CYRILLIC", "MODIFIER", "MICRO", "MASCULINE", "FEMININE")

LETTERS = mark(
    "The card cannot be drawn: our typeface lacks the letters of this language. Share it in words."
)
"""What to tell who asked for a card that is Unprintable."""


class Unprintable(ValueError):
    """The words are written in letters that no typeface of the house has."""


@dataclass(frozen=True)
class House:
    """What every card of a campaign says around the words, in `language`."""

    kicker: str
    language: str
    weekday: int  # 0 is Monday: the colour
    week: Sequence[Drawer]
    title: str
    organisation: str
    address: str


def pictures(
    template: str, house: House, words: Mapping[str, Any], files: Mapping[str, bytes]
) -> tuple[list[bytes], list[str]]:
    """The pages of a template as PNG, one pixel a point, and the texts it marks as `<words>`.

    `words` are what the template names beside the house's; `files` lie beside it. Raises Unprintable.
    """
    beside = {name: (_HERE / name).read_bytes() for name in (template, "story.typ")}
    with TemporaryDirectory(prefix="septaine-") as folder:
        for name, content in {**beside, **files}.items():
            (Path(folder) / name).write_bytes(content)
        compiler = typst.Compiler(
            str(Path(folder) / template),
            font_paths=[str(_HERE / "fonts")],
            ignore_system_fonts=True,
            sys_inputs={"data": json.dumps({**_around(house), **words}, ensure_ascii=False)},
        )
        made: Any = compiler.compile(format="png", ppi=72)
        marked = json.loads(compiler.query("<words>", field="value"))
    # With one page it is the picture itself, whatever the stub says of several.
    return (made if isinstance(made, list) else [made]), marked


def plain(text: str, language: str) -> str:
    """A text as it is set: no-break spaces in French, without what no typeface draws. Raises Unprintable."""
    return printable(french_spacing(text) if language == "fr" else text)


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


def _around(house: House) -> dict[str, Any]:
    colour = DAY_COLOURS[house.weekday]
    return {
        "kicker": plain(house.kicker, house.language),
        "lang": house.language,
        "day": colour,
        "ink": _on(colour),
        "week": [_drawer(one, house.weekday) for one in house.week],
        "title": plain(house.title, house.language),
        "organisation": plain(house.organisation, house.language),
        "address": house.address,
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


def _on(colour: str) -> str:
    return INK if colour == DAY_COLOURS[6] else WHITE
