"""Draws posters and table cards as PDF: the day's colour, what is asked, a code that leads there.

A4 and A3 to put up; A6 with bleed and cut marks for a printer; four A6 on an A4 sheet to cut at home.

Refuses words in letters its typefaces lack.
"""

from dataclasses import dataclass

from app.print.cards import qr_code
from app.print.documents import pdf
from app.print.og import DAY_COLOURS, INK, WHITE
from app.print.typesetting import plain

PAPERS = ("a4", "a3", "a6", "a6x4")


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
    paper: str  # one of PAPERS
    language: str
    text_language: str


def poster(told: Poster) -> bytes:
    """The PDF. Raises Unprintable."""
    colour = DAY_COLOURS[told.weekday]
    data = {
        "title": plain(told.title, told.text_language),
        "ask": plain(told.ask, told.text_language),
        "organisation": plain(told.organisation, told.text_language),
        "code_words": plain(told.code_words, told.language),
        "address": told.address.removeprefix("https://").removeprefix("http://"),
        "day": colour,
        "ink": INK if told.weekday == 6 else WHITE,
        "paper": told.paper,
        "lang": told.language,
        "text_lang": told.text_language,
    }
    return pdf("poster.typ", data, {"qr.svg": qr_code(told.link)})
