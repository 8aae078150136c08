"""Finds what a text should not carry in public: links, addresses, numbers. Hides personal data; never decides.

Every pattern begins at a boundary and repeats within limits, so that no text makes the search slow.
"""

import re
from collections.abc import Iterable, Mapping

from app.intake.rules import Signal

HIDDEN = "••••"

_STREETS_FR = "rue|avenue|av\\.|boulevard|bd|place|chemin|impasse|allée|allee|quai|route|cours|square|passage"
_STREETS_EN = "street|st|road|rd|avenue|ave|lane|ln|drive|court|close|crescent|square|terrace|way"
_ENDINGS = (
    "com|net|org|info|biz|fr|be|ch|eu|uk|de|es|it|io|co|me|ly|gl|app|dev|link|shop|site|top|xyz|ru|cn|gg|tv"
)

PATTERNS: Mapping[Signal, re.Pattern[str]] = {
    Signal.EMAIL: re.compile(
        r"(?i)(?<![\w.+-])[\w.+-]{1,64}\s?(?:@|[\[(]\s?(?:at|arobase|a)\s?[\])])\s?[\w-]{1,63}(?:\.[\w-]{1,63}){1,4}"
    ),
    Signal.LINK: re.compile(
        rf"(?i)(?<![\w@.])(?:(?:https?|hxxps?|ftp)://\S{{1,400}}|www\.\S{{1,400}}"
        rf"|(?:[a-z0-9-]{{1,63}}\.){{1,4}}(?:{_ENDINGS})\b(?![.@\w])(?:/\S{{0,400}})?)"
    ),
    Signal.PHONE: re.compile(
        r"(?<![\w/+.])(?:\+\d(?:[ .()/-]{0,2}\d){7,14}|0\d(?:[ .()/-]{0,2}\d){7,10}"
        r"|\(?\d{3}\)?[ .-]\d{3}[ .-]\d{4})(?!\w)"
    ),
    Signal.ADDRESS: re.compile(
        rf"(?i)(?<!\w)\d{{1,4}}(?: ?(?:bis|ter|[a-d]))?,? "
        rf"(?:(?:{_STREETS_FR}) [\w'’.-]{{1,30}}(?: [\w'’.-]{{1,30}}){{0,4}}"
        rf"|(?:[a-z'’-]{{2,30}} ){{1,3}}(?:{_STREETS_EN})(?!\w))(?:,? \d{{5}}(?: [\w'’-]{{1,30}}){{0,2}})?"
    ),
}
"""Links come after addresses of mail: what stands behind the @ is no link."""

PERSONAL = (Signal.EMAIL, Signal.PHONE, Signal.ADDRESS)


def find(text: str) -> dict[Signal, int]:
    """How many of each a text holds."""
    rest = PATTERNS[Signal.EMAIL].sub(" ", text)
    return {
        signal: len(pattern.findall(text if signal is Signal.EMAIL else rest))
        for signal, pattern in PATTERNS.items()
    }


def masked(text: str, spans: Iterable[tuple[int, int]] = ()) -> str:
    """A text whose personal data is hidden, for eyes that have not asked to see it. `spans`: names to hide too."""
    hidden = [match.span() for signal in PERSONAL for match in PATTERNS[signal].finditer(text)]
    pieces, end = [], 0
    for start, stop in sorted([*hidden, *spans]):
        if start >= end:
            pieces += [text[end:start], HIDDEN]
        end = max(end, stop)
    return "".join([*pieces, text[end:]])
