"""Finds words to watch for: the house's short list of attacks and each organisation's own. Decides nothing.

Compared without accents and capitals, through light disguises (`c0nn@rd`, `connnard`, `c.o.n`), whole words only.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from sqlmodel import Session, select

from app.intake.models import LexiconWord
from app.intake.rules import Watch

HOUSE = Path(__file__).parent / "lexicon.txt"
_LEET = str.maketrans(
    {"0": "o", "1": "i", "3": "e", "4": "a", "5": "s", "7": "t", "@": "a", "$": "s", "€": "e"}
)


@dataclass(frozen=True)
class Found:
    """What of a text stands in the lists: how many attacks, and where personal words stand in it."""

    hostile: int
    personal: Sequence[tuple[int, int]]


@dataclass(frozen=True)
class Words:
    """The lists that hold for one organisation, ready to search."""

    hostile: re.Pattern[str] | None
    personal: re.Pattern[str] | None

    def search(self, text: str) -> Found:
        """Look for the words in a text."""
        plain, places = folded(text)
        hostile = len(self.hostile.findall(plain)) if self.hostile else 0
        spans = [match.span() for match in self.personal.finditer(plain)] if self.personal else []
        return Found(hostile, [(places[start], places[stop - 1] + 1) for start, stop in spans])


def of_organisation(session: Session, organisation_id: int) -> Words:
    """The lists of an organisation: the house's, its own added, what it allows taken out."""
    rows = session.exec(
        select(LexiconWord.word, LexiconWord.watch).where(LexiconWord.organisation_id == organisation_id)
    ).all()
    return _words(frozenset((word, watch) for word, watch in rows))


@lru_cache(maxsize=64)
def _words(own: frozenset[tuple[str, Watch]]) -> Words:
    allowed = {plain(word) for word, watch in own if watch is Watch.ALLOWED}
    hostile = [word for word in house() if plain(word) not in allowed]
    return Words(
        _pattern([*hostile, *(word for word, watch in own if watch is Watch.HOSTILE)]),
        _pattern([word for word, watch in own if watch is Watch.PERSONAL]),
    )


@lru_cache(maxsize=1)
def house() -> tuple[str, ...]:
    """The house's list: one word or phrase a line, `#` begins a comment, `*` at the end takes any ending."""
    lines = (line.partition("#")[0].strip() for line in HOUSE.read_text("utf-8").splitlines())
    return tuple(line for line in lines if line)


def folded(text: str) -> tuple[str, list[int]]:
    """A text without accents, capitals and disguised letters, and for each of its characters where it came from."""
    made: list[str] = []
    places: list[int] = []
    for place, letter in enumerate(text):
        for part in unicodedata.normalize("NFKD", letter.casefold()):
            if not unicodedata.combining(part):
                made.append("'" if part == "’" else part)
                places.append(place)
    return "".join(made).translate(_LEET), places


def plain(word: str) -> str:
    """A word as it is compared."""
    return " ".join(folded(word)[0].split())


def _pattern(words: Iterable[str]) -> re.Pattern[str] | None:
    parts = sorted({_flexible(plain(word)) for word in words if plain(word).strip("* ")})
    return re.compile(rf"(?<!\w)(?:{'|'.join(parts)})(?!\w)") if parts else None


def _flexible(word: str) -> str:
    """A word's pattern: letters may be repeated or set apart by a mark, spaces may be several."""
    stem = word.removesuffix("*")
    letters = [r"[\s_-]+" if letter == " " else rf"{re.escape(letter)}{{1,4}}" for letter in stem]
    return r"[.*_-]?".join(letters) + (r"\w{0,12}" if word.endswith("*") else "")
