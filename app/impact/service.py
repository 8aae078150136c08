"""Use cases of promises: made before the drive, fixed by it. Spending: `spending`; updates: `updating`."""

from datetime import date
from decimal import Decimal

from sqlmodel import Session, col, delete, func, select

from app.campaigns.models import Campaign
from app.core import clock
from app.core.errors import Conflict
from app.core.i18n import mark
from app.impact.models import Figure, Promise
from app.people import audit
from app.people.rules import Actor, Permission

_FIXED = mark("The promise was fixed when the drive opened. What happened since belongs in an update.")


def add_promise(
    session: Session,
    actor: Actor,
    campaign: Campaign,
    *,
    indicator: str,
    unit: str,
    baseline: Decimal,
    target: Decimal,
    due_on: date,
    method: str,
) -> Promise:
    """Add a promise. Raises Conflict once the drive has opened: donors gave on the words they read."""
    actor.require(Permission.EDIT)
    _refuse_when_fixed(campaign)
    count = session.exec(select(func.count()).where(Promise.campaign_id == campaign.id)).one()
    made = Promise(
        campaign_id=campaign.id,
        position=int(count),
        indicator=indicator,
        unit=unit,
        baseline=baseline,
        target=target,
        due_on=due_on,
        method=method,
    )
    session.add(made)
    session.flush()
    audit.record(session, actor, "promise.added", subject=indicator, subject_pid=made.pid)
    return made


def change_promise(
    session: Session, actor: Actor, campaign: Campaign, promise: Promise, **values: object
) -> None:
    """Change a promise that is not fixed yet; `values` is what PromiseForm holds."""
    actor.require(Permission.EDIT)
    _refuse_when_fixed(campaign)
    for name, value in values.items():
        setattr(promise, name, value)
    session.add(promise)
    audit.record(session, actor, "promise.changed", subject=promise.indicator, subject_pid=promise.pid)


def remove_promise(session: Session, actor: Actor, campaign: Campaign, promise: Promise) -> None:
    """Remove a promise that is not fixed yet."""
    actor.require(Permission.EDIT)
    _refuse_when_fixed(campaign)
    session.exec(delete(Figure).where(col(Figure.promise_id) == promise.id))
    session.delete(promise)
    audit.record(session, actor, "promise.removed", subject=promise.indicator, subject_pid=promise.pid)


def fix_promises(session: Session, campaign: Campaign) -> None:
    """Fix the promises: the drive opens on them."""
    for promise in session.exec(select(Promise).where(Promise.campaign_id == campaign.id)):
        promise.locked_at = promise.locked_at or clock.now()
        session.add(promise)


def _refuse_when_fixed(campaign: Campaign) -> None:
    if campaign.drive_opened_at is not None:
        raise Conflict(_FIXED)
