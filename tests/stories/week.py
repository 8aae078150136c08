"""A week to play with: days, frames and posts, and a picture of it that can be compared."""

from datetime import time
from typing import Any

from sqlmodel import Session

from app.campaigns.models import Campaign
from app.people.rules import Actor
from app.publishing import queries as publishing
from app.publishing import service as posts
from app.stories import queries, service
from app.stories.models import Day, Frame
from app.stories.steps import forget

BEATS = ("Son histoire", "La cause", "L’atelier", "Celles et ceux", "Vos voix", "Questions", "La collecte")


def lay_days(session: Session, campaign: Campaign) -> list[Day]:
    """The days of a campaign, without frames."""
    days = [
        Day(campaign_id=campaign.id, number=number, beat=BEATS[(number - 1) % 7])
        for number in range(1, campaign.length + 1)
    ]
    session.add_all(days)
    session.flush()
    return days


def lay_week(session: Session, actor: Actor, campaign: Campaign, *, frames: int = 2) -> list[Day]:
    """Days with some frames each, the first of each day posted by the organisation at 12:30."""
    days = lay_days(session, campaign)
    for day in days:
        for number in range(1, frames + 1):
            made = service.add_frame(session, actor, campaign, day.pid, title=f"{day.number}.{number}")
            if number == 1:
                posts.add_post(session, actor, campaign, made.pid, at_time=time(12, 30), influencer=None)
    forget(session, campaign.id)
    return days


def titles(session: Session, day: Day) -> list[str]:
    return [frame.title for frame in queries.frames_of_day(session, day.id)]


def frame_at(session: Session, day: Day, position: int) -> Frame:
    return queries.frames_of_day(session, day.id)[position]


def portrait(session: Session, campaign: Campaign) -> dict[str, Any]:
    """Everything undo must bring back; versions and row ids left out."""
    days = {day.id: day for day in queries.days(session, campaign.id)}
    frames = {frame.id: frame for frame in queries.frames(session, campaign.id)}
    plans = publishing.of_campaign(session, campaign.id)
    after = publishing.following(session, [post.id for post in plans])
    skip = {"id", "version", "updated_at", "created_at", "day_id", "frame_id"}
    return {
        "days": {day.pid: day.model_dump(exclude=skip) for day in days.values()},
        "frames": {
            frame.pid: {**frame.model_dump(exclude=skip), "day": days[frame.day_id].pid}
            for frame in frames.values()
        },
        "posts": {
            post.pid: {
                **post.model_dump(exclude=skip),
                "frame": frames[post.frame_id].pid,
                "following": [frames[one].pid for one in after.get(post.id, [])],
            }
            for post in plans
        },
    }


def is_dense(session: Session, campaign: Campaign) -> bool:
    """Whether positions run from 0 without a gap in every day."""
    return all(
        [frame.position for frame in queries.frames_of_day(session, day.id)]
        == list(range(len(queries.frames_of_day(session, day.id))))
        for day in queries.days(session, campaign.id)
    )
