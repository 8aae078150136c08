"""What may be reported, how soon it is read, who may decide it, what a decision does. Pure decisions.

The articles named are those of the Digital Services Act, Regulation (EU) 2022/2065.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from statistics import median
from urllib.parse import unquote, urlsplit

from app.core.i18n import Message, mark
from app.intake.rules import ItemState


class Category(StrEnum):
    """Why someone believes a content to be illegal."""

    THREAT = "threat"
    CHILD = "child"
    TERROR = "terror"
    HATE = "hate"
    PERSON = "person"
    PRIVACY = "privacy"
    FRAUD = "fraud"
    WORK = "work"
    OTHER = "other"


class NoticeState(StrEnum):
    RECEIVED = "received"
    DECIDED = "decided"
    APPEALED = "appealed"


class Outcome(StrEnum):
    KEEP = "keep"
    HIDE = "hide"  # until a later decision says otherwise
    REMOVE = "remove"


class Ground(StrEnum):
    """What a restriction rests on (article 17, 3 d and e)."""

    LAW = "law"
    RULE = "rule"


class Side(StrEnum):
    """Who reads a page, and who may contest a decision."""

    NOTIFIER = "notifier"
    AUTHOR = "author"


GRAVE = frozenset({Category.THREAT, Category.CHILD, Category.TERROR})
"""Read first, and at once."""

NAMELESS = frozenset({Category.CHILD})
"""Offences whose notice needs neither name nor address: article 16, 2 c (directive 2011/93/EU, articles 3 to 7)."""

CLAIM = timedelta(minutes=30)  # reading a law takes longer than reading a comment
APPEAL_WITHIN = timedelta(days=183)  # six months
TASK_WITHIN = timedelta(hours=24)  # a restriction of the organisation's own pages, once decided
DECIDE_WITHIN = timedelta(days=7)
DECIDE_GRAVE_WITHIN = timedelta(hours=24)
REGISTER_PAGE = 50

CATEGORY_WORDS: Mapping[Category, Message] = {
    Category.THREAT: mark("A danger to someone’s life or safety"),
    Category.CHILD: mark("Sexual abuse of a child"),
    Category.TERROR: mark("Terrorism, or its praise"),
    Category.HATE: mark("Hatred, or a call to violence"),
    Category.PERSON: mark("Insults, harassment or false accusations"),
    Category.PRIVACY: mark("Private data or a picture, without consent"),
    Category.FRAUD: mark("Fraud or deception"),
    Category.WORK: mark("Copyright, brand or likeness"),
    Category.OTHER: mark("Another breach of the law"),
}

STATE_WORDS: Mapping[NoticeState, Message] = {
    NoticeState.RECEIVED: mark("To decide"),
    NoticeState.DECIDED: mark("Decided"),
    NoticeState.APPEALED: mark("Contested"),
}

OUTCOME_WORDS: Mapping[Outcome, Message] = {
    Outcome.KEEP: mark("Stays online"),
    Outcome.HIDE: mark("Hidden from the public"),
    Outcome.REMOVE: mark("Removed"),
}

GROUND_WORDS: Mapping[Ground, Message] = {
    Ground.LAW: mark("A law"),
    Ground.RULE: mark("A rule of this site"),
}


def own_address(text: str, base_url: str) -> str | None:
    """The path, query and fragment of a page of this instance; None for anything else."""
    if text.startswith("/"):
        text = f"{base_url}{text}"
    if "\\" in text or not text.isprintable() or " " in text:
        return None
    try:
        given, ours = urlsplit(text), urlsplit(base_url)
    except ValueError:
        return None
    if given.scheme not in ("http", "https") or given.netloc.lower() != ours.netloc.lower():
        return None
    if given.path.startswith("//"):  # a browser would take what follows for another host
        return None
    query = f"?{given.query}" if given.query else ""
    fragment = f"#{given.fragment}" if given.fragment else ""
    return f"{given.path or '/'}{query}{fragment}"


def slug_in(address: str) -> str:
    """The slug of the campaign whose page an address names; empty when it names none."""
    parts = unquote(urlsplit(address).path).split("/")
    return parts[2] if len(parts) > 2 and parts[1] == "c" else ""


def day_in(address: str) -> int | None:
    """The number of the day whose page an address names."""
    parts = urlsplit(address).path.split("/")
    named = len(parts) > 4 and parts[3] == "days" and parts[4].isdigit() and len(parts[4]) < 4
    return int(parts[4]) if named else None


def page_in(address: str) -> str:
    """The part of a campaign an address names: `impact`, `voices`, `days`…; empty for its first page."""
    parts = urlsplit(address).path.split("/")
    return parts[3] if len(parts) > 3 and parts[1] == "c" else ""


def decide_by(category: Category, since: datetime) -> datetime:
    """When the team means to have decided: the law says “timely”, the house says how soon."""
    return since + (DECIDE_GRAVE_WITHIN if category in GRAVE else DECIDE_WITHIN)


def may_appeal(side: Side, last: Outcome, *, decided_at: datetime, appealed: bool, now: datetime) -> bool:
    """Whether a side may contest the last decision: once, in six months, and only one that goes against it."""
    against = (last is Outcome.KEEP) == (side is Side.NOTIFIER)
    return against and not appealed and now <= decided_at + APPEAL_WITHIN


def hindrance(
    person_id: int | None, *, wrote: Collection[int], decided: Collection[int], team: Collection[int]
) -> Message | None:
    """Why a member may not decide: they wrote what is reported, or decided before, while others could.

    An organisation of one still has to decide: then it does, and its decision says so.
    """
    barred = {*wrote, *decided}
    if person_id not in barred or not set(team) - barred:
        return None
    if person_id in wrote:
        return mark("You took part in writing what is reported: someone else decides.")
    return mark("You decided this before: someone else decides what is contested.")


def alone(person_id: int | None, *, wrote: Collection[int], decided: Collection[int]) -> bool:
    """Whether a decision is one's own work judged by oneself, for want of anyone else."""
    return person_id in {*wrote, *decided}


def restricted(before: ItemState, outcome: Outcome) -> ItemState | None:
    """Where a decision takes an item; None when there is nothing left to restrict."""
    if outcome is Outcome.KEEP or before in (ItemState.REJECTED, ItemState.WITHDRAWN):
        return None
    if before is ItemState.RESTRICTED:
        return ItemState.REJECTED if outcome is Outcome.REMOVE else None
    if before is ItemState.ACCEPTED and outcome is Outcome.HIDE:
        return ItemState.RESTRICTED
    return ItemState.REJECTED


def released(now: ItemState, before: ItemState) -> Sequence[ItemState]:
    """The steps by which an item goes back to where it stood before it was restricted."""
    if now is ItemState.RESTRICTED:
        return (ItemState.ACCEPTED,)
    if now is ItemState.REJECTED:
        pending = (ItemState.PENDING,)
        return (*pending, ItemState.ACCEPTED) if before is not ItemState.PENDING else pending
    return ()


def middle(durations: Sequence[timedelta]) -> timedelta | None:
    """The median of some durations; None of nothing."""
    return timedelta(seconds=median(one.total_seconds() for one in durations)) if durations else None
