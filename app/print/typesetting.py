"""Sets a Typst source as a picture with the house's typeface. Refuses to read anything but the files it is given."""

from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

import typst

_FONTS = Path(__file__).parent / "fonts"


def png(source: str, *, inputs: Mapping[str, str], files: Mapping[str, bytes]) -> bytes:
    """The first page as PNG, one pixel a point. `inputs` are `sys.inputs`; `files` lie beside the source.

    Text of people goes into `inputs`, never into `source`: Typst would read it as code.
    """
    with TemporaryDirectory(prefix="septaine-") as folder:
        for name, content in {"main.typ": source.encode(), **files}.items():
            (Path(folder) / name).write_bytes(content)
        made = typst.compile(
            Path(folder) / "main.typ",
            root=Path(folder),
            format="png",
            ppi=72,
            font_paths=[_FONTS],
            ignore_system_fonts=True,
            sys_inputs=dict(inputs),
        )
    # With one page it is the picture itself, whatever the stub says of several.
    return made if isinstance(made, bytes) else bytes(made[0])
