"""Pictures with parts covered for good: painted over, then written anew. Nothing below a box is in any file made."""

import io
from collections.abc import Sequence
from pathlib import Path

from PIL import Image, ImageDraw

from app.media import pictures
from app.media.rules import Rewritten

INK = "#17181c"
Box = tuple[int, int, int, int]
"""Left, top, width and height in thousandths of the picture."""


def covered(data: bytes, boxes: Sequence[Box]) -> Rewritten:
    """The files of a copy in which each box is one colour. Raises Refused for what is no picture.

    Pixels are painted before anything is encoded: neither a smaller size nor a format's chroma keeps a trace. A box
    is widened to whole pixels, so that it never leaves the half of a letter.
    """
    with Image.open(io.BytesIO(data), formats=["WEBP"]) as opened:
        picture = opened.convert("RGB")
    brush = ImageDraw.Draw(picture)
    for left, top, width, height in boxes:
        right, bottom = left + width, top + height
        x0, y0 = left * picture.width // 1000, top * picture.height // 1000
        x1, y1 = -(-right * picture.width // 1000), -(-bottom * picture.height // 1000)
        brush.rectangle((x0, y0, max(x0, x1 - 1), max(y0, y1 - 1)), fill=INK)
    picture.info = {}
    return pictures.encoded(picture)


def covered_file(path: Path, boxes: Sequence[Box]) -> Rewritten:
    """The same of a file we wrote."""
    return covered(path.read_bytes(), boxes)
