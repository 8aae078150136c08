"""Deciding about a notice: claimed by one member, reasoned, done in the same transaction, contested once a side.

Refuses a decision by whoever wrote what is reported, or decided before, while someone else could take it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import Session, col, or_, update

from app.core import clock
from app.core.errors import Conflict, Forbidden
from app.core.i18n import Message, mark
from app.intake import service as intake
from app.intake.models import Item
from app.intake.rules import ItemState
from app.notices import queries, rules, subjects, telling
from app.notices.models import Notice, NoticeAppeal, NoticeDecision
from app.notices.rules import Ground, NoticeState, Outcome, Side
from app.notices.service import open_link
from app.people import audit
from app.people.rules import Actor

_OTHERS = mark("Someone else is reading this notice, or decided it meanwhile. Nothing was changed.")


@dataclass(frozen=True)
class Judgement:
    """What a member decides and why. `done`: what they changed already on a page of the organisation's own."""

    outcome: Outcome
    facts: str
    ground: Ground | None = None
    basis: str = ""
    done: str = ""
    unfounded: bool = False


def claim(session: Session, actor: Actor, notice: Notice) -> None:
    """Read a notice alone for half an hour, or for half an hour more. Raises Conflict."""
    moment = clock.now()
    taken = session.execute(
        update(Notice)
        .where(
            col(Notice.id) == notice.id,
            col(Notice.state) != NoticeState.DECIDED,
            or_(
                col(Notice.claimed_by).is_(None),
                col(Notice.claimed_by) == actor.person_id,
                col(Notice.claimed_until) < moment,
            ),
        )
        .values(claimed_by=actor.person_id, claimed_until=moment + rules.CLAIM)
        .returning(col(Notice.id))
    ).first()
    if taken is None:
        raise Conflict(_OTHERS)
    session.refresh(notice)


def let_go(session: Session, actor: Actor, notice: Notice) -> None:
    """Leave a notice to others."""
    if notice.claimed_by == actor.person_id:
        notice.claimed_by = notice.claimed_until = None
        session.add(notice)


def wrote(session: Session, notice: Notice) -> frozenset[int]:
    """The members who had a hand in what is reported."""
    if notice.item_id is not None:
        return frozenset()
    campaign = queries.campaign_by_id(session, notice.campaign_id)
    return subjects.piece_at(session, campaign, notice.address).wrote


def decide(
    session: Session, actor: Actor, notice: Notice, judgement: Judgement, *, version: int, alike: bool = False
) -> int:
    """Decide a claimed notice, and with `alike` every open one about the same thing; returns how many.

    Raises Conflict when the claim or the version no longer holds, Forbidden when someone else has to decide.
    """
    if notice.version != version or notice.claimed_by != actor.person_id:
        raise Conflict(_OTHERS)
    refusal = hindrance(session, actor, notice)
    if refusal is not None:
        raise Forbidden(refusal)
    others = queries.alike(session, notice) if alike else ()
    _decide_one(session, actor, notice, judgement)
    decided = 1
    for other in others:
        if other.claimed_by is None or (other.claimed_until or clock.now()) <= clock.now():
            _decide_one(session, actor, other, judgement)
            decided += 1
    return decided


def hindrance(session: Session, actor: Actor, notice: Notice) -> Message | None:
    """Why this member may not decide this notice; None when they may."""
    earlier = {row.person_id for row in queries.decisions(session, notice.id) if row.person_id}
    team = [person.id for person in queries.team(session, notice.organisation_id)]
    return rules.hindrance(actor.person_id, wrote=wrote(session, notice), decided=earlier, team=team)


def _decide_one(session: Session, actor: Actor, notice: Notice, judgement: Judgement) -> None:
    _take(session, notice)
    before = queries.decisions(session, notice.id)
    row = NoticeDecision(
        notice_id=notice.id,
        round=len(before) + 1,
        outcome=judgement.outcome,
        ground=judgement.ground if judgement.outcome is not Outcome.KEEP else None,
        basis=judgement.basis if judgement.outcome is not Outcome.KEEP else "",
        facts=judgement.facts,
        unfounded=judgement.unfounded and judgement.outcome is Outcome.KEEP,
        alone=rules.alone(
            actor.person_id, wrote=wrote(session, notice), decided=[one.person_id or 0 for one in before]
        ),
        person_id=actor.person_id,
    )
    _carry_out(session, actor, notice, before, row, judgement.done)
    session.add(row)
    session.flush()
    for appeal in queries.appeals(session, notice.id):
        if appeal.answer_id is None:
            appeal.answer_id = row.id
            session.add(appeal)
    audit.record(
        session,
        actor,
        "notice.decided",
        subject=notice.reference,
        subject_pid=notice.pid,
        outcome=row.outcome.value,
    )
    _tell(session, notice, before, row)


