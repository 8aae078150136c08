"""Use cases of spending: enter, agree as a second member, refuse, cancel. Refuses to let anyone agree to their own."""

from dataclasses import dataclass
from datetime import date

from sqlmodel import Session

from app.campaigns import once
from app.campaigns.models import Campaign
from app.core import clock
from app.core.errors import Conflict, Forbidden
from app.core.i18n import mark
from app.core.money import minor_digits
from app.donations import ledger
from app.donations.models import LedgerEntry
from app.donations.rules import EntryKind
from app.impact import money_rules, spend_queries, telling
from app.impact.money_rules import Category, SpendState
from app.impact.spend_models import Spend, SpendingRule
from app.people import audit
from app.people.rules import Actor, Permission


@dataclass(frozen=True)
class Used:
    """Money used, as somebody tells it, in minor units of the campaign's currency."""

    amount_minor: int
    category: Category
    note: str
    on_date: date
    payee: str = ""
    withheld: str = ""  # why the public does not read the payee
    evidence_note: str = ""


def set_limit(session: Session, actor: Actor, limit_minor: int | None) -> None:
    """Set the amount above which two must agree, in hundredths; None: one is enough. What waits goes on waiting."""
    actor.require(Permission.ADMIN)
    rule = session.get(SpendingRule, actor.organisation_id)
    if limit_minor is None:
        if rule is not None:
            session.delete(rule)
            audit.record(session, actor, "money.limit_lifted")
        return
    rule = rule or SpendingRule(organisation_id=actor.organisation_id, limit_minor=limit_minor)
    rule.limit_minor, rule.changed_by, rule.changed_at = limit_minor, actor.person_id, clock.now()
    session.add(rule)
    audit.record(session, actor, "money.limit_set", amount=limit_minor)


def is_entered(session: Session, campaign: Campaign, used: Used, key: str) -> bool:
    """Whether the same press of the form with ``key`` has entered it already."""
    once.take_turns(session, campaign)
    return spend_queries.spend(session, campaign, once.name(key, campaign.pid, used)) is not None


def enter(session: Session, actor: Actor, campaign: Campaign, used: Used, *, key: str = "") -> Spend:
    """Enter money used: it counts at once, or waits for a second member when it is above the limit.

    It waits also where nobody else may handle money: whoever set the limit wanted two. ``key`` is of the
    form: ask `is_entered` first. Raises Conflict for a day to come.
    """
    actor.require(Permission.MONEY)
    if used.on_date > clock.today(campaign.timezone):
        raise Conflict(mark("Money is entered once it is used: this day is still to come."))
    limit = spend_queries.limit(session, campaign.organisation_id)
    waits = money_rules.needs_second(used.amount_minor, limit, minor_digits(campaign.currency))
    spend = Spend(
        pid=once.name(key, campaign.pid, used),
        organisation_id=campaign.organisation_id,
        campaign_id=campaign.id,
        amount_minor=used.amount_minor,
        category=used.category,
        note=used.note,
        payee=used.payee,
        withheld=used.withheld,
        on_date=used.on_date,
        evidence_note=used.evidence_note,
        state=SpendState.WAITING if waits else SpendState.COUNTED,
        entered_by=actor.person_id,
    )
    session.add(spend)
    session.flush()
    if waits:
        audit.record(session, actor, "money.spend_waits", subject=used.note, subject_pid=spend.pid)
        telling.waits(session, campaign, spend, by=actor.name)
    else:
        _count(session, actor, campaign, spend)
    return spend


def agree(session: Session, actor: Actor, campaign: Campaign, spend: Spend) -> LedgerEntry:
    """A second member agrees: from here on it counts.

    Raises Forbidden for who entered it, Conflict when it does not wait any more.
    """
    _decide(session, actor, spend, SpendState.COUNTED)
    audit.record(session, actor, "money.spend_agreed", subject=spend.note, subject_pid=spend.pid)
    return _count(session, actor, campaign, spend)


def refuse(session: Session, actor: Actor, campaign: Campaign, spend: Spend, *, reason: str) -> None:
    """A second member refuses: it never counted. Raises as `agree` does."""
    _decide(session, actor, spend, SpendState.REFUSED)
    spend.refusal = reason
    audit.record(
        session, actor, "money.spend_refused", subject=spend.note, subject_pid=spend.pid, reason=reason
    )
    telling.refused(session, campaign, spend, by=actor.name)


def withdraw(session: Session, actor: Actor, spend: Spend) -> None:
    """Whoever entered it takes it back before anyone decided. Raises Conflict for others, and when too late."""
    actor.require(Permission.MONEY)
    if spend.entered_by != actor.person_id:
        raise Conflict(mark("Only who entered it takes it back. You may refuse it, with a reason."))
    _still_waiting(session, spend)
    spend.state = SpendState.WITHDRAWN
    session.add(spend)
    audit.record(session, actor, "money.spend_withdrawn", subject=spend.note, subject_pid=spend.pid)


def undo(
    session: Session, actor: Actor, campaign: Campaign, entry: LedgerEntry, *, reason: str
) -> LedgerEntry:
    """Cancel a spending by its opposite; the ledger keeps both. Raises Conflict the second time."""
    actor.require(Permission.MONEY)
    if entry.kind is not EntryKind.SPEND:
        raise Conflict(mark("Only money used is cancelled here."))
    made = ledger.cancel(session, campaign, entry, reason=reason, by=actor.person_id)
    audit.record(session, actor, "money.corrected", subject=entry.note, subject_pid=entry.pid, reason=reason)
    return made


def _count(session: Session, actor: Actor, campaign: Campaign, spend: Spend) -> LedgerEntry:
    """Its line in the ledger; a spending has one, however often it is told."""
    entry = ledger.record(
        session,
        campaign,
        kind=EntryKind.SPEND,
        amount_minor=-spend.amount_minor,
        source=f"spend:{spend.pid}",
        on_date=spend.on_date,
        category=spend.category.value,
        note=spend.note,
        evidence_note=spend.evidence_note,
        created_by=spend.entered_by,
    )
    spend.ledger_entry_id = entry.id
    session.add(spend)
    session.flush()
    audit.record(
        session, actor, "money.spent", subject=spend.note, subject_pid=entry.pid, amount=spend.amount_minor
    )
    return entry


def _decide(session: Session, actor: Actor, spend: Spend, state: SpendState) -> None:
    actor.require(Permission.MONEY)
    if spend.entered_by == actor.person_id:
        raise Forbidden
    _still_waiting(session, spend)
    spend.state, spend.decided_by, spend.decided_at = state, actor.person_id, clock.now()
    session.add(spend)


def _still_waiting(session: Session, spend: Spend) -> None:
    """Under the row's lock: of two who decide at once, the second reads what the first did."""
    session.refresh(spend, with_for_update=True)
    if spend.state is not SpendState.WAITING:
        raise Conflict(mark("This spending does not wait any more."))
