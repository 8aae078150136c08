"""Use cases of the plan: budget, promised days, what remains. Refuses a change in silence once the drive has opened."""

from datetime import date
from typing import Any, TypeVar

from sqlmodel import Session, select

from app.campaigns import once
from app.campaigns.models import Campaign
from app.campaigns.rules import State
from app.core.errors import Conflict, DomainError
from app.core.i18n import mark
from app.donations import queries as donations
from app.impact import plan_queries
from app.impact.money_rules import Category, Planned
from app.impact.plan_models import BudgetLine, Commitment, PlanChange, Unspent
from app.people import audit
from app.people.rules import Actor, Permission

Stands = TypeVar("Stands", BudgetLine, Commitment)


class ReasonMissing(DomainError):
    """The drive has opened: a change needs a reason, which the public reads."""

    status = 422

    def __init__(self) -> None:
        super().__init__(mark("Donors gave on this plan. Say why it changes: the public reads it."))


def is_fixed(campaign: Campaign) -> bool:
    """Whether donors have given on the plan: from here on each change is public."""
    return campaign.drive_opened_at is not None


def save_line(
    session: Session,
    actor: Actor,
    campaign: Campaign,
    line: BudgetLine | None,
    *,
    category: Category,
    label: str,
    amount_minor: int,
    reason: str = "",
) -> BudgetLine:
    """Add or change a line of the budget; to add what stands is no change, as a second press does.

    Raises ReasonMissing once the plan is fixed and no reason is given.
    """
    if line is None:
        line = _standing(
            session, campaign, BudgetLine, category=category, label=label, amount_minor=amount_minor
        )
    before = told_line(line) if line else None
    row = line or BudgetLine(campaign_id=campaign.id, category=category, label=label)
    row.category, row.label, row.amount_minor = category, label, amount_minor
    _save(session, actor, campaign, row, Planned.LINE, before, told_line(row), reason)
    return row


def remove_line(
    session: Session, actor: Actor, campaign: Campaign, line: BudgetLine, *, reason: str = ""
) -> None:
    """Take a line out of the budget. Raises ReasonMissing as `save_line` does."""
    _note(session, actor, campaign, Planned.LINE, told_line(line), None, reason)
    session.delete(line)


def save_commitment(
    session: Session,
    actor: Actor,
    campaign: Campaign,
    commitment: Commitment | None,
    *,
    title: str,
    due_on: date,
    reason: str = "",
) -> Commitment:
    """Promise an account by a day, or move it; as `save_line`, also in what it raises."""
    if commitment is None:
        commitment = _standing(session, campaign, Commitment, title=title, due_on=due_on)
    before = told_commitment(commitment) if commitment else None
    row = commitment or Commitment(campaign_id=campaign.id, title=title, due_on=due_on)
    row.title, row.due_on = title, due_on
    _save(session, actor, campaign, row, Planned.COMMITMENT, before, told_commitment(row), reason)
    return row


def remove_commitment(
    session: Session, actor: Actor, campaign: Campaign, commitment: Commitment, *, reason: str = ""
) -> None:
    """Take a promised account back. Raises ReasonMissing as `save_line` does."""
    _note(session, actor, campaign, Planned.COMMITMENT, told_commitment(commitment), None, reason)
    session.delete(commitment)


def say_unspent(
    session: Session, actor: Actor, campaign: Campaign, *, words: str, use_by: date | None
) -> Unspent:
    """Say in public what becomes of the money that remains; what was said before stays readable. Said again is said.

    Raises Conflict while the drive has not ended, or when nothing remains.
    """
    actor.require(Permission.MONEY)
    if campaign.state not in (State.REPORTING, State.CLOSED):
        raise Conflict(mark("Gifts are still taken: what remains is known once the week is over."))
    remaining = donations.totals(session, campaign.id).remaining_minor
    if remaining <= 0:
        raise Conflict(mark("Nothing remains."))
    once.take_turns(session, campaign)
    last = next(iter(plan_queries.plan_of(session, campaign).unspent), None)
    if last and (last.words, last.amount_minor, last.use_by) == (words, remaining, use_by):
        return last
    row = Unspent(
        campaign_id=campaign.id,
        words=words,
        amount_minor=remaining,
        use_by=use_by,
        said_by=actor.person_id,
    )
    session.add(row)
    session.flush()
    audit.record(session, actor, "plan.unspent_said", subject=campaign.title, subject_pid=row.pid)
    return row


def _standing(session: Session, campaign: Campaign, table: type[Stands], **said: object) -> Stands | None:
    """The row of the plan that says the same already. Two presses at one moment take turns."""
    once.take_turns(session, campaign)
    return session.exec(select(table).filter_by(campaign_id=campaign.id, **said)).first()


def told_line(line: BudgetLine) -> dict[str, Any]:
    """A line as a change keeps it."""
    return {"category": line.category.value, "label": line.label, "amount_minor": line.amount_minor}


def told_commitment(commitment: Commitment) -> dict[str, Any]:
    """A promised day as a change keeps it."""
    return {"title": commitment.title, "due_on": commitment.due_on.isoformat()}


def _save(
    session: Session,
    actor: Actor,
    campaign: Campaign,
    row: BudgetLine | Commitment,
    kind: Planned,
    before: dict[str, Any] | None,
    after: dict[str, Any],
    reason: str,
) -> None:
    if before == after:
        return
    with session.no_autoflush:
        _note(session, actor, campaign, kind, before, after, reason)
    session.add(row)
    session.flush()


def _note(
    session: Session,
    actor: Actor,
    campaign: Campaign,
    kind: Planned,
    before: dict[str, Any] | None,
    after: dict[str, Any] | None,
    reason: str,
) -> None:
    """Note a change in the journal, and in public once the drive has opened."""
    actor.require(Permission.EDIT)
    subject = str((after or before or {}).get("label" if kind is Planned.LINE else "title", ""))
    if not is_fixed(campaign):
        audit.record(session, actor, "plan.written", subject=subject, subject_pid=campaign.pid)
        return
    if not reason:
        raise ReasonMissing
    session.add(
        PlanChange(
            campaign_id=campaign.id,
            kind=kind,
            before=before,
            after=after,
            reason=reason,
            changed_by=actor.person_id,
        )
    )
    audit.record(session, actor, "plan.changed", subject=subject, subject_pid=campaign.pid, reason=reason)
