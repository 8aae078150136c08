"""The influencer's posts as a calendar: stable ids, a sequence that grows with each change, UTC instants."""

from collections.abc import Sequence
from datetime import timedelta

from icalendar import Alarm, Calendar, Event

from app.campaigns.models import Campaign
from app.core import clock
from app.core.templating import absolute
from app.publishing.models import Post, PostState
from app.stories.models import Frame


def calendar(campaign: Campaign, posts: Sequence[tuple[Post, Frame]]) -> bytes:
    """An iCalendar document (RFC 5545) with a reminder a quarter of an hour before each post."""
    made = Calendar()
    made.add("prodid", "-//Septaine//Brief//EN")
    made.add("version", "2.0")
    made.add("x-wr-calname", campaign.title)
    made.add("refresh-interval", timedelta(hours=1), parameters={"value": "DURATION"})
    for post, frame in posts:
        made.add_component(_event(campaign, post, frame))
    written: bytes = made.to_ical()
    return written


def _event(campaign: Campaign, post: Post, frame: Frame) -> Event:
    event = Event()
    event.add("uid", f"post-{post.pid}@septaine")
    event.add("sequence", post.version)
    event.add("dtstamp", clock.now())
    event.add("dtstart", post.due_at)
    event.add("dtend", post.due_at + timedelta(minutes=15))
    event.add("summary", f"{frame.title or campaign.title}")
    event.add("description", "\n\n".join(text for text in (frame.caption, frame.sticker) if text))
    event.add("url", absolute("/brief"))
    stopped = post.state is PostState.DECLINED or campaign.paused_at is not None
    event.add("status", "CANCELLED" if stopped else "CONFIRMED")
    if post.state is PostState.SCHEDULED and not stopped:
        alarm = Alarm()
        alarm.add("action", "DISPLAY")
        alarm.add("description", frame.title or campaign.title)
        alarm.add("trigger", timedelta(minutes=-15))
        event.add_component(alarm)
    return event
