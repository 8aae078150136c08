"""The road of an influencer from shortlist to brief, and the terms the law asks for. Pure decisions."""

from collections.abc import Collection, Iterable, Mapping
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

KIND_WORDS: Mapping[Agreement, Message] = {
    Agreement.IN_KIND: mark("in kind"),
    Agreement.PAID: mark("paid"),
}

NETWORKS = ("Instagram", "TikTok", "YouTube", "Facebook", "Threads", "Mastodon", "Bluesky", "X", "Twitch")

# From this value a year, excluding VAT, one advertiser and one influencer need a written contract
# (French decree 2025-1137, in force since 1 January 2026). Euros, in minor units.
WRITTEN_CONTRACT_FROM_MINOR = 1_000_00

WARN_FROM = 0.8
"""Share of the yearly threshold from which the team is warned."""

# What the contract must hold, or it is void (French law 2023-451, article 8, I, 1° to 5°).
CONTRACT_POINTS: Mapping[str, Message] = {
    "parties": mark("Who the parties are, with their postal and e-mail addresses"),
    "tax": mark("The country where each party pays its taxes"),
    "tasks": mark("The nature of the tasks"),
    "pay": mark("The pay or how it is worked out, and the value of what is given in kind"),
    "rights": mark("The rights and duties of each, intellectual property included"),
    "law": mark("That French law applies, when the audience is in France"),
}

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
    agreement: Agreement | None,
    *,
    value_minor: int,
    currency: str,
    disclosure: str,
    has_contract: bool,
    points: Collection[str] = tuple(CONTRACT_POINTS),
) -> Message | None:
    """What the terms still lack before anyone may post; None when nothing.

    `value_minor` is the worth of the year's agreements with this person; `points` what the contract was seen to hold.
    """
    if agreement is None:
        return mark("Say on what terms: volunteer, in kind or paid.")
    if needs_label(agreement) and not disclosure:
        return mark("Paid and in-kind posts carry a label that says so. Choose its words.")
    if needs_contract(agreement, value_minor, currency) and not has_contract:
        return mark("From 1,000 € a year the law asks for a written contract. Note the day it was signed.")
    if needs_contract(agreement, value_minor, currency) and not set(CONTRACT_POINTS) <= set(points):
        return mark("The contract is void without each of its points. Read it again and tick them.")
    return None


@dataclass(frozen=True)
class Known:
    """What tells whether two rows are one person."""

    id: int
    email: str
    key: str


def same_people(rows: Iterable[Known]) -> dict[int, int]:
    """For each row the smallest id of the same person's rows: one address, or one key that the team gave them."""
    found: dict[int, int] = {}
    seen: dict[str, int] = {}
    for row in sorted(rows, key=lambda one: one.id):
        marks = [f"mail:{row.email.lower()}"] * bool(row.email) + [f"key:{row.key}"] * bool(row.key)
        groups = {found[seen[mark_]] for mark_ in marks if mark_ in seen}
        group = min(groups, default=row.id)
        found[row.id] = group
        found |= {one: group for one, other in found.items() if other in groups}
        seen |= dict.fromkeys(marks, row.id)
    return found


def threshold_share(eur_minor: int) -> float:
    """How much of the year's threshold is reached; 1 or more: a written contract is due."""
    return max(0, eur_minor) / WRITTEN_CONTRACT_FROM_MINOR


def link_expiry(campaign_ends_at: datetime) -> datetime:
    """When a personal link stops opening the brief."""
    return campaign_ends_at + LINK_GRACE
