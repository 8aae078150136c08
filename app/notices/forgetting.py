"""What becomes of a notice when people ask to be forgotten, and when its time has passed. Counts stay, words go."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, delete, func, or_, select, update

from app.donations.models import Gift
from app.intake.models import Item
from app.intake.rules import Kind
from app.notices.models import Notice, NoticeAppeal, NoticeDecision, NoticeLink
from app.notices.rules import NoticeState


def of_mailboxes(session: Session, organisation_id: int, emails: Collection[str]) -> Sequence[Notice]:
    """The notices sent from some addresses to an organisation."""
    return session.exec(
        select(Notice)
        .where(Notice.organisation_id == organisation_id, col(Notice.email).in_(emails))
        .order_by(col(Notice.id))
    ).all()


@dataclass(frozen=True)
class Left:
    """How many notices of someone's stay, and how many that quote them."""

    sent: int
    quoting: int


def forget_person(
    session: Session, organisation_id: int, emails: Collection[str], supporter_ids: Collection[int]
) -> Left:
    """Take names and addresses off notices and decisions; returns how many notices stay without them."""
    quoting = _quoting(session, organisation_id, emails, supporter_ids)
    notices = of_mailboxes(session, organisation_id, emails)
    for notice in notices:
        notice.name = notice.email = notice.source = ""
        session.add(notice)
    theirs = select(Notice.id).where(Notice.organisation_id == organisation_id)
    session.execute(
        update(NoticeDecision)
        .where(
            col(NoticeDecision.notice_id).in_(theirs),
            or_(
                (col(NoticeDecision.author_email) != "") & col(NoticeDecision.author_email).in_(emails),
                col(NoticeDecision.supporter_id).in_(supporter_ids),
            ),
        )
        .values(author_email="", supporter_id=None)
        .execution_options(synchronize_session=False)
    )
    return Left(len(notices), quoting)


def _quoting(
    session: Session, organisation_id: int, emails: Collection[str], supporter_ids: Collection[int]
) -> int:
    """How many notices hold what someone wrote, as it stood when it was reported."""
    given = select(Gift.id).where(func.lower(Gift.donor_email).in_(emails))
    sent = select(Item.id).where(
        or_(
            col(Item.supporter_id).in_(supporter_ids),
            (col(Item.kind) == Kind.GIFT_MESSAGE) & col(Item.subject_id).in_(given),
        )
    )
    return session.exec(
        select(func.count(col(Notice.id))).where(
            Notice.organisation_id == organisation_id, Notice.quoted != "", col(Notice.item_id).in_(sent)
        )
    ).one()


def settled_before(before: datetime) -> ColumnElement[bool]:
    """Decided notices that came before an instant and still hold words."""
    return (
        (col(Notice.created_at) < before)
        & (col(Notice.state) == NoticeState.DECIDED)
        & (col(Notice.reason) != "")
    )


def forget(session: Session, ids: Sequence[int]) -> None:
    """Keep of some notices only what the figures count: category, outcome, days."""
    session.execute(
        update(Notice)
        .where(col(Notice.id).in_(ids))
        .values(reason="", quoted="", name="", email="", source="", authority_note="", item_id=None)
    )
    session.execute(
        update(NoticeDecision)
        .where(col(NoticeDecision.notice_id).in_(ids))
        .values(facts="", basis="", done_note="", author_email="", supporter_id=None)
    )
    session.execute(update(NoticeAppeal).where(col(NoticeAppeal.notice_id).in_(ids)).values(text=""))
    session.execute(delete(NoticeLink).where(col(NoticeLink.notice_id).in_(ids)))
