"""Lines of CSV files that people open in a spreadsheet; refuses to hand it a formula."""

import csv
import io
from collections.abc import Iterable

# What begins a formula in some spreadsheet, the full-width signs of East Asian ones among them (OWASP, CSV injection).
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠", "|", "%")


def line(cells: Iterable[str]) -> str:
    """One line in UTF-8 with CRLF (RFC 4180). Cells of free text pass through `plain` first."""
    buffer = io.StringIO()
    csv.writer(buffer).writerow(cells)
    return buffer.getvalue()


def plain(text: str) -> str:
    """Text that no spreadsheet takes for a formula, whatever blank or invisible signs it begins with."""
    return f"'{text}" if text.lstrip(" \u00a0\u200b\u200c\u200d\u2060\ufeff").startswith(_FORMULA) else text
