"""Where media files lie: one interface, one folder. Refuses names that are not two plain words."""

import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

from app.core.settings import get_settings

_PID = re.compile(r"[0-9a-z]{16}")
_VARIANT = re.compile(r"[a-z]{1,12}\.[a-z0-9]{2,4}")


class Storage(Protocol):
    """What the media room asks of a store; another store (an object store, say) implements the same."""

    def write(self, pid: str, variant: str, data: bytes) -> None:
        """Keep a file whole or not at all."""

    def locate(self, pid: str, variant: str) -> Path | None:
        """A local path to read the file from; None when there is none."""

    def kept(self) -> Iterator[tuple[str, datetime]]:
        """Every medium kept, with the instant it was last written."""

    def forget(self, pid: str) -> None:
        """Delete all files of a medium; nothing happens when there are none."""


class FolderStorage:
    """Files under one folder, as `ab/cd/abcd…/variant`."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def write(self, pid: str, variant: str, data: bytes) -> None:
        target = self._path(pid, variant)
        target.parent.mkdir(parents=True, exist_ok=True)
        # A temporary file then a rename: a reader, or a crash, never sees half a file.
        descriptor, name = tempfile.mkstemp(dir=target.parent, prefix=".", suffix=".part")
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            Path(name).replace(target)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise

    def locate(self, pid: str, variant: str) -> Path | None:
        path = self._path(pid, variant)
        return path if path.is_file() else None

    def kept(self) -> Iterator[tuple[str, datetime]]:
        for folder in self.root.glob("??/??/*"):
            if _PID.fullmatch(folder.name):
                yield folder.name, datetime.fromtimestamp(folder.stat().st_mtime, UTC)

    def forget(self, pid: str) -> None:
        shutil.rmtree(self._folder(pid), ignore_errors=True)

    def _folder(self, pid: str) -> Path:
        if not _PID.fullmatch(pid):
            raise ValueError("not the id of a medium")
        return self.root / pid[:2] / pid[2:4] / pid

    def _path(self, pid: str, variant: str) -> Path:
        if not _VARIANT.fullmatch(variant):
            raise ValueError("not the name of a variant")
        return self._folder(pid) / variant


def get_storage() -> Storage:
    """The store of this instance: `media/` in the data folder."""
    return FolderStorage(get_settings().data_dir / "media")
