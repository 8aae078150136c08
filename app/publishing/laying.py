"""Lay down posts as a document gives them, and move planned ones when the calendar does."""

from collections.abc import Mapping
from datetime import time

from sqlmodel import Session, col, select

from app.campaigns.models import Campaign
from app.campaigns.rules import day_date
from app.core import clock
from app.publishing.models import Post, PostState
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
        due_at=clock.resolve_wall(on, at_time, campaign.timezone),
    )
    session.add(post)
    return post


def move_to_calendar(session: Session, campaign: Campaign, day_numbers: Mapping[int, int]) -> int:
    """Bring planned posts to the campaign's dates and zone; returns how many moved.

    `day_numbers`: the day number of each frame, by frame id. What was posted or declined stays as it was.
    """
    moved = 0
    planned = select(Post).where(Post.campaign_id == campaign.id, Post.state == PostState.PLANNED)
    for post in session.exec(planned.order_by(col(Post.id))):
        on = day_date(campaign.starts_on, day_numbers[post.frame_id])
        if (post.on_date, post.zone) == (on, campaign.timezone):
            continue
        post.on_date, post.zone = on, campaign.timezone
        post.due_at = clock.resolve_wall(on, post.at_time, campaign.timezone)
        post.version += 1
        session.add(post)
        moved += 1
    return moved
