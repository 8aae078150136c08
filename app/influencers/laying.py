"""Lay down influencers as a document gives them: on the shortlist, for this organisation to decide anew."""

from typing import Any

from sqlmodel import Session

from app.campaigns.models import Campaign
from app.influencers.models import Influencer


def lay_influencer(session: Session, campaign: Campaign, **values: Any) -> Influencer:
    """Put someone on the shortlist without a decision, an address or a link."""
    person = Influencer(organisation_id=campaign.organisation_id, campaign_id=campaign.id, **values)
    session.add(person)
    session.flush()
    return person
