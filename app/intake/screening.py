"""What a machine can tell of a text before anyone reads it. Decides nothing but how soon and how openly it is seen."""

import base64
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from sqlmodel import Session

from app.campaigns.models import Campaign
from app.core import clock, stamps
from app.core.crypto import keyed_hash
from app.intake import finders, languages, lexicon, proof, queries, rules
from app.intake.rules import Signal

MIN_TYPING = timedelta(seconds=3)
EXCERPT = 400


@dataclass(frozen=True)
class Sent:
    """What came with a text: where from, what the form carried. `trap` is the field people do not see."""

    text: str
    address: str
    agent: str
    stamp: str = ""
    trap: str = ""
    proof: str = ""


@dataclass(frozen=True)
class Screening:
    """What was found. `robot`: thanked as anyone, and kept nowhere."""

    robot: bool
    excerpt: str
    language: str
    source: str
    likeness: str
    urgency: int
    signals: Mapping[Signal, int] = field(default_factory=dict)
    network: str = ""


def screen(session: Session, campaign: Campaign, sent: Sent) -> Screening:
    """Look at what somebody sent by a form, before it is kept. Spends its proof of work."""
    found, spans, language = _words(session, campaign, sent.text)
    source, network = source_of(sent.address, sent.agent), _network_of(sent.address)
    passed = stamps.age(sent.stamp)
    proven = proof.spend(session, sent.proof)
    found[Signal.HASTE] = int(passed is None or passed < MIN_TYPING)
    found[Signal.UNPROVEN] = int(not proven)
    found[Signal.FLOOD] = int(
        rules.floods(queries.recent(session, campaign.id, source, network, proven=proven), proven=proven)
    )
    likeness = _likeness(campaign, sent.text)
    found[Signal.REPEATED] = queries.count_alike(session, likeness)
    signals = {signal: count for signal, count in found.items() if count}
    return Screening(
        robot=bool(sent.trap),
        excerpt=finders.masked(sent.text, spans)[:EXCERPT],
        language=language,
        source=source,
        likeness=likeness,
        urgency=rules.urgency(signals),
        signals=signals,
        network=network,
    )


def screen_words(session: Session, campaign: Campaign, text: str) -> Screening:
    """Look at words alone: those that came with a payment, or that a moderator corrected."""
    found, spans, language = _words(session, campaign, text)
    signals = {signal: count for signal, count in found.items() if count}
    return Screening(
        robot=False,
        excerpt=finders.masked(text, spans)[:EXCERPT],
        language=language,
        source="",
        likeness="",
        urgency=rules.urgency(signals),
        signals=signals,
    )


def masked(session: Session, organisation_id: int, text: str) -> str:
    """A text whose personal data is hidden, the organisation's own words included."""
    found = lexicon.of_organisation(session, organisation_id).search(text)
    return finders.masked(text, found.personal)


def source_of(address: str, agent: str) -> str:
    """Where it came from, as far as telling a flood needs it: a keyed hash that changes each day."""
    return keyed_hash("intake-source", clock.now().date().isoformat(), address, agent[:200])


def _network_of(address: str) -> str:
    return keyed_hash("intake-network", clock.now().date().isoformat(), address)


def _words(
    session: Session, campaign: Campaign, text: str
) -> tuple[dict[Signal, int], list[tuple[int, int]], str]:
    """What the words say: signals, where personal words stand, and their language."""
    watched = lexicon.of_organisation(session, campaign.organisation_id).search(text)
    language = languages.detect(text)
    found = finders.find(text)
    found[Signal.HOSTILE] = watched.hostile
    found[Signal.PERSONAL] = len(watched.personal)
    found[Signal.LANGUAGE] = int(language not in ("", campaign.language))
    return found, list(watched.personal), language


def _likeness(campaign: Campaign, text: str) -> str:
    words = re.findall(r"\w+", lexicon.folded(text)[0])
    if len(words) < 4:
        return ""
    digest = hmac.digest(keyed_hash("likeness", campaign.pid).encode(), " ".join(words).encode(), "sha256")
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
