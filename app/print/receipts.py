"""Sets a receipt as a tagged PDF (PDF/UA-1, typefaces inside): the same paper always gives the same bytes.
Refuses nothing: letters the typefaces lack stay blank, and the number and the amount never are."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from app.print.typesetting import pdf

_SOURCE = Path(__file__).parent / "receipt.typ"


def draw(paper: Mapping[str, Any], *, signature: bytes = b"", stamp: str = "") -> bytes:
    """A receipt as PDF. `paper` holds every word on it (`app.receipts.paper`), `signature` is a WebP picture.

    `stamp` is a word across the page, such as that the receipt no longer stands.
    """
    data = {**paper, "stamp": stamp or paper.get("stamp", ""), "signature": bool(signature)}
    return pdf(
        _SOURCE.read_text(encoding="utf-8"),
        inputs={"data": json.dumps(data, ensure_ascii=False, sort_keys=True)},
        files={"signature.webp": signature} if signature else {},
    )
