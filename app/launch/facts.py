"""What readiness looks at: plain values read once from every room."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from app.core.i18n import Message


@dataclass(frozen=True)
class DayFacts:
    """One day as the checks see it."""

    number: int
    frames: int
    blanks: int = 0  # gaps left in the day, its frames and its challenge
    without_alt: int = 0
    without_media: int = 0
    unagreed: int = 0  # pictures of people whose agreement is withdrawn or ends before the day
    has_challenge: bool = True  # with a title and three levels that say something


@dataclass(frozen=True)
class PersonFacts:
    """An influencer still in the campaign."""

    name: str
    confirmed: bool
    terms_missing: bool = False


@dataclass(frozen=True)
class PromiseFacts:
    """A promise: `whole` when it has a baseline, a target that differs, a date and a method."""

    indicator: str
    whole: bool
    has_figure: bool = False


@dataclass(frozen=True)
class Facts:
    """All that the checks may look at, read in one go."""

    today: date
    starts_on: date
    ends_on: date
    title: str = ""
    cause: str = ""
    summary: str = ""
    headline: str = ""
    campaign_blanks: int = 0
    drive_blanks: int = 0
    days: Sequence[DayFacts] = ()
    people: Sequence[PersonFacts] = ()
    contact_name: str = ""
    contact_reach: str = ""
    hold_statement: str = ""
    crisis_lacks: Sequence[Message] = ()  # what the crisis protocol lacks
    paused: bool = False
    approval_asked: bool = False
    first_day_unapproved: int = 0  # posts of the first day without every word they need
    legal_identity: bool = False
    goal_minor: int = 0
    drive_title: str = ""
    drive_ask: str = ""
    suggested: int = 0
    money_use_total: int = 0
    promises: Sequence[PromiseFacts] = ()
    budget_minor: int = 0  # what the lines of the budget add up to
    accounts_promised: int = 0
    promise_blanks: int = 0
    drive_at_once: bool = False  # it opens with the first minute of the campaign
    drive_was_open: bool = False
    drive_closed: bool = False
    balance_minor: int = 0
    gifts_under_way: int = 0
    claims: int = 0  # made in the stories
    open_claims: int = 0  # of these, not checked now
    unsourced: int = 0  # sentences that look like facts, with neither source nor word
    nothing_to_source: bool = False  # somebody's word that nothing needs a source
    unspent_said: bool = False  # the public reads what becomes of the remainder
    updates: int = 0
    closing_note: str = ""
