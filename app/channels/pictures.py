"""Pictures for platforms that take a file themselves: made small enough, the same way at every try."""

import io

from PIL import Image

PICTURE_BYTES = 1_000_000  # the most that Bluesky takes (lexicon app.bsky.embed.images)
EDGE = 2000  # pixels: what its own apps send at most


def fitted(data: bytes, mime: str) -> tuple[bytes, str]:
    """A picture of at most 1,000,000 bytes: as it is when it fits, else as JPEG, smaller until it does."""
    if len(data) <= PICTURE_BYTES:
        return data, mime
    with Image.open(io.BytesIO(data)) as opened:
        picture = opened.convert("RGB")
    edge = EDGE
    while True:
        picture.thumbnail((edge, edge))
        made = io.BytesIO()
        picture.save(made, "JPEG", quality=85, optimize=True)
        if made.tell() <= PICTURE_BYTES:
            return made.getvalue(), "image/jpeg"
        edge = edge * 4 // 5
