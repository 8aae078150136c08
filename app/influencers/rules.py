"""The road of an influencer from shortlist to brief, and the terms the law asks for. Pure decisions."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from app.core.i18n import Message, mark


class Stage(StrEnum):
    SHORTLISTED = "shortlisted"
    APPROVED = "approved"  # a person decided the fit is real
    REFUSED = "refused"  # a person decided against, with a reason
    INVITED = "invited"
    CONFIRMED = "confirmed"  # said yes: terms are settled, the brief is open
    DECLINED = "declined"


class Agreement(StrEnum):
    """Terms of the pairing. Paid and in-kind ones need a disclosure label (French law 2023-451)."""

    VOLUNTEER = "volunteer"
    IN_KIND = "in_kind"
    PAID = "paid"


STAGE_WORDS: Mapping[Stage, Message] = {
    Stage.SHORTLISTED: mark("On the shortlist"),
    Stage.APPROVED: mark("Right for the cause"),
    Stage.REFUSED: mark("Not for this cause"),
    Stage.INVITED: mark("Invited"),
    Stage.CONFIRMED: mark("With us"),
    Stage.DECLINED: mark("Said no"),
}

AGREEMENT_WORDS: Mapping[Agreement, Message] = {
    Agreement.VOLUNTEER: mark("Volunteer: earns nothing"),
    Agreement.IN_KIND: mark("In kind: gifts, travel, meals"),
    Agreement.PAID: mark("Paid"),
}

NETWORKS = ("Instagram", "TikTok", "YouTube", "Facebook", "Threads", "Mastodon", "Bluesky", "X", "Twitch")

# From this value a year, excluding VAT, one advertiser and one influencer need a written contract
# (French decree 2025-1137, in force since 1 January 2026). Euros, in minor units.
WRITTEN_CONTRACT_FROM_MINOR = 1_000_00

# How long a personal link outlives the campaign: the thanks and the first impact update reach people too.
LINK_GRACE = timedelta(days=30)


@dataclass(frozen=True)
class Question:
    """One point of the cause-fit vetting. Answered by a person, with a note; never scored by a machine."""

    key: str
    text: Message
    help: Message


VETTING: tuple[Question, ...] = (
    Question(
        "tie",
        mark("Is the tie to the cause personal and real?"),
        mark("They lived it, or someone close did. They tell it in their own words."),
    ),
    Question(
        "record",
        mark("Does what they published before agree with the cause?"),
        mark("Read at least the last six months, and their best-known posts."),
    ),
    Question(
        "audience",
        mark("Do they reach people who never heard of us?"),
        mark("A smaller audience that listens is worth more than a large one that scrolls."),
    ),
    Question(
        "promises",
        mark("Are they free of other campaigns that could confuse people?"),
        mark("Ask about running partnerships, and about what comes in the next month."),
    ),
    Question(
        "care",
        mark("Can they carry this week without harm to themselves?"),
        mark("A personal story costs something. Agree on what stays private and who to call."),
    ),
)

_NEXT: Mapping[Stage, frozenset[Stage]] = {
    Stage.SHORTLISTED: frozenset({Stage.APPROVED, Stage.REFUSED}),
    Stage.APPROVED: frozenset({Stage.INVITED, Stage.CONFIRMED, Stage.REFUSED}),
    Stage.REFUSED: frozenset({Stage.APPROVED}),
    Stage.INVITED: frozenset({Stage.INVITED, Stage.CONFIRMED, Stage.DECLINED, Stage.REFUSED}),
    Stage.CONFIRMED: frozenset({Stage.DECLINED}),
    Stage.DECLINED: frozenset({Stage.INVITED, Stage.CONFIRMED}),
}


def may_become(before: Stage, after: Stage) -> bool:
    """Whether the road leads from one stage to another."""
    return after in _NEXT[before]


def needs_label(agreement: Agreement | None) -> bool:
    """Whether posts must say that there is a consideration (French law 2023-451, article 5)."""
    return agreement in (Agreement.IN_KIND, Agreement.PAID)


def unlabelled(agreement: Agreement | None, disclosure: str, labels: Iterable[str]) -> bool:
    """Whether some frame of a paid or in-kind post would go out without the words that say so."""
    return needs_label(agreement) and not disclosure and not all(labels)


def needs_contract(agreement: Agreement | None, value_minor: int, currency: str) -> bool:
    """Whether the law asks for a written contract. Other currencies than the euro: always when paid."""
    if agreement in (None, Agreement.VOLUNTEER):
        return False
    return value_minor >= WRITTEN_CONTRACT_FROM_MINOR if currency == "EUR" else agreement is Agreement.PAID


def terms_missing(
    agreement: Agreement | None, *, value_minor: int, currency: str, disclosure: str, has_contract: bool
) -> Message | None:
    """What the terms still lack before anyone may post; None when nothing."""
    if agreement is None:
        return mark("Say on what terms: volunteer, in kind or paid.")
    if needs_label(agreement) and not disclosure:
        return mark("Paid and in-kind posts carry a label that says so. Choose its words.")
    if needs_contract(agreement, value_minor, currency) and not has_contract:
        return mark("From 1,000 € a year the law asks for a written contract. Note the day it was signed.")
    return None


def link_expiry(campaign_ends_at: datetime) -> datetime:
    """When a personal link stops opening the brief."""
    return campaign_ends_at + LINK_GRACE
