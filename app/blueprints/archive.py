"""The one file a campaign travels in: a zip of `campaign.json` and its media.

Refuses archives that unpack to more than they should, and reads no name that the document does not give.
"""

import io
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from app.blueprints.document import Document
from app.core.i18n import Message, mark

DOCUMENT = "campaign.json"
DOCUMENT_LIMIT = 4 * 1024 * 1024
FILE_LIMIT = 64 * 1024 * 1024
TOTAL_LIMIT = 512 * 1024 * 1024
ENTRIES_LIMIT = 600
# A fixed date, so that the same campaign gives the same archive. 1980 is the first a zip can tell.
_DATE = (1980, 1, 1, 0, 0, 0)


class BadArchive(ValueError):
    """The file is no campaign archive; `said` tells why in words."""

    def __init__(self, said: Message) -> None:
        super().__init__(said.text)
        self.said = said


@dataclass(frozen=True)
class Unpacked:
    """A checked document and the bytes of its media by key."""

    document: Document
    files: Mapping[str, bytes]


def pack(document: Document, files: Mapping[str, Path]) -> bytes:
    """The archive of a document and its media files, by key."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        text = document.model_dump_json(indent=1, exclude_defaults=True) + "\n"
        archive.writestr(_entry(DOCUMENT), text, zipfile.ZIP_DEFLATED)
        for item in document.media:
            archive.writestr(_entry(f"media/{item.file}"), files[item.key].read_bytes(), zipfile.ZIP_STORED)
    return out.getvalue()


def unpack(data: bytes) -> Unpacked:
    """Read an archive. Raises BadArchive."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return _read(archive)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        raise BadArchive(mark("This file is no campaign archive, or it was cut short.")) from error


def _read(archive: zipfile.ZipFile) -> Unpacked:
    entries = archive.infolist()
    if len(entries) > ENTRIES_LIMIT:
        raise BadArchive(mark("This archive holds more files than a campaign can have."))
    by_name = {entry.filename: entry for entry in entries}
    if len(by_name) != len(entries):
        raise BadArchive(mark("This archive names one file twice."))
    if DOCUMENT not in by_name:
        raise BadArchive(mark("This archive holds no campaign: campaign.json is missing."))
    document = _document(_bounded(archive, by_name[DOCUMENT], DOCUMENT_LIMIT))
    files: dict[str, bytes] = {}
    room = TOTAL_LIMIT
    for item in document.media:
        entry = by_name.get(f"media/{item.file}") if item.file else None
        if entry is None:
            raise BadArchive(mark("A picture or a film that the campaign shows is missing in the archive."))
        files[item.key] = _bounded(archive, entry, min(FILE_LIMIT, room))
        room -= len(files[item.key])
    return Unpacked(document, files)


def _bounded(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, limit: int) -> bytes:
    """An entry's bytes, whatever size it claims: reading stops just after the limit."""
    with archive.open(entry) as stream:
        data = stream.read(limit + 1)
    if len(data) > limit:
        raise BadArchive(mark("This archive unpacks to more than a campaign can hold."))
    return data


def _document(data: bytes) -> Document:
    if b"\\u0000" in data or b"\x00" in data:
        raise BadArchive(mark("campaign.json holds characters that no text has."))
    try:
        return Document.model_validate_json(data)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"]) or DOCUMENT
        raise BadArchive(
            mark("campaign.json does not follow the format, first at “%(place)s”.").with_values(place=place)
        ) from error


def _entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, _DATE)
    entry.external_attr = 0o644 << 16
    return entry
