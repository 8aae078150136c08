"""A live session as a calendar event (RFC 5545): one id for all calendars; a cancelled one says so and stays."""

from icalendar import Alarm, Event

from app.campaigns.models import Campaign
from app.core import clock
from app.core.templating import absolute
from app.publishing.ics import BEFORE
from app.questions.models import QaSession


def session_event(campaign: Campaign, qa: QaSession, *, rings: bool = False) -> Event:
    """A session at its instant, for programs that keep what they know; `rings`: for whoever holds it."""
    event = Event()
    event.add("uid", f"session-{qa.pid}@septaine")
    event.add("sequence", campaign.version + qa.version)
    # With METHOD it is when this document was written (RFC 5545, 3.8.7.2); by the hour, so that caches hold.
    event.add("dtstamp", clock.now().replace(minute=0, second=0, microsecond=0))
    event.add("dtstart", qa.starts_at)
    event.add("dtend", qa.course.ends_at)
    event.add("summary", f"{campaign.title} – {qa.title}")
    if qa.about:
        event.add("description", qa.about)
    event.add("url", absolute(f"/c/{campaign.slug}/voices/live/{qa.pid}"))
    stopped = "CANCELLED" if qa.cancelled_at else "TENTATIVE" if campaign.paused_at else "CONFIRMED"
    event.add("status", stopped)
    if rings and stopped == "CONFIRMED":
        alarm = Alarm()
        alarm.add("action", "DISPLAY")
        alarm.add("description", qa.title)
        alarm.add("trigger", -BEFORE)
        event.add_component(alarm)
    return event
