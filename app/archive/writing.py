"""Put the files of an archive in a folder, all or none, or in a ZIP as they come. Refuses to write over anything but an
earlier archive of the same campaign that nobody added to."""

import io
import json
import secrets
import shutil
import zipfile
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, cast

from app.archive import rules
from app.archive.service import File, Subject

_EARLIEST = (1980, 1, 1, 0, 0, 0)  # a ZIP knows no earlier date


class NotOurs(Exception):
    """The folder holds something that this archive must not replace."""


@dataclass(frozen=True)
class Written:
    """What a folder holds now."""

    count: int
    size: int  # bytes


async def into_folder(folder: Path, kept: Subject, files: AsyncIterator[File]) -> Written:
    """Write beside the folder, then put it in place. Raises NotOurs, OSError; then the folder is as it was."""
    folder = folder.resolve()
    check_place(folder, kept)
    folder.parent.mkdir(parents=True, exist_ok=True)
    mark = secrets.token_hex(4)
    made = folder.with_name(f".{folder.name}.{mark}.new")
    count = size = 0
    try:
        async for file in files:
            place = made / file.name
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(file.content)
            count, size = count + 1, size + len(file.content)
        check_place(folder, kept)
        _swap(made, folder, folder.with_name(f".{folder.name}.{mark}.old"))
    finally:
        shutil.rmtree(made, ignore_errors=True)
    return Written(count, size)


def _swap(made: Path, folder: Path, aside: Path) -> None:
    """Put `made` where `folder` is; what stood there is removed once the new one stands."""
    if not folder.exists():
        made.rename(folder)
        return
    folder.rename(aside)
    try:
        made.rename(folder)
    except OSError:
        aside.rename(folder)
        raise
    shutil.rmtree(aside)


def check_place(folder: Path, kept: Subject) -> None:
    """Raises NotOurs unless the folder is new, empty, or an earlier archive of the same campaign and nothing more."""
    if not folder.exists():
        return
    if not folder.is_dir():
        raise NotOurs(f"{folder} is a file")
    present = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if not path.is_dir()}
    if not present:
        return
    earlier = _manifest(folder / rules.MANIFEST)
    if (earlier.get("format"), earlier.get("campaign")) != (rules.FORMAT, kept.site.slug):
        raise NotOurs(f"{folder} is not an earlier archive of /c/{kept.site.slug}; choose another folder")
    added = sorted(present - set(earlier.get("files", {})) - {rules.MANIFEST})
    if added:
        raise NotOurs(
            f"{folder} holds files that are no part of the archive, such as {added[0]}; move them first"
        )


def _manifest(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


class _Pipe(io.RawIOBase):
    """A file that only goes forward: what the ZIP writes is taken away at once."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self._parts.append(bytes(data))
        return len(data)

    def taken(self) -> bytes:
        found, self._parts = b"".join(self._parts), []
        return found


async def as_zip(kept: Subject, files: AsyncIterator[File]) -> AsyncIterator[bytes]:
    """The archive as one ZIP, in pieces, as its files are made; it opens into one folder."""
    pipe = _Pipe()
    at = max(_EARLIEST, kept.kept_at.timetuple()[:6])
    with zipfile.ZipFile(cast("IO[bytes]", pipe), "w") as archive:
        async for file in files:
            entry = zipfile.ZipInfo(f"{kept.site.slug}/{file.name}", at)
            entry.external_attr = 0o644 << 16
            shrinks = file.media_type.startswith(("text/", "application/"))
            entry.compress_type = zipfile.ZIP_DEFLATED if shrinks else zipfile.ZIP_STORED
            archive.writestr(entry, file.content)
            yield pipe.taken()
    yield pipe.taken()
