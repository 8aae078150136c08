"""Lay down posts as a document gives them: the start of a week, not a step that can be undone."""

from datetime import time

from sqlmodel import Session

from app.campaigns.models import Campaign
from app.campaigns.rules import day_date
from app.publishing import review
from app.publishing.models import Post
from app.publishing.service import set_due
from app.stories.models import Day, Frame


def lay_post(
    session: Session, campaign: Campaign, day: Day, frame: Frame, *, at_time: time, influencer_id: int | None
) -> Post:
    """Plan a frame at a local hour of its day, carried by an influencer or (None) the organisation."""
    on = day_date(campaign.starts_on, day.number)
    post = Post(
        campaign_id=campaign.id,
        frame_id=frame.id,
        influencer_id=influencer_id,
        on_date=on,
        at_time=at_time,
        zone=campaign.timezone,
        due_at=campaign.created_at,
        send_at=campaign.created_at,
    )
    set_due(post)
    review.on_planned(session, campaign, post)
    session.add(post)
    return post
