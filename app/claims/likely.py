"""Which sentences look like facts: figures, shares, years, superlatives. Pure; suggests, and never decides.

The table is small on purpose and in two languages. A sentence it misses can be claimed by hand; one it takes for a
fact wrongly is dismissed with one word.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from app.claims import rules
from app.core.i18n import Message, mark


class Why(StrEnum):
    """What made a sentence look like a fact, the plainest first."""

    SHARE = "share"
    YEAR = "year"
    FIGURE = "figure"
    SUPERLATIVE = "superlative"


WHY_WORDS: Mapping[Why, Message] = {
    Why.SHARE: mark("a share"),
    Why.YEAR: mark("a year"),
    Why.FIGURE: mark("a figure"),
    Why.SUPERLATIVE: mark("a superlative"),
}


@dataclass(frozen=True)
class Suggestion:
    """A sentence that looks like a fact."""

    words: str
    why: Why


# What holds digits and states nothing: addresses, hours, days of the week's own count, tags, phone numbers.
_NOISE = re.compile(
    r"""https?://\S+ | www\.\S+ | [\#@]\w+ | \[[^\]]*\]
    | \b\d{1,2}\s?(?:h|:)\s?\d{0,2}\b | \b\d{1,2}\s?(?:am|pm)\b
    | \b(?:jour|day|étape|step|partie|part|épisode|episode)\s+\d+\b
    | \b\d+\s?/\s?\d+\b(?!\s*(?:des|de|of)\b)
    | \+?\d{2}(?:[\s.]\d{2}){4}\b | \+\d[\d\s.]{8,}\b""",
    re.IGNORECASE | re.VERBOSE,
)
_NAMES_ITS_SOURCE = re.compile(r"sources?\s?:", re.IGNORECASE)
_SHARE = {
    "": r"\d\s?(?:%|‰)",
    "fr": r"pour ?cent|\b(?:un|une|deux|trois|quatre|cinq|six|sept|huit|neuf|\d+)\b[^.]{0,30}?\bsur\s+"
    r"(?:deux|trois|quatre|cinq|six|sept|huit|neuf|dix|vingt|cent|mille|\d+)\b"
    r"|\b(?:la moitié|le tiers|un tiers|deux tiers|le quart|un quart|trois quarts|la plupart|la majorité)\b",
    "en": r"per ?cent|\b(?:one|two|three|four|five|six|seven|eight|nine|\d+)\b[^.]{0,30}?\b(?:in|out of)\s+"
    r"(?:two|three|four|five|six|seven|eight|nine|ten|twenty|a hundred|a thousand|\d+)\b"
    r"|\b(?:half of|a third of|two thirds|a quarter of|three quarters|most of|the majority)\b",
}
_YEAR = {"": r"\b(?:1[89]|20)\d\d\b"}
_FIGURE = {
    "": r"\d",
    "fr": r"\b(?:cent|cents|mille|millions?|milliards?|dizaines?|centaines?|milliers?)\b",
    "en": r"\b(?:hundreds?|thousands?|millions?|billions?|dozens?)\b",
}
_SUPERLATIVE = {
    # « la première fois » tells a story; « la première de France » can be looked up.
    "fr": r"\b(?:le|la|les) (?:plus|moins) \w+|\b(?:le|la|les) (?:seule?s?|uniques?|pires?|meilleure?s?)\b"
    r"|\bpremi(?:er|ère)s?\b[^.]{0,40}\b(?:au monde|du monde|en france|de france|du pays|d'europe|de l'histoire)\b"
    r"|\brecord\b|\bjamais (?:vu|atteint|été)|\bpersonne d'autre\b",
    "en": r"\bthe (?:most|least|only|largest|biggest|smallest|worst|best|highest|lowest|oldest|fastest)\b"
    r"|\bfirst\b[^.]{0,40}\b(?:in the (?:world|country|uk|us)|in europe|in history|ever)\b"
    r"|\brecord\b|\bnever before\b|\bnobody else\b|\bno one else\b",
}
_TABLE: tuple[tuple[Why, Mapping[str, str]], ...] = (
    (Why.SHARE, _SHARE),
    (Why.YEAR, _YEAR),
    (Why.FIGURE, _FIGURE),
    (Why.SUPERLATIVE, _SUPERLATIVE),
)


def looks_like_a_fact(sentence: str, language: str) -> Why | None:
    """What in a sentence somebody could look up; None when nothing does."""
    if _NAMES_ITS_SOURCE.match(rules.plain(sentence)):
        return None
    bare = _NOISE.sub(" ", rules.plain(sentence))
    for why, patterns in _TABLE:
        wanted = [patterns[key] for key in ("", language) if key in patterns]
        if wanted and re.search("|".join(wanted), bare, re.IGNORECASE):
            return why
    return None


def suggestions(
    text: str, language: str, *, claimed: Iterable[str], dismissed: Iterable[str]
) -> list[Suggestion]:
    """The sentences of a text that look like facts, each once.

    `claimed` are the words of its claims: a sentence that says one of them is taken care of; `dismissed` are
    digests (`name_of`) of sentences somebody called an opinion or a story of their own.
    """
    covered = [rules.context(text, words) for words in claimed]
    left_alone = set(dismissed)
    found: dict[str, Suggestion] = {}
    for sentence in rules.sentences(text):
        why = looks_like_a_fact(sentence, language)
        if why is None or name_of(sentence) in left_alone or any(sentence in one for one in covered):
            continue
        found.setdefault(sentence, Suggestion(sentence, why))
    return list(found.values())


def name_of(sentence: str) -> str:
    """The digest by which a sentence is remembered as dismissed."""
    return rules.digest(rules.plain(sentence))


def names_of(found: Sequence[Suggestion]) -> list[str]:
    """The digests of several suggestions."""
    return [name_of(one.words) for one in found]
