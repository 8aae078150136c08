"""PDF pages as pictures, drawn on this machine. Refuses what is locked, damaged, too heavy or too long."""

import tempfile
from pathlib import Path

import typst

from app.core.i18n import mark
from app.media import rules
from app.media.pictures import Refused

MAX_PAGES = 10
MAX_BYTES = 12 * 1024 * 1024

# A sheet as large as its page is, fitted into the box of the pictures we keep: some 130 dots an inch of A4.
_SHEET = f"""#set page(width: auto, height: auto, margin: 0pt, fill: white)
#context {{
  let paper = measure(image("paper.pdf", page: NUMBER))
  let scale = calc.min({rules.FULL[0]}pt / paper.width, {rules.FULL[1]}pt / paper.height)
  image("paper.pdf", page: NUMBER, width: paper.width * scale)
}}
"""

_TOO_HEAVY = mark("This PDF is too heavy: at most 12 MB.")
_LOCKED = mark("This PDF is locked by a password. Save it without one, then send it.")
_BROKEN = mark("This PDF cannot be read. Print it to a new PDF, or send a photo of the page.")
_TOO_LONG = mark("This PDF has more than 10 pages. Send the pages that prove the spending.")


def is_pdf(data: bytes) -> bool:
    """Whether a file says it is a PDF by its first bytes, whatever its name."""
    return b"%PDF-" in data[:1024]


def pages(data: bytes) -> list[bytes]:
    """Each page as PNG, the first first. Raises Refused. Scripts, forms and attachments are not followed."""
    if len(data) > MAX_BYTES:
        raise Refused(_TOO_HEAVY)
    found: list[bytes] = []
    with tempfile.TemporaryDirectory(prefix="septaine-") as folder:
        (Path(folder) / "paper.pdf").write_bytes(data)
        while (page := _page(Path(folder), len(found) + 1)) is not None:
            if len(found) == MAX_PAGES:
                raise Refused(_TOO_LONG)
            found.append(page)
    return found


def _page(folder: Path, number: int) -> bytes | None:
    """One page counted from 1; None behind the last."""
    source = folder / "page.typ"
    source.write_text(_SHEET.replace("NUMBER", str(number)))
    try:
        # A point a pixel at 72 dots an inch.
        drawn = typst.compile(source, root=folder, format="png", ppi=72, ignore_system_fonts=True)
    except typst.TypstError as error:
        if number > 1 and "does not exist" in str(error):
            return None
        raise Refused(_LOCKED if "encrypted" in str(error) else _BROKEN) from error
    except RuntimeError as error:
        raise Refused(_BROKEN) from error
    return bytes(drawn)
