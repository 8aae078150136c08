"""What changed between two texts, word by word. Pure."""

import difflib
import re
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Piece:
    """A run of words: kept, taken out or put in."""

    text: str
    change: str = ""  # "", "out" or "in"


def between(before: str, after: str) -> Sequence[Piece]:
    """The pieces that lead from one text to the other, in reading order."""
    old, new = _words(before), _words(after)
    pieces: list[Piece] = []
    for change, a, b, c, d in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if change == "equal":
            pieces.append(Piece("".join(old[a:b])))
            continue
        pieces += [Piece("".join(old[a:b]), "out")] if b > a else []
        pieces += [Piece("".join(new[c:d]), "in")] if d > c else []
    return pieces


def _words(text: str) -> list[str]:
    return re.findall(r"\s+|\w+|[^\w\s]", text)
