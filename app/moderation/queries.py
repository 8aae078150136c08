"""Reads of the inbox: what waits in which order, how long, who reads what. Filtered by the actor's organisation."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sql
from sqlalchemy import ColumnElement, and_, case, or_
from sqlalchemy import select as sql_select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, func, select

from app.campaigns.models import Campaign
from app.core import clock
from app.core.errors import NotFound
from app.intake.models import Item
from app.intake.queries import carries
from app.intake.rules import ItemState
from app.moderation.models import Alert, Look
from app.moderation.rules import LATE, UNDO, UNDONE, URGENT, Filters
from app.notices import queries as notices
from app.people.models import Membership, Person
from app.people.rules import Actor, Permission, Role, allows

PER_PAGE = 50


@dataclass(frozen=True)
class Line:
    """One line of the inbox; `alike` counts the same words sent again that it stands for."""

    item: Item
    campaign: str
    zone: str
    reader: str  # who else is reading it, by name; "" when nobody is
    mine: bool
    decider: str
    alike: int = 0


@dataclass(frozen=True)
class Counts:
    """How much waits: all, over four hours, over a day, with an owner; and notices, which have a page of their own."""

    waiting: int
    urgent: int
    late: int
    escalated: int
    notices: int


def _where(actor: Actor, filters: Filters, *, collapsed: bool) -> list[ColumnElement[bool]]:
    """The conditions of the list. `collapsed`: only the first of those that say the same."""
    now = clock.now()
    where: list[Any] = [Item.organisation_id == actor.organisation_id, Item.state == filters.state]
    if filters.campaign:
        own = select(Campaign.id).where(
            Campaign.pid == filters.campaign, Campaign.organisation_id == actor.organisation_id
        )
        where.append(col(Item.campaign_id).in_(own))
    if filters.kind is not None:
        where.append(Item.kind == filters.kind)
    if filters.signal is not None:
        where.append(carries(filters.signal))
    if filters.language:
        where.append(Item.language == filters.language)
    if filters.age:
        where.append(col(Item.changed_at) < now - (LATE if filters.age == "24" else URGENT))
    if filters.whose == "mine":
        where += [Item.claimed_by == actor.person_id, col(Item.claimed_until) > now]
    elif filters.whose == "escalated":
        where.append(col(Item.escalated_at).is_not(None))
    elif filters.state is ItemState.PENDING:
        where.append(col(Item.escalated_at).is_(None))
    if collapsed and filters.state is ItemState.PENDING:
        where.append(_first_of_its_words())
    return where


def _first_of_its_words() -> ColumnElement[bool]:
    """That no item which waits said the same before. Only what came as a repeat needs the look."""
    earlier = aliased(Item)
    said = (
        select(earlier.id)
        .where(
            earlier.likeness == Item.likeness,
            earlier.state == ItemState.PENDING,
            earlier.kind == Item.kind,
            col(earlier.id) < Item.id,
            col(earlier.escalated_at).is_(None),
        )
        .exists()
    )
    return or_(col(Item.alike) == 0, ~said)


def _order(filters: Filters) -> tuple[Any, ...]:
    if filters.state is ItemState.PENDING:
        return (col(Item.urgency).desc(), col(Item.id))
    return (col(Item.changed_at).desc(), col(Item.id).desc())


def lines(session: Session, actor: Actor, filters: Filters, *, page: int) -> tuple[list[Line], int]:
    """One page of the inbox, and how many pages there are."""
    where = _where(actor, filters, collapsed=True)
    count = session.exec(select(func.count(col(Item.id))).where(*where)).one()
    ids = (
        select(Item.id)
        .where(*where)
        .order_by(*_order(filters))
        .offset((page - 1) * PER_PAGE)
        .limit(PER_PAGE)
        .subquery()
    )
    found = _lines(session, actor, col(Item.id).in_(select(ids.c.id)), _order(filters))
    return _with_alike(session, found), max(1, -(-count // PER_PAGE))


def line(session: Session, actor: Actor, pid: str) -> Line:
    """One item of the actor's organisation. Raises NotFound."""
    found = _lines(
        session, actor, and_(col(Item.pid) == pid, col(Item.organisation_id) == actor.organisation_id), ()
    )
    if not found:
        raise NotFound
    return _with_alike(session, found)[0]


