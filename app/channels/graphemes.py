"""Counts what people see as characters: Unicode's grapheme clusters, as near as Python's own tables allow.

Source: Unicode Standard Annex 29, rules GB3 to GB13. Python does not know which symbols are pictographs nor which
marks are prepended; here every symbol from the arrows on may be joined, and nothing is prepended.
"""

import unicodedata

JOINER = "\u200d"
_MARKS = frozenset({"Mn", "Me", "Mc"})
_CONTROL = frozenset({"Cc", "Zl", "Zp"})


def count(text: str) -> int:
    """How many grapheme clusters a text has."""
    total, before, flags = 0, "", 0
    pictograph = joined = False  # the cluster is an emoji so far; a joiner has just followed it
    for character in text:
        flags = flags + 1 if _is_flag_letter(character) else 0
        goes_on = bool(before) and (
            _never_breaks(before, character)
            or (joined and _is_pictograph(character))
            or (flags > 0 and flags % 2 == 0)
        )
        total += not goes_on
        joined = character == JOINER and pictograph
        if not _extends(character):
            pictograph = _is_pictograph(character)
        before = character
    return total


def _never_breaks(before: str, character: str) -> bool:
    if before == "\r" and character == "\n":
        return True
    if unicodedata.category(before) in _CONTROL or unicodedata.category(character) in _CONTROL:
        return False
    return _extends(character) or _same_syllable(before, character)


def _extends(character: str) -> bool:
    """Marks, joiners, skin tones and tags never begin a cluster (GB9, GB9a)."""
    code = ord(character)
    return (
        unicodedata.category(character) in _MARKS
        or character in (JOINER, "\u200c")
        or 0x1F3FB <= code <= 0x1F3FF
        or 0xE0020 <= code <= 0xE007F
    )


def _is_pictograph(character: str) -> bool:
    """Symbols that emoji are made of (GB11), unassigned ones too: they may be newer than Python's tables."""
    code = ord(character)
    if code in (0xA9, 0xAE, 0x2194, 0x2195):
        return True
    return code >= 0x2190 and unicodedata.category(character) in ("So", "Cn")


def _is_flag_letter(character: str) -> bool:
    return 0x1F1E6 <= ord(character) <= 0x1F1FF


def _same_syllable(before: str, character: str) -> bool:
    """Hangul letters that make one syllable (GB6 to GB8)."""
    first, second = _hangul(before), _hangul(character)
    if first == "L":
        return second in ("L", "V", "LV", "LVT")
    if first in ("LV", "V"):
        return second in ("V", "T")
    return first in ("LVT", "T") and second == "T"


def _hangul(character: str) -> str:
    code = ord(character)
    if 0x1100 <= code <= 0x115F or 0xA960 <= code <= 0xA97C:
        return "L"
    if 0x1160 <= code <= 0x11A7 or 0xD7B0 <= code <= 0xD7C6:
        return "V"
    if 0x11A8 <= code <= 0x11FF or 0xD7CB <= code <= 0xD7FB:
        return "T"
    if 0xAC00 <= code <= 0xD7A3:
        return "LV" if (code - 0xAC00) % 28 == 0 else "LVT"
    return ""
