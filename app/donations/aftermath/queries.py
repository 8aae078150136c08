"""Reads of refunds, disputes and warnings, and of who is told of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func
from sqlmodel import Session, col, select

from app.campaigns.models import Campaign
from app.donations.aftermath.models import Dispute, FraudWarning, Refund
from app.donations.aftermath.rules import ANSWERABLE, HOLDS_MONEY, OPEN, RefundState, Standing
from app.donations.models import Gift, LedgerEntry
from app.donations.rules import GiftState
from app.people.models import Membership, Person
from app.people.rules import Actor, Permission, Role, allows


def gift(session: Session, organisation_id: int, pid: str) -> Gift | None:
    """A gift to an organisation."""
    return session.exec(select(Gift).where(Gift.pid == pid, Gift.organisation_id == organisation_id)).first()


def refunds(session: Session, gift_id: int) -> Sequence[Refund]:
    """The refunds of a gift, failed ones too, the oldest first."""
    return session.exec(select(Refund).where(Refund.gift_id == gift_id).order_by(col(Refund.id))).all()


def disputes_of(session: Session, gift_id: int) -> Sequence[Dispute]:
    """The disputes of a gift, the oldest first."""
    return session.exec(select(Dispute).where(Dispute.gift_id == gift_id).order_by(col(Dispute.id))).all()


def warnings_of(session: Session, gift_id: int) -> Sequence[FraudWarning]:
    """The warnings about a gift, the oldest first."""
    return session.exec(
        select(FraudWarning).where(FraudWarning.gift_id == gift_id).order_by(col(FraudWarning.id))
    ).all()


def lines_of(session: Session, gift_id: int) -> Sequence[LedgerEntry]:
    """What a gift put in the ledger, in the order entered."""
    return session.exec(
        select(LedgerEntry).where(LedgerEntry.gift_id == gift_id).order_by(col(LedgerEntry.id))
    ).all()


def standing(session: Session, one: Gift, *, connected: bool = True) -> Standing:
    """Whether and how much of a gift may be given back, by what is known here."""
    made, disputed = refunds(session, one.id), disputes_of(session, one.id)
    return Standing(
        paid=one.state is GiftState.PAID,
        way=one.way,
        method=one.method,
        paid_at=one.paid_at,
        charged_minor=one.amount_minor + one.cover_minor,
        back_minor=sum(row.amount_minor for row in made if row.state is not RefundState.FAILED),
        disputed=any(row.status in HOLDS_MONEY and not row.refundable for row in disputed),
        asking=any(row.state is RefundState.ASKED for row in made),
        connected=connected,
        known_there=one.payment_intent is not None,
    )


def refund_by_key(session: Session, form_key: str) -> Refund | None:
    """The refund of one press of a button."""
    return session.exec(select(Refund).where(Refund.form_key == form_key)).first()


def refund_by_pid(session: Session, pid: str) -> Refund | None:
    """A refund by our name for it."""
    return session.exec(select(Refund).where(Refund.pid == pid)).first()


def refund_by_remote(session: Session, remote_id: str) -> Refund | None:
    """A refund by Stripe's name for it."""
    return session.exec(select(Refund).where(Refund.remote_id == remote_id)).first()


def asked_before(session: Session, moment: datetime) -> Sequence[str]:
    """Refunds whose answer never came: the process died, or Stripe did not answer."""
    return session.exec(
        select(Refund.pid)
        .where(Refund.state == RefundState.ASKED, Refund.asked_at < moment)
        .order_by(col(Refund.id))
        .limit(50)
    ).all()


def dispute_by_remote(session: Session, remote_id: str) -> Dispute | None:
    """A dispute by Stripe's name for it."""
    return session.exec(select(Dispute).where(Dispute.remote_id == remote_id)).first()


def warning_by_remote(session: Session, remote_id: str) -> FraudWarning | None:
    """A warning by Stripe's name for it."""
    return session.exec(select(FraudWarning).where(FraudWarning.remote_id == remote_id)).first()


@dataclass(frozen=True)
class DisputeView:
    """A dispute with its gift and campaign."""

    dispute: Dispute
    gift: Gift
    campaign: Campaign