def _lines(session: Session, actor: Actor, where: ColumnElement[bool], order: tuple[Any, ...]) -> list[Line]:
    reader, decider = aliased(Person), aliased(Person)
    now = clock.now()
    rows = session.execute(
        sql.select(Item, col(Campaign.title), col(Campaign.timezone), col(reader.name), col(decider.name))
        .join(Campaign, col(Campaign.id) == col(Item.campaign_id))
        .outerjoin(reader, and_(col(reader.id) == col(Item.claimed_by), col(Item.claimed_until) > now))
        .outerjoin(decider, col(decider.id) == Item.decided_by)
        .where(where)
        .order_by(*order)
        .execution_options(populate_existing=True)
    )
    return [
        Line(
            item,
            title,
            zone,
            reader=(name or "") if item.claimed_by != actor.person_id else "",
            mine=bool(name) and item.claimed_by == actor.person_id,
            decider=decided or "",
        )
        for item, title, zone, name, decided in rows
    ]


def _with_alike(session: Session, found: list[Line]) -> list[Line]:
    """The lines with how many say the same; one query, and none when nothing was ever repeated."""
    wanted = {one.item.likeness for one in found if one.item.likeness and one.item.state is ItemState.PENDING}
    if not wanted:
        return found
    rows = session.exec(
        select(Item.likeness, Item.kind, func.count(col(Item.id)))
        .where(
            col(Item.likeness).in_(wanted),
            Item.state == ItemState.PENDING,
            col(Item.escalated_at).is_(None),
        )
        .group_by(Item.likeness, col(Item.kind))
        .having(func.count(col(Item.id)) > 1)
    )
    same = {(likeness, kind): number - 1 for likeness, kind, number in rows}
    return [Line(**{**vars(one), "alike": same.get((one.item.likeness, one.item.kind), 0)}) for one in found]


def alike(session: Session, actor: Actor, items: Sequence[Item], *, limit: int) -> Sequence[Item]:
    """What waits with the same words as some items, they themselves left out, the oldest first."""
    words = {(item.likeness, item.kind) for item in items if item.likeness}
    if not words:
        return []
    return session.exec(
        select(Item)
        .where(
            col(Item.likeness).in_({likeness for likeness, _ in words}),
            sql.tuple_(col(Item.likeness), col(Item.kind)).in_(words),
            Item.state == ItemState.PENDING,
            Item.organisation_id == actor.organisation_id,
            col(Item.id).not_in([item.id for item in items]),
            col(Item.escalated_at).is_(None),
        )
        .order_by(col(Item.id))
        .limit(limit)
    ).all()


def several(session: Session, actor: Actor, pids: Sequence[str]) -> Mapping[str, Item]:
    """Some items of the actor's organisation, by pid."""
    rows = session.exec(
        select(Item).where(col(Item.pid).in_(pids), Item.organisation_id == actor.organisation_id)
    )
    return {row.pid: row for row in rows}


def neighbour(session: Session, actor: Actor, filters: Filters, item: Item, *, before: bool) -> str | None:
    """The next thing to read after an item, or the one before it, that nobody else is reading: its pid."""
    waits = filters.state is ItemState.PENDING
    mark, place = (Item.urgency, item.urgency) if waits else (Item.changed_at, item.changed_at)
    rising = waits != before  # whether ids rise in this direction
    further: Any = col(Item.id) > item.id if rising else col(Item.id) < item.id
    beyond: Any = col(mark) > place if before else col(mark) < place
    order = tuple(
        part.desc() if falls else part.asc()
        for part, falls in ((col(mark), not before), (col(Item.id), not rising))
    )
    return session.exec(
        select(Item.pid)
        .where(
            *_where(actor, filters, collapsed=True),
            or_(beyond, and_(col(mark) == place, further)),
            or_(
                col(Item.claimed_by).is_(None),
                col(Item.claimed_by) == actor.person_id,
                col(Item.claimed_until) <= clock.now(),
            ),
        )
        .order_by(*order)
        .limit(1)
    ).first()


