"""CSV that a spreadsheet opens without harm (OWASP, CSV injection): no cell that it takes for a formula, RFC 4180."""

import csv
import io
from collections.abc import Iterable

# What begins a formula in some spreadsheet, the full-width signs of East Asian ones among them.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\x00", "＝", "＋", "－", "＠", "|", "%")
_UNSEEN = " \u00a0\u200b\u200c\u200d\u2060\ufeff"


def line(cells: Iterable[object]) -> str:
    """One line with its CRLF. Cells of free text pass through `plain` first."""
    buffer = io.StringIO()
    csv.writer(buffer).writerow(cells)
    return buffer.getvalue()


def plain(text: str) -> str:
    """Text that stays text, whatever blank or invisible signs it begins with."""
    return f"'{text}" if text.startswith(_FORMULA) or text.lstrip(_UNSEEN).startswith(_FORMULA) else text
