"""CSV that a spreadsheet opens without harm: no cell that it takes for a formula, whoever wrote it (OWASP, RFC 4180).

The one place that writes CSV. Every cell passes here, so that no file can forget one.
"""

import csv
import io
import re
from collections.abc import Iterable

# What begins a formula in some spreadsheet, the full-width signs of East Asian ones among them.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\x00", "＝", "＋", "－", "＠", "|", "%")
_UNSEEN = " \u00a0\u200b\u200c\u200d\u2060\ufeff"
_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")


def line(cells: Iterable[str]) -> str:
    """One line with its CRLF. Text stays text, an amount below zero stays a number."""
    buffer = io.StringIO()
    csv.writer(buffer).writerow(inert(cell) for cell in cells)
    return buffer.getvalue()


def inert(cell: str) -> str:
    """A cell that no spreadsheet calculates, whatever blank or invisible signs it begins with.

    Whoever reads it back takes one apostrophe away from a cell that would be a formula without its apostrophes:
    a text that was written with apostrophes of its own gets one more, so that each cell comes back as it was.
    """
    bare = cell.lstrip("'")
    begins = bare.startswith(_FORMULA) or bare.lstrip(_UNSEEN).startswith(_FORMULA)
    return f"'{cell}" if begins and not _NUMBER.fullmatch(cell) else cell
