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
    csv.writer(buffer).writerow(_inert(cell) for cell in cells)
    return buffer.getvalue()


def _inert(cell: str) -> str:
    """A cell that no spreadsheet calculates, whatever blank or invisible signs it begins with."""
    begins = cell.startswith(_FORMULA) or cell.lstrip(_UNSEEN).startswith(_FORMULA)
    return f"'{cell}" if begins and not _NUMBER.fullmatch(cell) else cell
