"""What is a donor's own: their gifts and monthly plans, by the browser that gave or the mailbox they read."""

from collections.abc import Collection, Sequence

from sqlalchemy import ColumnElement, and_, or_
from sqlmodel import Session, col, func, select

from app.campaigns.models import Campaign
from app.donations.models import Gift, Giver, GivingPlan
from app.donations.rules import GiftState, PlanState, Way
from app.supporters.queries import Visit

SHOWN = (GiftState.PAID, GiftState.PENDING, GiftState.FAILED)
BEGUN = (PlanState.ACTIVE, PlanState.LATE, PlanState.ENDED)
RUNNING = (PlanState.ACTIVE, PlanState.LATE)
MOST = 500


def theirs(visit: Visit) -> ColumnElement[bool]:
    """Which gifts are a visitor's: those of their browsers, and of the mailbox when they came by a mailed link."""
    kept = select(Giver.gift_id).where(col(Giver.supporter_id).in_(visit.ids))
    return or_(col(Gift.id).in_(kept), _mailbox(visit, Gift))


def _their_plans(visit: Visit) -> ColumnElement[bool]:
    return or_(col(GivingPlan.supporter_id).in_(visit.ids), _mailbox(visit, GivingPlan))


def _mailbox(visit: Visit, table: type[Gift] | type[GivingPlan]) -> ColumnElement[bool]:
    supporter = visit.supporter
    if not (visit.mailed and supporter.email):
        return col(table.id).in_(())
    same = func.lower(table.donor_email) == supporter.email
    return and_(col(table.organisation_id) == supporter.organisation_id, same)


def gifts(session: Session, visit: Visit) -> list[tuple[Gift, Campaign]]:
    """A visitor's gifts that got as far as a payment, the latest first."""
    rows = session.exec(
        select(Gift, Campaign)
        .join(Campaign, col(Campaign.id) == col(Gift.campaign_id))
        .where(theirs(visit), col(Gift.state).in_(SHOWN))
        .order_by(col(Gift.created_at).desc(), col(Gift.id).desc())
        .limit(MOST)
    )
    return [(gift, campaign) for gift, campaign in rows]


def gift(session: Session, visit: Visit, pid: str) -> tuple[Gift, Campaign] | None:
    """One of a visitor's gifts."""
    row = session.exec(
        select(Gift, Campaign)
        .join(Campaign, col(Campaign.id) == col(Gift.campaign_id))
        .where(Gift.pid == pid, theirs(visit), col(Gift.state).in_(SHOWN))
    ).first()
    return (row[0], row[1]) if row else None


def plans(session: Session, visit: Visit) -> list[tuple[GivingPlan, Campaign]]:
    """A visitor's monthly gifts, those that run before those that ended, the latest first."""
    rows = session.exec(
        select(GivingPlan, Campaign)
        .join(Campaign, col(Campaign.id) == col(GivingPlan.campaign_id))
        .where(_their_plans(visit), col(GivingPlan.state).in_(BEGUN))
        .order_by(col(GivingPlan.ended_at).is_not(None), col(GivingPlan.id).desc())
        .limit(MOST)
    )
    return [(plan, campaign) for plan, campaign in rows]


def plan(session: Session, visit: Visit, pid: str) -> GivingPlan | None:
    """One of a visitor's monthly gifts, begun or ended."""
    return session.exec(
        select(GivingPlan).where(GivingPlan.pid == pid, _their_plans(visit), col(GivingPlan.state).in_(BEGUN))
    ).first()


def belonging(
    table: type[Gift] | type[GivingPlan],
    organisation_id: int,
    emails: Collection[str],
    supporter_ids: Collection[int],
) -> ColumnElement[bool]:
    """Which gifts or monthly gifts of an organisation are somebody's, by their mailboxes and their browsers."""
    if table is Gift:
        kept = col(Gift.id).in_(select(Giver.gift_id).where(col(Giver.supporter_id).in_(supporter_ids)))
    else:
        kept = col(GivingPlan.supporter_id).in_(supporter_ids)
    mailed = func.lower(table.donor_email).in_(emails)
    return and_(col(table.organisation_id) == organisation_id, or_(kept, mailed))


def running(
    session: Session, organisation_id: int, emails: Collection[str], supporter_ids: Collection[int]
) -> int:
    """How many monthly gifts of somebody still run."""
    whose = belonging(GivingPlan, organisation_id, emails, supporter_ids)
    wanted = (whose, col(GivingPlan.state).in_(RUNNING))
    return session.exec(select(func.count()).select_from(GivingPlan).where(*wanted)).one()


def last(session: Session, visit: Visit, campaign: Campaign) -> Gift | None:
    """What a visitor gave last to the organisation of a campaign, at once and in its currency."""
    return session.exec(
        select(Gift)
        .where(
            theirs(visit),
            Gift.organisation_id == campaign.organisation_id,
            Gift.currency == campaign.currency,
            Gift.state == GiftState.PAID,
            Gift.way == Way.ONLINE,
            col(Gift.plan_id).is_(None),
        )
        .order_by(col(Gift.paid_at).desc(), col(Gift.id).desc())
    ).first()


def gave_with(session: Session, email: str) -> Sequence[tuple[int, str]]:
    """The organisations an address gave to, or gives to each month, with the language of the last one."""
    found: dict[int, str] = {}
    seen = ((GivingPlan, col(GivingPlan.state).in_(BEGUN)), (Gift, col(Gift.state).in_(SHOWN)))
    for table, reached in seen:
        rows = session.exec(
            select(table.organisation_id, table.language)
            .where(func.lower(table.donor_email) == email, reached)
            .order_by(col(table.id))
        )
        found |= dict(rows.all())
    return list(found.items())


def of_donor(
    session: Session, organisation_id: int, emails: Collection[str], supporter_ids: Collection[int]
) -> Sequence[Gift]:
    """What somebody gave to an organisation, unfinished payments too, the oldest first."""
    whose = belonging(Gift, organisation_id, emails, supporter_ids)
    return session.exec(select(Gift).where(whose).order_by(col(Gift.id))).all()


def plans_of_donor(
    session: Session, organisation_id: int, emails: Collection[str], supporter_ids: Collection[int]
) -> Sequence[GivingPlan]:
    """The monthly gifts of somebody, unfinished ones too, the oldest first."""
    whose = belonging(GivingPlan, organisation_id, emails, supporter_ids)
    return session.exec(select(GivingPlan).where(whose).order_by(col(GivingPlan.id))).all()
