"""Check a log: each entry against the one before it, its words against their digest, the database against its words.

Names the first entry that does not hold. Says nothing about facts that were never sealed.
"""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice

from sqlmodel import Session

from app.campaigns.models import Campaign
from app.core.i18n import mark
from app.transparency import files, queries, rules
from app.transparency.facts import Fact, Source
from app.transparency.files import FileVerdict
from app.transparency.rules import Broken, Chain, Entry
from app.transparency.sources import SOURCES

_UNREADABLE = (ValueError, TypeError, ArithmeticError, LookupError)
"""What columns raise whose value is none of theirs."""
GONE = mark("What it was made from is no longer in the database.")
ALTERED = mark("The database says something else now than what was sealed.")


@dataclass(frozen=True)
class Verdict:
    """What a check found: how many entries, the newest hash, and the first that does not hold."""

    seq: int
    hash: str
    broken: Broken | None


def verify(session: Session, campaign: Campaign) -> Verdict:
    """Check a campaign's whole log against itself and against the database."""
    chain = Chain(campaign.pid)
    altered: Broken | None = None
    walk = queries.entries(session, campaign.id)
    while part := _taken(chain, walk):
        altered = altered or _altered(session, part)
    kept = queries.kept_head(session, campaign.id)
    seq, newest = (kept.seq, kept.hash) if kept is not None else (0, rules.genesis(campaign.pid))
    found = [one for one in (chain.end(seq, newest), altered) if one is not None]
    return Verdict(seq, newest, min(found, key=lambda one: one.seq, default=None))


def _taken(chain: Chain, walk: Iterator[Entry]) -> list[Entry]:
    """The next entries that hold in the chain."""
    return [one for one in islice(walk, queries.BATCH) if chain.add(one)]


def _altered(session: Session, part: Sequence[Entry]) -> Broken | None:
    """The first of some entries whose rows say something else now, or are gone."""
    by_kind: dict[str, list[Entry]] = {}
    for one in part:
        if one.content is not None:
            by_kind.setdefault(one.kind, []).append(one)
    found = []
    for source in SOURCES:
        own = by_kind.get(source.kind, [])
        try:
            facts = source.read(session, [one.subject for one in own]) if own else {}
        except _UNREADABLE:
            facts = _one_by_one(session, source, own)
        found += [broken for one in own if (broken := _compared(one, facts.get(one.subject)))]
    return min(found, key=lambda one: one.seq, default=None)


def _compared(one: Entry, fact: Fact | None) -> Broken | None:
    if fact is None:
        return Broken(one.seq, GONE, one.kind, one.subject)
    if not fact.erased and rules.canonical(fact.content) != one.content:
        return Broken(one.seq, ALTERED, one.kind, one.subject)
    return None


def _one_by_one(session: Session, source: Source, own: Sequence[Entry]) -> dict[str, Fact]:
    """Facts read each alone: one that cannot be read must not hide the others."""
    found: dict[str, Fact] = {}
    for one in own:
        with suppress(*_UNREADABLE):
            found |= source.read(session, [one.subject])
    return found


def compare(session: Session, campaign: Campaign, told: FileVerdict) -> Broken | None:
    """The first entry of a published file that this instance lacks, or has with another hash."""
    return files.agreement(told, queries.hashes(session, campaign.id))
