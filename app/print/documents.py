"""Sets a Typst source as a PDF with the house's typefaces. Reads nothing but the files it is given."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from unicodedata import category, name, normalize

import typst

_HERE = Path(__file__).parent
_SCRIPTS = ("LATIN", "GREEK", "CYRILLIC", "MODIFIER", "MASCULINE", "FEMININE", "COMBINING", "MICRO")
_UNDRAWN = "?"


def pdf(template: str, data: Mapping[str, Any], files: Mapping[str, bytes]) -> bytes:
    """A document as PDF/UA-1: tagged, its typefaces inside. `data` is what the template reads as `sys.inputs.data`.

    Text of people goes into `data`, never into a template: Typst would read it as code. `files` lie beside the
    template. The bytes depend on what is given alone: no instant enters them. The norm refuses a letter that no
    typeface has; such a text is set with the machine's own typefaces, and without the letter when they lack it too:
    a name in other letters must not keep a receipt from being made.
    """
    for letters, ours in ((_any, True), (_any, False), (_common, True), (_latin, True)):
        try:
            return _set(template, _spelled(data, letters), files, ours=ours)
        except typst.TypstError as error:
            if "could not be displayed" not in str(error) or letters is _latin:
                raise
    raise AssertionError  # the last try either returns or raises


def _set(template: str, data: Any, files: Mapping[str, bytes], *, ours: bool) -> bytes:
    with TemporaryDirectory(prefix="septaine-") as folder:
        for file, content in {template: (_HERE / template).read_bytes(), **files}.items():
            (Path(folder) / file).write_bytes(content)
        made: Any = typst.compile(
            Path(folder) / template,
            root=Path(folder),
            font_paths=[_HERE / "fonts"],
            ignore_system_fonts=ours,
            sys_inputs={"data": json.dumps(data, ensure_ascii=False, sort_keys=True)},
            format="pdf",
            pdf_standards=["ua-1"],
        )
    return bytes(made)


def _spelled(value: Any, letters: Callable[[str], str]) -> Any:
    """The same data with every text of it spelled letter by letter."""
    if isinstance(value, str):
        return "".join(map(letters, value))
    if isinstance(value, Mapping):
        return {key: _spelled(one, letters) for key, one in value.items()}
    return [_spelled(one, letters) for one in value] if isinstance(value, list | tuple) else value


def _any(letter: str) -> str:
    return letter


def _common(letter: str) -> str:
    """A letter of the scripts our typefaces have, or the plain form of another; marks and emoji are left out."""
    kind = category(letter)
    if kind in ("Cc", "Cf", "Cs", "Co", "Cn", "So"):
        return letter if letter in "\n\t" else ""
    known = name(letter, "").startswith(_SCRIPTS) if kind[0] in "LM" else ord(letter) < 0x2190
    return letter if known else _latin(normalize("NFKC", letter)[:1])


def _latin(letter: str) -> str:
    """A letter any typeface has."""
    return letter if letter == "\n" or " " <= letter <= "~" or "\xa0" <= letter <= "\xff" else _UNDRAWN
