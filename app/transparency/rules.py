"""How the log is chained and checked. Pure: no session, no clock; docs/log.md says the same for other programs."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from app.core.i18n import Message, mark

FORMAT = "septaine-log"
VERSION = 1
FIELDS = ("at", "content", "digest", "hash", "kind", "salt", "seq", "subject")
"""What a line of the published file says, in its order."""


class Kind(StrEnum):
    """What an entry is about. The values are part of the published format."""

    PROMISE = "promise"
    PLAN = "plan"  # budget and promised accounts, as fixed
    CHANGE = "change"  # of the plan since, with its reason
    LEDGER = "ledger"
    EVIDENCE = "evidence"  # a covered copy that was published
    UNSPENT = "unspent"  # what becomes of the money that remains
    UPDATE = "update"
    FIGURE = "figure"
    PICTURE = "picture"
    REVISION = "revision"  # a published update was corrected
    CORRECTION = "correction"  # a fact told anywhere was wrong
    WITHDRAWN = "withdrawn"  # the words of another entry were taken back by right


class Why(StrEnum):
    """Why the words of an entry are no longer there."""

    CONSENT = "consent"  # somebody in a picture no longer agrees
    ERASURE = "erasure"  # somebody's right, or a court
    COPY = "copy"  # the organisation took a covered copy back, or published another


KIND_WORDS: Mapping[Kind, Message] = {
    Kind.PROMISE: mark("Promise, as fixed"),
    Kind.PLAN: mark("Plan, as fixed"),
    Kind.CHANGE: mark("Change of the plan"),
    Kind.EVIDENCE: mark("Evidence"),
    Kind.UNSPENT: mark("What remains, and where it goes"),
    Kind.LEDGER: mark("Ledger"),
    Kind.UPDATE: mark("Update"),
    Kind.FIGURE: mark("Figure"),
    Kind.PICTURE: mark("Picture"),
    Kind.REVISION: mark("Update corrected"),
    Kind.CORRECTION: mark("Correction"),
    Kind.WITHDRAWN: mark("Taken back by right"),
}
WHY_WORDS: Mapping[Why, Message] = {
    Why.CONSENT: mark("Somebody in this picture no longer agrees to be shown. Its digest stays."),
    Why.COPY: mark("The organisation took this copy back or published another. Its digest stays."),
    Why.ERASURE: mark("Its words were erased because the law gives somebody that right. Their digest stays."),
}


def canonical(value: Any) -> str:
    """JSON in one only way (RFC 8785; the log holds no fractions): keys sorted, no blanks, UTF-8."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def genesis(campaign: str) -> str:
    """What the first entry of a campaign's log is chained to."""
    return sha256(canonical({"campaign": campaign, "format": FORMAT, "version": VERSION}))


def digest(salt: str, content: str) -> str:
    """What stands in the chain for some content: with its salt gone, nobody can guess it back."""
    return sha256(salt + content)


def instant(moment: datetime) -> str:
    """An instant as the log writes it: whole seconds, UTC."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


@dataclass(frozen=True)
class Entry:
    """An entry with its content in canonical JSON; salt and content are None once taken back."""

    seq: int
    at: str
    kind: str
    subject: str
    digest: str
    hash: str
    salt: str | None
    content: str | None

    def chained(self, prev: str) -> str:
        """The hash it must have after an entry whose hash is `prev`."""
        return link(prev, self.seq, self.at, self.kind, self.subject, self.digest)

    def line(self) -> str:
        """The entry as one line of the published file."""
        own = {name: value for name, value in vars(self).items() if name != "content"}
        content = "null" if self.content is None else self.content
        return (
            "{"
            + ",".join(
                f'"{name}":{content if name == "content" else canonical(own[name])}' for name in FIELDS
            )
            + "}"
        )


def link(prev: str, seq: int, at: str, kind: str, subject: str, content_digest: str) -> str:
    """The hash of an entry: over the hash before it and everything the entry says."""
    said = {"at": at, "digest": content_digest, "kind": kind, "seq": seq, "subject": subject}
    return sha256(prev + canonical(said))


@dataclass(frozen=True)
class Broken:
    """The first entry that does not hold, and why; `seq` 0 stands for the head of a file."""

    seq: int
    why: Message
    kind: str = ""
    subject: str = ""


MISSING = mark("It is missing: another entry stands in its place.")
CUT = mark("It is missing: the log ends before it.")
CHANGED = mark("What it says of itself, or its place, is not what was sealed.")
WORDS = mark("Its words are not those that were sealed.")
SILENT = mark("Its words are gone, and no entry says by what right.")
UNREADABLE = mark("It is not written as it was published.")


class Chain:
    """Walks entries in their order and remembers the first that does not hold."""

    def __init__(self, campaign: str, *, after: int = 0, prev: str = "") -> None:
        self.seq, self.hash = after, prev or genesis(campaign)
        self.broken: Broken | None = None
        self._silent: dict[str, Broken] = {}

    def add(self, entry: Entry) -> bool:
        """Take the next entry; False once the chain is broken."""
        if self.broken is None:
            self.broken = self._fault(entry)
        if self.broken is not None:
            return False
        self.seq, self.hash = entry.seq, entry.hash
        self._listen(entry)
        return True

    def _fault(self, entry: Entry) -> Broken | None:
        if entry.seq != self.seq + 1:
            return Broken(self.seq + 1, MISSING)
        if entry.chained(self.hash) != entry.hash:
            return Broken(entry.seq, CHANGED, entry.kind, entry.subject)
        whole = entry.salt is not None and entry.content is not None
        if whole and digest(entry.salt or "", entry.content or "") != entry.digest:
            return Broken(entry.seq, WORDS, entry.kind, entry.subject)
        return None

    def _listen(self, entry: Entry) -> None:
        """Remember who lacks words, until an entry says by what right."""
        if entry.salt is None or entry.content is None:
            self._silent[f"{entry.kind}.{entry.subject}"] = Broken(
                entry.seq, SILENT, entry.kind, entry.subject
            )
        elif entry.kind == Kind.WITHDRAWN:
            self._silent.pop(entry.subject, None)

    def end(self, seq: int, head: str) -> Broken | None:
        """The verdict, once everything was added: the newest entry is number `seq` and has the hash `head`."""
        if self.broken is None and self.seq < seq:
            self.broken = Broken(self.seq + 1, CUT)
        if self.broken is None and (self.seq, self.hash) != (seq, head):
            self.broken = Broken(self.seq, CHANGED)
        return min(
            [*self._silent.values(), *([self.broken] if self.broken else [])], key=_place, default=None
        )


def _place(broken: Broken) -> int:
    return broken.seq