@dataclass(frozen=True)
class WarningView:
    """A warning with its gift and campaign."""

    warning: FraudWarning
    gift: Gift
    campaign: Campaign


def disputes(session: Session, actor: Actor) -> Sequence[DisputeView]:
    """An organisation's disputes: those that wait for an answer first, by their deadline."""
    rows = session.exec(
        select(Dispute, Gift, Campaign)
        .join(Gift, col(Gift.id) == Dispute.gift_id)
        .join(Campaign, col(Campaign.id) == Dispute.campaign_id)
        .where(Dispute.organisation_id == actor.organisation_id)
        .order_by(col(Dispute.opened_at).desc(), col(Dispute.id).desc())
        .limit(500)
    )
    views = [DisputeView(*row) for row in rows]
    return sorted(
        views, key=lambda one: (_rank(one.dispute.status), one.dispute.due_at or one.dispute.opened_at)
    )


def _rank(status: str) -> int:
    return 0 if status in ANSWERABLE else 1 if status in OPEN else 2


def dispute(session: Session, actor: Actor, pid: str) -> DisputeView | None:
    """One dispute of the actor's organisation."""
    row = session.exec(
        select(Dispute, Gift, Campaign)
        .join(Gift, col(Gift.id) == Dispute.gift_id)
        .join(Campaign, col(Campaign.id) == Dispute.campaign_id)
        .where(Dispute.pid == pid, Dispute.organisation_id == actor.organisation_id)
    ).first()
    return DisputeView(*row) if row else None


def dispute_to_change(session: Session, organisation_id: int, pid: str) -> Dispute | None:
    """A dispute, locked until the transaction ends."""
    wanted = (Dispute.pid == pid, Dispute.organisation_id == organisation_id)
    return session.exec(select(Dispute).where(*wanted).with_for_update()).first()


def warnings(session: Session, actor: Actor) -> Sequence[WarningView]:
    """The warnings nobody has answered, the oldest first."""
    rows = session.exec(
        select(FraudWarning, Gift, Campaign)
        .join(Gift, col(Gift.id) == FraudWarning.gift_id)
        .join(Campaign, col(Campaign.id) == FraudWarning.campaign_id)
        .where(
            FraudWarning.organisation_id == actor.organisation_id,
            col(FraudWarning.actionable).is_(True),
            col(FraudWarning.kept_at).is_(None),
        )
        .order_by(col(FraudWarning.warned_at))
        .limit(500)
    )
    return [WarningView(*row) for row in rows]


def warning(session: Session, organisation_id: int, pid: str) -> FraudWarning | None:
    """One warning, locked until the transaction ends."""
    wanted = (FraudWarning.pid == pid, FraudWarning.organisation_id == organisation_id)
    return session.exec(select(FraudWarning).where(*wanted).with_for_update()).first()


def waiting(session: Session, organisation_id: int) -> int:
    """How many disputes and warnings wait for an answer."""
    disputed = session.exec(
        select(func.count(col(Dispute.id))).where(
            Dispute.organisation_id == organisation_id, col(Dispute.status).in_(ANSWERABLE)
        )
    ).one()
    warned = session.exec(
        select(func.count(col(FraudWarning.id))).where(
            FraudWarning.organisation_id == organisation_id,
            col(FraudWarning.actionable).is_(True),
            col(FraudWarning.kept_at).is_(None),
        )
    ).one()
    return disputed + warned


def due_before(session: Session, now: datetime, until: datetime) -> Sequence[Dispute]:
    """Disputes still without an answer whose deadline is near."""
    return session.exec(
        select(Dispute).where(
            col(Dispute.status).in_(ANSWERABLE), col(Dispute.due_at) > now, col(Dispute.due_at) <= until
        )
    ).all()


def treasurers(session: Session, organisation_id: int) -> Sequence[Person]:
    """The members who may decide about money: owners among them."""
    roles = [role for role in Role if allows(role, Permission.MONEY)]
    return session.exec(
        select(Person)
        .join(Membership, col(Membership.person_id) == col(Person.id))
        .where(
            Membership.organisation_id == organisation_id,
            col(Membership.role).in_(roles),
            col(Person.disabled_at).is_(None),
        )
        .order_by(col(Person.id))
    ).all()
