"""Tells authors the reasons of decisions, once these can no longer be taken back. Quotes nobody."""

from sqlmodel import Session, col, select

from app.campaigns import queries as campaigns
from app.campaigns.models import Campaign
from app.core import clock
from app.intake.models import Item
from app.intake.rules import ItemState
from app.mail import service as mail
from app.supporters import service as supporters
from app.supporters.models import Supporter


def tell_authors(session: Session, *, limit: int = 100) -> int:
    """Mail the reason to authors whose words were returned or refused longer ago than a decision can be taken back."""
    due = session.exec(
        select(Item, Supporter)
        .join(Supporter, col(Supporter.id) == col(Item.supporter_id))
        .where(col(Item.tell_at) <= clock.now())
        .order_by(col(Item.tell_at))
        .limit(limit)
        .with_for_update(of=Item, skip_locked=True)
    ).all()
    for item, supporter in due:
        if supporter.email and item.state in (ItemState.RETURNED, ItemState.REJECTED):
            campaign = session.get_one(Campaign, item.campaign_id)
            mail.queue(
                session,
                kind="item-decided",
                to=supporter.email,
                language=supporter.language,
                context={
                    "campaign": campaign,
                    "organisation": campaigns.organisation(session, campaign),
                    "returned": item.state is ItemState.RETURNED,
                    "reason": item.reason_text,
                    "url": supporters.new_link(session, supporter, mailed=True),
                },
            )
        item.tell_at = None
        session.add(item)
    return len(due)
