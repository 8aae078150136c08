"""What a machine can tell of a text before anyone reads it. Decides nothing but how soon and how openly it is seen."""

import base64
import hmac
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from sqlmodel import Session, col, func, select

from app.campaigns.models import Campaign
from app.core import clock, stamps
from app.core.crypto import keyed_hash
from app.intake.models import Item
from app.intake.rules import Signal

MIN_TYPING = timedelta(seconds=3)
EXCERPT = 400

_FINDERS: tuple[tuple[Signal, re.Pattern[str]], ...] = (
    (Signal.EMAIL, re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")),
    (Signal.LINK, re.compile(r"(?i)\b(?:https?://|www\.)\S+")),
    (Signal.PHONE, re.compile(r"(?<![\w/])\+?\d(?:[ .()/-]{0,2}\d){7,14}(?!\w)")),
)


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


def screen(session: Session, campaign: Campaign, sent: Sent) -> Screening:
    """Look at what somebody sent, before it is kept."""
    passed = stamps.age(sent.stamp)
    found = {signal: len(pattern.findall(sent.text)) for signal, pattern in _FINDERS}
    likeness = _likeness(campaign, sent.text)
    if passed is None or passed < MIN_TYPING:
        found[Signal.HASTE] = 1
    if likeness:
        found[Signal.REPEATED] = _count_alike(session, campaign, likeness)
    signals = {signal: count for signal, count in found.items() if count}
    return Screening(
        robot=bool(sent.trap),
        excerpt=masked(sent.text)[:EXCERPT],
        language="",
        source=source_of(sent.address, sent.agent),
        likeness=likeness,
        urgency=1 if signals else 0,
        signals=signals,
    )


def masked(text: str) -> str:
    """A text whose addresses, links and numbers are hidden, for eyes that have not decided yet."""
    for _, pattern in _FINDERS:
        text = pattern.sub("•••", text)
    return text


def source_of(address: str, agent: str) -> str:
    """Where it came from, as far as telling a flood needs it: a keyed hash that changes each day."""
    return keyed_hash("intake-source", clock.now().date().isoformat(), address, agent[:200])


def _likeness(campaign: Campaign, text: str) -> str:
    plain = unicodedata.normalize("NFKD", text.casefold()).encode("ascii", "ignore").decode()
    words = re.findall(r"[a-z0-9]+", plain)
    if len(words) < 4:
        return ""
    digest = hmac.digest(keyed_hash("likeness", campaign.pid).encode(), " ".join(words).encode(), "sha256")
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def _count_alike(session: Session, campaign: Campaign, likeness: str) -> int:
    return session.exec(
        select(func.count(col(Item.id))).where(Item.likeness == likeness, Item.campaign_id == campaign.id)
    ).one()