def counts(session: Session, actor: Actor) -> Counts:
    """How much waits for the organisation."""
    now = clock.now()
    free = col(Item.escalated_at).is_(None)

    def number(*conditions: Any) -> Any:
        return func.count(case((and_(*conditions), 1)))

    row = session.execute(
        sql_select(
            number(free),
            number(free, col(Item.changed_at) < now - URGENT),
            number(free, col(Item.changed_at) < now - LATE),
            number(~free),
            notices.waiting_column(actor.organisation_id),
        ).where(col(Item.organisation_id) == actor.organisation_id, col(Item.state) == ItemState.PENDING)
    ).one()
    return Counts(*row)


@dataclass(frozen=True)
class Decision:
    """What the actor decided at one instant, and may still take back."""

    at: datetime
    state: ItemState
    count: int


def undoable(session: Session, actor: Actor) -> list[Decision]:
    """The actor's decisions of the last ten minutes, the latest first."""
    rows = session.exec(
        select(Item.decided_at, Item.state, func.count(col(Item.id)))
        .where(
            Item.decided_by == actor.person_id,
            col(Item.decided_at) > clock.now() - UNDO,
            Item.organisation_id == actor.organisation_id,
            col(Item.state).in_(UNDONE),
        )
        .group_by(col(Item.decided_at), col(Item.state))
        .order_by(col(Item.decided_at).desc())
        .limit(5)
    )
    return [Decision(at, ItemState(state), count) for at, state, count in rows if at is not None]


def decided_at(session: Session, actor: Actor, at: datetime) -> Sequence[Item]:
    """What the actor decided at an instant."""
    return session.exec(
        select(Item).where(
            Item.decided_by == actor.person_id,
            Item.decided_at == at,
            Item.organisation_id == actor.organisation_id,
            col(Item.state).in_(UNDONE),
        )
    ).all()


def looked(session: Session, actor: Actor, item: Item) -> bool:
    """Whether the actor asked to see what is masked in an item."""
    return (
        session.exec(
            select(Look.id).where(Look.item_id == item.id, Look.person_id == actor.person_id)
        ).first()
        is not None
    )


def moderators(
    session: Session, organisation_id: int, *, owners_only: bool = False
) -> Sequence[tuple[str, str]]:
    """The address and the language of who moderates for an organisation, or of its owners."""
    roles = [
        role for role in Role if (role is Role.OWNER if owners_only else allows(role, Permission.MODERATE))
    ]
    return session.exec(
        select(Person.email, Person.language)
        .join(Membership, col(Membership.person_id) == col(Person.id))
        .where(
            Membership.organisation_id == organisation_id,
            col(Membership.role).in_(roles),
            col(Person.disabled_at).is_(None),
        )
        .order_by(col(Person.id))
    ).all()


def open_alerts(session: Session, actor: Actor) -> Sequence[tuple[Alert, Campaign]]:
    """Alerts nobody has answered, the latest first, with their campaign."""
    return session.exec(
        select(Alert, Campaign)
        .join(Campaign, col(Campaign.id) == col(Alert.campaign_id))
        .where(Alert.organisation_id == actor.organisation_id, col(Alert.acknowledged_at).is_(None))
        .order_by(col(Alert.id).desc())
    ).all()


def examples_of(session: Session, alerts: Sequence[Alert]) -> Mapping[str, Item]:
    """What alerts name as examples, by public id: what was taken back since is not among them."""
    named = [one["pid"] for alert in alerts for one in alert.examples]
    rows = session.exec(select(Item).where(col(Item.pid).in_(named), Item.excerpt != ""))
    return {item.pid: item for item in rows}


def alerts_of(session: Session, campaign: Campaign) -> Sequence[tuple[Alert, str]]:
    """The alerts of a campaign, the latest first, with the name of who answered."""
    rows = session.exec(
        select(Alert, Person.name)
        .outerjoin(Person, col(Person.id) == col(Alert.acknowledged_by))
        .where(Alert.campaign_id == campaign.id)
        .order_by(col(Alert.id).desc())
        .limit(50)
    )
    return [(alert, name or "") for alert, name in rows]
