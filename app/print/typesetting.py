"""Sets a Typst source as a picture or a PDF with the house's typefaces. Reads nothing but the files it is given."""

from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import typst

_FONTS = Path(__file__).parent / "fonts"


def png(source: str, *, inputs: Mapping[str, str], files: Mapping[str, bytes]) -> bytes:
    """The first page as PNG, one pixel a point. `inputs` are `sys.inputs`; `files` lie beside the source.

    Text of people goes into `inputs`, never into `source`: Typst would read it as code.
    """
    made = _compiled(source, inputs, files, format="png", ppi=72)
    # With one page it is the picture itself, whatever the stub says of several.
    return made if isinstance(made, bytes) else bytes(made[0])


def pdf(source: str, *, inputs: Mapping[str, str], files: Mapping[str, bytes]) -> bytes:
    """A document as PDF/UA-1: tagged, its typefaces inside. `inputs` and `files` as for `png`.

    The bytes depend on what is given alone: no instant enters them.
    """
    return bytes(_compiled(source, inputs, files, format="pdf", pdf_standards=["ua-1"]))


def _compiled(source: str, inputs: Mapping[str, str], files: Mapping[str, bytes], **how: Any) -> Any:
    with TemporaryDirectory(prefix="septaine-") as folder:
        for name, content in {"main.typ": source.encode(), **files}.items():
            (Path(folder) / name).write_bytes(content)
        return typst.compile(
            Path(folder) / "main.typ",
            root=Path(folder),
            font_paths=[_FONTS],
            ignore_system_fonts=True,
            sys_inputs=dict(inputs),
            **how,
        )
