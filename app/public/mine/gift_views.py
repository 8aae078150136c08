"""Reads of a donor's private page: gifts with what stays given, monthly gifts, and what became of the money."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlmodel import Session

from app.campaigns.models import Campaign
from app.donations import own
from app.donations.models import Gift, GivingPlan
from app.donations.rules import GiftState, PlanState
from app.impact import accounts
from app.impact.due import next_report
from app.impact.models import Update
from app.intake import queries as items
from app.intake.models import Item
from app.intake.rules import Kind
from app.receipts import queries as receipts
from app.supporters.queries import Visit

CHANGEABLE = (GiftState.PAID, GiftState.PENDING)


@dataclass(frozen=True)
class OwnGift:
    """A gift as its donor sees it: of what was charged `left_minor` stays given; `word` is where its message stands."""

    gift: Gift
    campaign: Campaign
    left_minor: int
    word: Item | None

    @property
    def may_change(self) -> bool:
        return self.gift.state in CHANGEABLE

    @property
    def given_back_minor(self) -> int:
        return self.gift.charged_minor - self.left_minor if self.gift.state is GiftState.PAID else 0


@dataclass(frozen=True)
class OwnPlan:
    """A monthly gift as its donor sees it."""

    plan: GivingPlan
    campaign: Campaign

    @property
    def runs(self) -> bool:
        return self.plan.state is not PlanState.ENDED

    @property
    def ends(self) -> bool:
        """Whether it was ended at Stripe's own page and only runs out: no other payment is to come."""
        return self.plan.state is PlanState.ACTIVE and self.plan.next_at is None


@dataclass(frozen=True)
class Became:
    """What became of the money of a campaign: its latest account, and when the next one is due."""

    campaign: Campaign
    latest: Update | None
    due: date | None


@dataclass(frozen=True)
class Giving:
    """Everything of a donor at one organisation."""

    gifts: Sequence[OwnGift]
    plans: Sequence[OwnPlan]
    became: Sequence[Became]


def giving(session: Session, visit: Visit) -> Giving:
    """A visitor's gifts and monthly gifts, the latest first, and the campaigns they were for."""
    gifts = _seen(session, own.gifts(session, visit))
    plans = [OwnPlan(plan, campaign) for plan, campaign in own.plans(session, visit)]
    campaigns = {one.campaign.id: one.campaign for one in gifts}
    campaigns |= {one.campaign.id: one.campaign for one in plans}
    return Giving(gifts, plans, [_became(session, campaign) for campaign in campaigns.values()])


def own_gift(session: Session, visit: Visit, pid: str) -> OwnGift | None:
    """One gift of a visitor."""
    found = own.gift(session, visit, pid)
    return _seen(session, [found])[0] if found else None


def _seen(session: Session, rows: Sequence[tuple[Gift, Campaign]]) -> list[OwnGift]:
    ids = [gift.id for gift, _ in rows]
    standing = receipts.standings(session, ids)
    words = items.of_subjects(session, Kind.GIFT_MESSAGE, ids)
    return [
        OwnGift(
            gift,
            campaign,
            standing[gift.id].amount_minor if gift.id in standing else gift.charged_minor,
            words.get(gift.id) if gift.message.strip() else None,
        )
        for gift, campaign in rows
    ]


def _became(session: Session, campaign: Campaign) -> Became:
    told = accounts.updates(session, campaign, published_only=True)
    latest = next((one.update for one in told if one.update.withdrawn_at is None), None)
    return Became(campaign, latest, next_report(session, campaign))
