"""Copies of the whole instance in one file: the database as it stood at one instant, then the media.

Refuses to write over an instance that holds data, and any file whose contents do not match its own list. The
secret key is not in it: who finds a copy must not find the key as well.
"""

import hashlib
import io
import json
import os
import shutil
import sqlite3
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy.engine import URL, make_url

from app.core import clock, migrations
from app.core.settings import Settings

FORMAT = "septaine-backup/1"
LIST = "contents.json"
SQLITE, POSTGRES, MEDIA = "septaine.db", "postgres.dump", "media"


class BackupError(RuntimeError):
    """What stands in the way, in words for the operator."""


def backup(settings: Settings, target: Path) -> Path:
    """Write a copy of everything to a new file, readable by its owner only. Raises BackupError."""
    if target.exists():
        raise BackupError(f"{target} exists already")
    url = make_url(settings.db_url)
    target.parent.mkdir(parents=True, exist_ok=True)
    unfinished = target.with_name(f"{target.name}.unfinished")
    with tempfile.TemporaryDirectory(dir=target.parent) as work:
        # Database before media: a file is written before the row that names it, so that no row lacks its file.
        if url.get_backend_name() == "sqlite":
            dump = _copy_sqlite(Path(str(url.database)), Path(work) / SQLITE)
        else:
            dump = _dump_postgres(url, Path(work) / POSTGRES)
        unfinished.touch(mode=0o600)
        _pack(unfinished, [(dump.name, dump), *_media_of(settings)])
    unfinished.replace(target)
    return target


def restore(settings: Settings, source: Path, *, force: bool = False) -> dict[str, Any]:
    """Put a copy in place of an empty instance, or with `force` of any. Raises BackupError.

    Nothing is touched before the whole file was checked. The server must be stopped.
    """
    url = make_url(settings.db_url)
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    with _unpacked(source, settings.data_dir) as (work, contents):
        wanted = SQLITE if url.get_backend_name() == "sqlite" else POSTGRES
        if not (work / wanted).exists():
            raise BackupError(f"this copy holds no {wanted}: it was made from another kind of database")
        if not force and _holds_data(url, settings):
            raise BackupError("this instance holds data: stop it and add --force to replace them")
        if wanted == SQLITE:
            _check_sqlite(work / SQLITE)
            _put_sqlite(work / SQLITE, Path(str(url.database)))
        else:
            _run(
                [
                    "pg_restore",
                    "--clean",
                    "--if-exists",
                    "--no-owner",
                    "--exit-on-error",
                    "-d",
                    str(url.database),
                    str(work / POSTGRES),
                ],
                url,
            )
        media = settings.data_dir / MEDIA
        if media.exists():
            shutil.rmtree(media)
        if (work / MEDIA).exists():
            (work / MEDIA).replace(media)
    return contents


def _copy_sqlite(source: Path, target: Path) -> Path:
    """SQLite's own online copy: consistent while the server writes, which a file copy is not."""
    if not source.exists():
        raise BackupError(f"there is no database at {source}")
    with closing(sqlite3.connect(source)) as live, closing(sqlite3.connect(target)) as copy:
        live.backup(copy)
        copy.execute("PRAGMA journal_mode=DELETE")
    return target


def _check_sqlite(path: Path) -> None:
    with closing(sqlite3.connect(path)) as copy:
        sound = copy.execute("PRAGMA integrity_check").fetchone()[0]
        orphans = copy.execute("PRAGMA foreign_key_check").fetchall()
    if sound != "ok" or orphans:
        raise BackupError(
            f"the database in this copy is damaged: {sound}, {len(orphans)} rows without parent"
        )


def _put_sqlite(source: Path, target: Path) -> None:
    for leftover in ("-wal", "-shm"):
        target.with_name(target.name + leftover).unlink(missing_ok=True)
    source.chmod(0o600)
    source.replace(target)


def _dump_postgres(url: URL, target: Path) -> Path:
    _run(["pg_dump", "--format=custom", "--no-owner", "--file", str(target)], url)
    return target


def _run(command: list[str], url: URL) -> None:
    """Run one of PostgreSQL's own tools; the password travels in the environment, not on the command line."""
    program = shutil.which(command[0])
    if program is None:
        raise BackupError(
            f"{command[0]} is not installed: take PostgreSQL's client programs of the server's version"
        )
    given: dict[str, object] = {
        "PGHOST": url.host,
        "PGPORT": url.port,
        "PGUSER": url.username,
        "PGPASSWORD": url.password,
    }
    given |= {"PGDATABASE": url.database, **{f"PG{key.upper()}": value for key, value in url.query.items()}}
    environment = {**os.environ, **{name: str(value) for name, value in given.items() if value is not None}}
    done = subprocess.run(  # noqa: S603 - a fixed program and our own arguments
        [program, *command[1:]], env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        raise BackupError(f"{command[0]} failed: {done.stderr.strip()[-400:]}")


def _media_of(settings: Settings) -> Iterator[tuple[str, Path]]:
    folder = settings.data_dir / MEDIA
    for path in sorted(folder.rglob("*")) if folder.exists() else ():
        if path.is_file():
            yield f"{MEDIA}/{path.relative_to(folder).as_posix()}", path


def _pack(target: Path, files: list[tuple[str, Path]]) -> None:
    contents = {
        "format": FORMAT,
        "made_at": clock.now().isoformat(timespec="seconds"),
        "revision": migrations.current(),
        "files": {name: _digest(path) for name, path in files},
    }
    head = json.dumps(contents, indent=1).encode()
    with tarfile.open(target, "w") as tar:
        entry = tarfile.TarInfo(LIST)
        entry.size = len(head)
        tar.addfile(entry, io.BytesIO(head))
        for name, path in files:
            tar.add(path, arcname=name)


@contextmanager
def _unpacked(source: Path, near: Path) -> Iterator[tuple[Path, dict[str, Any]]]:
    """The files of a copy, checked against its list, in a folder on the disk they will live on."""
    with tempfile.TemporaryDirectory(dir=near) as work:
        try:
            with tarfile.open(source, "r:") as tar:
                tar.extractall(work, filter="data")  # refuses absolute paths, links outside, devices
            contents = json.loads((Path(work) / LIST).read_text("utf-8"))
            names = dict(contents["files"])
        except (OSError, tarfile.TarError, ValueError, KeyError, TypeError) as error:
            raise BackupError(f"{source} is not a copy made by `septaine backup`: {error}") from error
        if contents.get("format") != FORMAT:
            raise BackupError(f"{source} has the unknown format {contents.get('format')!r}")
        found = {
            path.relative_to(work).as_posix(): path
            for path in Path(work).rglob("*")
            if path.is_file() and path.name != LIST
        }
        if {name: _digest(path) for name, path in found.items()} != names:
            raise BackupError(f"{source} is damaged: its files do not match its list")
        yield Path(work), contents


def _holds_data(url: URL, settings: Settings) -> bool:
    if url.get_backend_name() == "sqlite":
        return Path(str(url.database)).exists() or (settings.data_dir / MEDIA).exists()
    return migrations.current() is not None


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
