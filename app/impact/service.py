"""Use cases of impact: promise, spend with evidence, correct by an opposite, publish an account."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

from sqlmodel import Session, col, delete, func, select

from app.campaigns.models import Campaign
from app.campaigns.rules import State
from app.claims import queries as claims
from app.claims.rules import SubjectKind
from app.core import clock
from app.core.errors import Conflict
from app.core.i18n import mark
from app.impact import claimed
from app.impact.models import Figure, Promise, Update
from app.media.models import Media
from app.people import audit
from app.people.rules import Actor, Permission


class Unproven(Conflict):
    """A fact in an account is not checked."""

    def __init__(self) -> None:
        super().__init__(mark("A fact in this update is not checked. Keep it as a draft until it is."))


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


def write_update(
    session: Session,
    actor: Actor,
    campaign: Campaign,
    *,
    update: Update | None,
    title: str,
    body: str,
    picture: Media | None,
    alt_text: str,
    figures: Mapping[int, Decimal],
    spends: Sequence[int],
) -> Update:
    """Write or rewrite a draft; `figures` by promise id, `spends` by ledger entry id.

    Raises Conflict when the account is already published: another one corrects it in the open.
    """
    actor.require(Permission.PUBLISH)
    if update is not None and update.published_at is not None:
        raise Conflict(mark("This update is published. Write another one to correct or complete it."))
    row = update or Update(campaign_id=campaign.id, title=title, created_by=actor.person_id)
    row.title, row.body, row.alt_text = title, body, alt_text
    row.ledger_entry_ids = sorted(spends)
    if picture is not None:
        row.media_id = picture.id
    session.add(row)
    session.flush()
    session.exec(delete(Figure).where(col(Figure.update_id) == row.id))
    session.add_all(Figure(update_id=row.id, promise_id=key, value=value) for key, value in figures.items())
    session.flush()
    return row


def publish_update(session: Session, actor: Actor, campaign: Campaign, update: Update) -> None:
    """Make an account public for good.

    Raises Conflict while its picture has no description, Unproven while a fact in it is not checked.
    """
    actor.require(Permission.PUBLISH)
    if update.published_at is not None:
        return
    if campaign.state in (State.DRAFT, State.READY):
        raise Conflict(mark("An update tells what happened: the week has not begun."))
    if update.media_id is not None and not update.alt_text:
        raise Conflict(mark("Describe the picture for those who cannot see it, then publish."))
    if claims.with_open_claims(session, SubjectKind.UPDATE, {update.pid: claimed.text_of(update)}):
        raise Unproven
    update.published_at = clock.now()
    session.add(update)
    audit.record(session, actor, "update.published", subject=update.title, subject_pid=update.pid)


def _refuse_when_fixed(campaign: Campaign) -> None:
    if campaign.drive_opened_at is not None:
        raise Conflict(_FIXED)
