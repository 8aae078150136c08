"""The published log as a file: one line an entry, byte for byte the same for the same log. docs/log.md describes it.

Reading a file back refuses whatever this module would have written otherwise: a changed byte has nowhere to hide.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from app.core.i18n import Message, mark
from app.transparency import rules
from app.transparency.rules import FIELDS, FORMAT, UNREADABLE, VERSION, Broken, Chain, Entry

END = "]}"


@dataclass(frozen=True)
class Header:
    """What stands before the entries: whose log, and which part of it the file holds."""

    campaign: str
    after: int  # the entries of the file follow this one, whose hash is `prev`
    prev: str
    through: int  # the last entry of the file, whose hash is `hash`
    hash: str

    def line(self) -> str:
        known = {"format": FORMAT, "version": VERSION, **vars(self)}
        return rules.canonical(known)[:-1] + ',"entries":['


def lines(header: Header, entries: Iterable[Entry]) -> Iterator[str]:
    """The file, line by line."""
    yield header.line() + "\n"
    waiting = ""
    for one in entries:
        if waiting:
            yield waiting + ",\n"
        waiting = one.line()
    if waiting:
        yield waiting + "\n"
    yield END + "\n"


class NotALog(ValueError):
    """The file is none of ours at all."""


def read_header(line: str) -> Header:
    """The first line. Raises NotALog unless it is exactly what `Header` writes."""
    try:
        told = json.loads(line.rstrip("\n") + END)
        header = Header(**{name: told[name] for name in Header.__dataclass_fields__})
        same = header.line() + "\n" == line
    except (ValueError, LookupError, TypeError, AttributeError):
        raise NotALog from None
    if not same:
        raise NotALog
    return header


def read_entry(line: str) -> Entry | None:
    """One line; None unless it is exactly what `Entry.line` writes. `content` comes back as canonical JSON."""
    bare = line.removesuffix("\n").removesuffix(",")
    try:
        told = json.loads(bare)
        if not isinstance(told, dict) or set(told) != set(FIELDS) or not _typed(told):
            return None
        content = None if told["content"] is None else rules.canonical(told["content"])
        entry = Entry(**{**told, "content": content})
        return entry if entry.line() == bare else None
    except (ValueError, RecursionError):
        return None


def _typed(told: dict[str, Any]) -> bool:
    texts = all(isinstance(told[name], str) for name in ("at", "digest", "hash", "kind", "subject"))
    return texts and type(told["seq"]) is int and isinstance(told["salt"], str | None)


@dataclass(frozen=True)
class FileVerdict:
    """What a check of a file found: which part of the log it holds, its hashes, and what does not hold."""

    header: Header
    hashes: dict[int, str]
    broken: Broken | None


HEAD = mark("The first line of the file was changed.")
TAIL = mark("The end of the file was changed.")


def verify_file(raw: Iterable[bytes]) -> FileVerdict:
    """Check a published file by itself, line by line. Raises NotALog when it does not begin as one."""
    walk = iter(raw)
    first = next(walk, b"")
    header = read_header(_text(first))
    if header.after == 0 and header.prev != rules.genesis(header.campaign):
        return FileVerdict(header, {}, Broken(0, HEAD))
    chain = Chain(header.campaign, after=header.after, prev=header.prev)
    hashes: dict[int, str] = {}
    broken = _walked(walk, header, chain, hashes)
    ended = chain.end(header.through, header.hash)
    found = [one for one in (broken, ended) if one is not None]
    return FileVerdict(header, hashes, min(found, key=lambda one: one.seq, default=None))


def _walked(walk: Iterator[bytes], header: Header, chain: Chain, hashes: dict[int, str]) -> Broken | None:
    """Take every entry of the file into the chain, its last line as well."""
    while chain.seq < header.through:
        line = _text(next(walk, b""))
        last = chain.seq + 1 == header.through
        if line == END + "\n":
            return None  # the chain says which entry is missing
        entry = read_entry(line)
        if entry is None or not line.endswith("}\n" if last else "},\n"):
            return Broken(chain.seq + 1, UNREADABLE)
        if not chain.add(entry):
            return chain.broken
        hashes[entry.seq] = entry.hash
    if _text(next(walk, b"")) != END + "\n" or next(walk, None) is not None:
        return Broken(header.through, TAIL)
    return None


def _text(line: bytes) -> str:
    try:
        return line.decode()
    except UnicodeDecodeError:
        return ""


def agreement(verdict: FileVerdict, kept: Iterable[tuple[int, str]]) -> Broken | None:
    """The first entry of a file that an instance no longer holds as the file has it; `kept`: its own hashes."""
    here = dict(kept)
    for seq, hash_ in verdict.hashes.items():
        if here.get(seq) != hash_:
            return Broken(seq, _OTHER if seq in here else _LOST)
    return None


_LOST: Message = mark("It was published, and this instance no longer has it.")
_OTHER: Message = mark("It was published with another content than this instance has now.")
