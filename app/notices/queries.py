"""Reads of notices: the register, one notice with its decisions, who may decide, the figures of a year."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import ColumnElement, ScalarSelect
from sqlmodel import Session, and_, col, func, or_, select
from sqlmodel.sql.expression import SelectOfScalar

from app.campaigns.models import Campaign, PastSlug
from app.core.ids import token_hash
from app.notices import rules
from app.notices.models import Notice, NoticeAppeal, NoticeDecision, NoticeLink
from app.notices.rules import Category, NoticeState, Outcome, Side
from app.people.models import Membership, Organisation, Person
from app.people.rules import Actor, Permission, Role, allows

MAY_DECIDE = tuple(role for role in Role if allows(role, Permission.MODERATE))


@dataclass(frozen=True)
class Asked:
    """What the register is asked for; empty values ask for everything."""

    category: Category | None = None
    state: NoticeState | None = None
    campaign: str = ""  # its pid
    year: int | None = None
    tasks: bool = False  # only decisions of which something is still to be done


@dataclass(frozen=True)
class Line:
    """One notice of the register, with its latest decision."""

    notice: Notice
    campaign: Campaign | None
    decision: NoticeDecision | None


@dataclass(frozen=True)
class Known:
    """A notice as one side knows it by its private address."""

    notice: Notice
    side: Side


def by_pid(session: Session, actor: Actor, pid: str) -> Notice | None:
    """A notice of the actor's organisation."""
    return session.exec(
        select(Notice).where(Notice.pid == pid, Notice.organisation_id == actor.organisation_id)
    ).first()


def by_token(session: Session, token: str) -> Known | None:
    """The notice a private address leads to: the notifier's, or the author's of what was restricted."""
    row = session.exec(
        select(Notice, NoticeLink.side)
        .join(NoticeLink, col(NoticeLink.notice_id) == Notice.id)
        .where(NoticeLink.token_hash == token_hash(token))
    ).first()
    return Known(row[0], Side(row[1])) if row is not None else None


def of_supporters(session: Session, supporter_ids: Sequence[int]) -> Sequence[tuple[Notice, NoticeDecision]]:
    """The decisions about what some supporters sent, each with its notice, the latest first."""
    return session.exec(
        select(Notice, NoticeDecision)
        .join(NoticeDecision, col(NoticeDecision.notice_id) == Notice.id)
        .where(col(NoticeDecision.supporter_id).in_(supporter_ids))
        .order_by(col(NoticeDecision.id).desc())
    ).all()


def decisions(session: Session, notice_id: int) -> Sequence[NoticeDecision]:
    """The decisions on a notice, the first first."""
    return session.exec(
        select(NoticeDecision)
        .where(NoticeDecision.notice_id == notice_id)
        .order_by(col(NoticeDecision.round))
    ).all()


def appeals(session: Session, notice_id: int) -> Sequence[NoticeAppeal]:
    """The appeals about a notice, in their order."""
    return session.exec(
        select(NoticeAppeal).where(NoticeAppeal.notice_id == notice_id).order_by(col(NoticeAppeal.id))
    ).all()


def names(session: Session, person_ids: Sequence[int | None]) -> Mapping[int, str]:
    """The names of some members, past ones included."""
    rows = session.exec(select(Person.id, Person.name).where(col(Person.id).in_(set(person_ids) - {None})))
    return dict(rows.all())


def campaign_of(session: Session, slug: str) -> Campaign | None:
    """The campaign an address belongs to, by its present or a former slug; drafts answer nobody."""
    if not slug:
        return None
    former = select(PastSlug.campaign_id).where(PastSlug.slug == slug)
    return session.exec(
        select(Campaign).where(or_(Campaign.slug == slug, col(Campaign.id).in_(former)))
    ).first()


def campaign_by_id(session: Session, campaign_id: int | None) -> Campaign | None:
    """The campaign a notice is about, if it is about one."""
    return session.get(Campaign, campaign_id) if campaign_id is not None else None


def organisation_by_id(session: Session, organisation_id: int) -> Organisation:
    """Who has to answer for a page."""
    return session.get_one(Organisation, organisation_id)


def first_organisation(session: Session) -> Organisation | None:
    """Who answers for pages that belong to no campaign where nobody says whose they are: who set it up."""
    return session.exec(select(Organisation).order_by(col(Organisation.id)).limit(1)).first()


def team(session: Session, organisation_id: int) -> Sequence[Person]:
    """The members of an organisation who may decide about notices."""
    return session.exec(
        select(Person)
        .join(Membership, col(Membership.person_id) == Person.id)
        .where(
            Membership.organisation_id == organisation_id,
            col(Membership.role).in_(MAY_DECIDE),
            col(Person.disabled_at).is_(None),
        )
        .order_by(col(Person.id))
    ).all()


def owners(session: Session, organisation_id: int) -> Sequence[Person]:
    """The owners of an organisation."""
    return session.exec(
        select(Person)
        .join(Membership, col(Membership.person_id) == Person.id)
        .where(
            Membership.organisation_id == organisation_id,
            Membership.role == Role.OWNER,
            col(Person.disabled_at).is_(None),
        )
        .order_by(col(Person.id))
    ).all()


