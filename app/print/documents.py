"""Sets a Typst source as a PDF with the house's typefaces. Reads nothing but the files it is given."""

import json
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import typst

_HERE = Path(__file__).parent


def pdf(template: str, data: Mapping[str, Any], files: Mapping[str, bytes]) -> bytes:
    """A document as PDF/UA-1: tagged, its typefaces inside. `data` is what the template reads as `sys.inputs.data`.

    Text of people goes into `data`, never into a template: Typst would read it as code. `files` lie beside the
    template. The bytes depend on what is given alone: no instant enters them.
    """
    with TemporaryDirectory(prefix="septaine-") as folder:
        for name, content in {template: (_HERE / template).read_bytes(), **files}.items():
            (Path(folder) / name).write_bytes(content)
        made: Any = typst.compile(
            Path(folder) / template,
            root=Path(folder),
            font_paths=[_HERE / "fonts"],
            ignore_system_fonts=True,
            sys_inputs={"data": json.dumps(data, ensure_ascii=False, sort_keys=True)},
            format="pdf",
            pdf_standards=["ua-1"],
        )
    return bytes(made)