def _take(session: Session, notice: Notice) -> None:
    """Close a notice as it was read: of two who decide at once, one does."""
    taken = session.execute(
        update(Notice)
        .where(
            col(Notice.id) == notice.id,
            col(Notice.version) == notice.version,
            col(Notice.state) != NoticeState.DECIDED,
        )
        .values(state=NoticeState.DECIDED, version=notice.version + 1, claimed_by=None, claimed_until=None)
        .returning(col(Notice.id))
    ).first()
    if taken is None:
        raise Conflict(_OTHERS)
    session.refresh(notice)


def _carry_out(
    session: Session,
    actor: Actor,
    notice: Notice,
    before: Sequence[NoticeDecision],
    row: NoticeDecision,
    done: str,
) -> None:
    """Restrict or release what somebody sent; of the organisation's own pages, note what was or is to be done."""
    last = before[-1] if before else None
    was_restricted = last is not None and last.outcome is not Outcome.KEEP
    item = session.get(Item, notice.item_id) if notice.item_id else None
    if item is None:
        changes = (row.outcome is not Outcome.KEEP) != was_restricted
        if changes and done:
            row.done_at, row.done_note = clock.now(), done
        elif changes:
            row.task_by = clock.now() + rules.TASK_WITHIN
        return
    author = subjects.author_of(session, item)
    row.supporter_id, row.author_email = author.supporter_id, author.email
    row.author_language = author.language or notice.language
    if row.outcome is not Outcome.KEEP:
        row.before = last.before if was_restricted and last else None
        target = rules.restricted(item.state, row.outcome)
        if target is not None:
            row.before = row.before or item.state
            _move(session, actor, item, [target], row.facts)
    elif was_restricted and last and last.before and not queries.still_restricted(session, notice):
        _move(session, actor, item, rules.released(item.state, last.before), "")


def _move(session: Session, actor: Actor, item: Item, steps: Sequence[ItemState], facts: str) -> None:
    for state in steps:
        moved = intake.move(
            session,
            item,
            state,
            person_id=actor.person_id,
            reason="notice" if facts else "",
            reason_text=facts[:1200],
        )
        if not moved:
            raise Conflict(_OTHERS)
    subject = subjects.SUBJECTS.get(item.kind)
    if steps and subject is not None and subject.changed is not None:
        subject.changed(session, actor, item)


def _tell(session: Session, notice: Notice, before: Sequence[NoticeDecision], row: NoticeDecision) -> None:
    if notice.email:
        telling.to_notifier(session, notice, row, open_link(session, notice, Side.NOTIFIER))
    concerned = row.outcome is not Outcome.KEEP or any(one.outcome is not Outcome.KEEP for one in before)
    if row.author_email and concerned:
        telling.to_author(session, notice, row, open_link(session, notice, Side.AUTHOR))


def appeal(session: Session, notice: Notice, side: Side, text: str) -> NoticeAppeal:
    """Contest the last decision. Raises Conflict where it cannot be, or not any more."""
    decisions = queries.decisions(session, notice.id)
    if not may_appeal(session, notice, side):
        raise Conflict(mark("This decision cannot be contested, or no longer can."))
    row = NoticeAppeal(notice_id=notice.id, decision_id=decisions[-1].id, side=side, text=text)
    notice.state = NoticeState.APPEALED
    notice.version += 1
    session.add_all([row, notice])
    session.flush()
    telling.team_waits(session, notice)
    return row


def may_appeal(session: Session, notice: Notice, side: Side) -> bool:
    """Whether a side may contest the last decision now."""
    decisions = queries.decisions(session, notice.id)
    if notice.state is not NoticeState.DECIDED or not decisions:
        return False
    last = decisions[-1]
    appealed = any(one.side is side for one in queries.appeals(session, notice.id))
    return rules.may_appeal(side, last.outcome, decided_at=last.at, appealed=appealed, now=clock.now())


def done(session: Session, actor: Actor, notice: Notice, decision_pid: str, note: str) -> None:
    """Note that what a decision asked of the organisation's own page was done. Raises Conflict when it was."""
    row = next((one for one in queries.decisions(session, notice.id) if one.pid == decision_pid), None)
    if row is None or row.task_by is None or row.done_at is not None:
        raise Conflict(mark("Nothing is left to do here."))
    row.done_at, row.done_note = clock.now(), note
    session.add(row)
    audit.record(session, actor, "notice.done", subject=notice.reference, subject_pid=notice.pid)


def tell_authority(session: Session, actor: Actor, notice: Notice, note: str) -> None:
    """Note that an authority was told of a danger to life (article 18), when and by whom."""
    if notice.authority_at is not None:
        raise Conflict(mark("Nothing is left to do here."))
    notice.authority_at, notice.authority_note = clock.now(), note
    session.add(notice)
    audit.record(session, actor, "notice.authority_told", subject=notice.reference, subject_pid=notice.pid)