def alike(session: Session, notice: Notice) -> Sequence[Notice]:
    """Other notices about the same thing that nobody decided yet."""
    same: ColumnElement[bool] = (
        col(Notice.item_id) == notice.item_id
        if notice.item_id is not None
        else and_(col(Notice.address) == notice.address, col(Notice.item_id).is_(None))
    )
    return session.exec(
        select(Notice)
        .where(
            same,
            Notice.organisation_id == notice.organisation_id,
            Notice.id != notice.id,
            Notice.state == NoticeState.RECEIVED,
        )
        .order_by(col(Notice.id))
    ).all()


def still_restricted(session: Session, notice: Notice) -> bool:
    """Whether another notice's last decision keeps the same item from view."""
    rows = session.exec(
        select(NoticeDecision)
        .join(Notice, col(Notice.id) == NoticeDecision.notice_id)
        .where(Notice.item_id == notice.item_id, Notice.id != notice.id)
        .order_by(col(NoticeDecision.round))
    ).all()
    last = {row.notice_id: row.outcome for row in rows}
    return any(outcome is not Outcome.KEEP for outcome in last.values())


def unfounded_before(session: Session, notice: Notice) -> int:
    """How many earlier notices from the same address were manifestly unfounded; 0 for no address."""
    if not notice.email:
        return 0
    return session.exec(
        select(func.count(func.distinct(Notice.id)))
        .join(NoticeDecision, col(NoticeDecision.notice_id) == Notice.id)
        .where(
            Notice.organisation_id == notice.organisation_id,
            Notice.email == notice.email,
            Notice.id != notice.id,
            col(NoticeDecision.unfounded).is_(True),
        )
    ).one()


def waiting(session: Session, organisation_id: int) -> int:
    """How many notices and appeals wait for a decision."""
    return session.exec(_waiting(organisation_id)).one()


def waiting_column(organisation_id: int) -> ScalarSelect[int]:
    """The same, as a column of another query."""
    return _waiting(organisation_id).scalar_subquery()


def _waiting(organisation_id: int) -> SelectOfScalar[int]:
    return select(func.count(col(Notice.id))).where(
        Notice.organisation_id == organisation_id, Notice.state != NoticeState.DECIDED
    )


def register(
    session: Session, actor: Actor, asked: Asked, *, limit: int | None = None, offset: int = 0
) -> Sequence[Line]:
    """The notices of the actor's organisation: grave ones and the oldest first while open, else the latest."""
    last = (
        select(NoticeDecision.notice_id, func.max(NoticeDecision.round).label("round"))
        .group_by(col(NoticeDecision.notice_id))
        .subquery()
    )
    statement = (
        select(Notice, Campaign, NoticeDecision)
        .outerjoin(Campaign, col(Campaign.id) == Notice.campaign_id)
        .outerjoin(last, last.c.notice_id == Notice.id)
        .outerjoin(
            NoticeDecision,
            and_(
                col(NoticeDecision.notice_id) == Notice.id,
                col(NoticeDecision.round) == last.c.round,
            ),
        )
        .where(*_wanted(actor, asked))
    )
    if asked.state in (NoticeState.RECEIVED, NoticeState.APPEALED):
        grave = col(Notice.category).in_(rules.GRAVE)
        statement = statement.order_by(grave.desc(), col(Notice.doubtful), col(Notice.created_at))
    else:
        statement = statement.order_by(col(Notice.created_at).desc(), col(Notice.id).desc())
    if limit is not None:
        statement = statement.limit(limit).offset(offset)
    return [Line(*row) for row in session.exec(statement).all()]


def count(session: Session, actor: Actor, asked: Asked) -> int:
    """How many notices the register holds of what is asked for."""
    return session.exec(
        select(func.count(func.distinct(Notice.id)))
        .outerjoin(Campaign, col(Campaign.id) == Notice.campaign_id)
        .outerjoin(NoticeDecision, col(NoticeDecision.notice_id) == Notice.id)
        .where(*_wanted(actor, asked))
    ).one()


def _wanted(actor: Actor, asked: Asked) -> list[ColumnElement[bool]]:
    wanted: list[ColumnElement[bool]] = [col(Notice.organisation_id) == actor.organisation_id]
    if asked.category is not None:
        wanted.append(col(Notice.category) == asked.category)
    if asked.state is not None:
        wanted.append(col(Notice.state) == asked.state)
    if asked.campaign:
        wanted.append(col(Campaign.pid) == asked.campaign)
    if asked.year is not None:
        wanted += within(asked.year)
    if asked.tasks:
        wanted += [col(NoticeDecision.task_by).is_not(None), col(NoticeDecision.done_at).is_(None)]
    return wanted


def within(year: int) -> list[ColumnElement[bool]]:
    """That a notice came in a year (UTC)."""
    first, after = datetime(year, 1, 1, tzinfo=UTC), datetime(year + 1, 1, 1, tzinfo=UTC)
    return [col(Notice.created_at) >= first, col(Notice.created_at) < after]
