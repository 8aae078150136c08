"""Sets a receipt as a tagged PDF (PDF/UA-1, typefaces inside): the same paper always gives the same bytes.
Refuses nothing: letters the typefaces lack stay blank, and the number and the amount never are."""

from collections.abc import Mapping
from typing import Any

from app.print.documents import pdf


def draw(paper: Mapping[str, Any], *, signature: bytes = b"", stamp: str = "") -> bytes:
    """A receipt as PDF. `paper` holds every word on it (`app.receipts.paper`), `signature` is a WebP picture.

    `stamp` is a word across the page, such as that the receipt no longer stands.
    """
    data = {**paper, "stamp": stamp or paper.get("stamp", ""), "signature": bool(signature)}
    return pdf("receipt.typ", data, {"signature.webp": signature} if signature else {})
