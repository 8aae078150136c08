"""Posts as calendar entries (RFC 5545): stable ids, a sequence that only grows, UTC instants. Refuses to guess:
what was taken out of the plan stays, cancelled.

With METHOD:PUBLISH the DTSTAMP is the instant at which the calendar was written (RFC 5545, 3.8.7.2).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from icalendar import Alarm, Calendar, Event

from app.campaigns.models import Campaign
from app.core import clock
from app.publishing.gone import Removed
from app.publishing.models import Post
from app.stories.models import Frame

LENGTH = timedelta(minutes=15)  # how long an entry takes up
BEFORE = timedelta(minutes=15)  # how long before its hour the calendar rings


@dataclass(frozen=True)
class Entry:
    """One post as a calendar shows it. `sequence` grows with every change that a reader could notice."""

    pid: str
    sequence: int
    due_at: datetime
    summary: str
    text: str
    url: str
    cancelled: bool = False
    tentative: bool = False
    rings: bool = False


def calendar(
    name: str, product: str, entries: list[Entry], *, every: timedelta, more: Sequence[Event] = ()
) -> bytes:
    """An iCalendar document with these entries, and events of other rooms; `every`: how often to ask again."""
    made = Calendar()
    made.add("prodid", f"-//Septaine//{product}//EN")
    made.add("version", "2.0")
    made.add("method", "PUBLISH")
    made.add("x-wr-calname", name)
    made.add("refresh-interval", every, parameters={"value": "DURATION"})
    for entry in entries:
        made.add_component(_event(entry))
    for event in more:
        made.add_component(event)
    written: bytes = made.to_ical()
    return written


def _event(entry: Entry) -> Event:
    event = Event()
    event.add("uid", f"post-{entry.pid}@septaine")
    event.add("sequence", entry.sequence)
    event.add("dtstamp", clock.now().replace(microsecond=0))
    event.add("dtstart", entry.due_at)
    event.add("dtend", entry.due_at + LENGTH)
    event.add("summary", entry.summary)
    if entry.text:
        event.add("description", entry.text)
    event.add("url", entry.url)
    status = "CANCELLED" if entry.cancelled else "TENTATIVE" if entry.tentative else "CONFIRMED"
    event.add("status", status)
    if entry.rings and not entry.cancelled:
        alarm = Alarm()
        alarm.add("action", "DISPLAY")
        alarm.add("description", entry.summary)
        alarm.add("trigger", -BEFORE)
        event.add_component(alarm)
    return event


def sequence(post: Post, frame: Frame, campaign: Campaign) -> int:
    """A number that grows with each change of the post, of its words, or of the campaign (a pause among them)."""
    return post.version + frame.version + campaign.version


def cancelled(one: Removed, campaign: Campaign, url: str) -> Entry:
    """A post that was taken out of the plan: programs that keep what they know are told that it is off."""
    return Entry(
        pid=one.pid,
        sequence=one.counted + campaign.version + 1,
        due_at=one.due_at,
        summary=one.title or campaign.title,
        text="",
        url=url,
        cancelled=True,
    )
