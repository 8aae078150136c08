"""CSV that a spreadsheet opens without harm (OWASP, CSV injection): no cell that it takes for a formula, RFC 4180."""

import csv
import io
from collections.abc import Iterable

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\x00", "＝", "＋", "－", "＠")


def line(cells: Iterable[object]) -> str:
    """One line with its CRLF."""
    buffer = io.StringIO()
    csv.writer(buffer).writerow(cells)
    return buffer.getvalue()


def plain(text: str) -> str:
    """Text that somebody typed, so that it stays text; also behind spaces and in full width."""
    return f"'{text}" if text.startswith(_FORMULA) or text.lstrip().startswith(_FORMULA) else text
