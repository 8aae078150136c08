"""A campaign as an Atom feed and a calendar: what has come in words, what is to come by date and beat."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from email.utils import format_datetime
from xml.etree import ElementTree as ET

from icalendar import Calendar, Event

from app.campaigns.models import Campaign
from app.campaigns.rules import State, day_date
from app.claims.models import Correction
from app.claims.rules import quoted
from app.core import clock, i18n
from app.core.templating import absolute
from app.impact.models import Promise, Revision, Update
from app.questions.ics import session_event
from app.questions.models import QaSession
from app.stories.models import Day, Frame
from app.testimonials.models import Testimonial
from app.testimonials.queries import shown_name

ATOM = "http://www.w3.org/2005/Atom"
TOMBSTONE = "http://purl.org/atompub/tombstones/1.0"
ET.register_namespace("", ATOM)
ET.register_namespace("at", TOMBSTONE)

# XML 1.0 forbids these characters outright; a parser refuses the whole feed because of one.
_FORBIDDEN = re.compile(r"[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True)
class Entry:
    """One entry: `key` is for ever, `text` is plain."""

    key: str
    title: str
    text: str
    path: str
    published: datetime
    updated: datetime


def entries(
    campaign: Campaign,
    days: Sequence[tuple[Day, list[Frame]]],
    updates: Sequence[Update],
    voices: Sequence[Testimonial] = (),
    corrections: Sequence[Correction] = (),
    revised: Mapping[int, Sequence[Revision]] | None = None,
) -> list[Entry]:
    """What the feed holds now, the latest first; while paused only what the organisation says of it."""
    stated = _statement(campaign)
    if campaign.paused_at is not None:
        said = campaign.hold_statement or i18n.gettext("The campaign is paused.")
        moment = campaign.paused_at
        title = i18n.gettext("The campaign is paused.")
        return stated or [Entry(f"hold:{campaign.pid}", title, said, "", moment, moment)]
    found = [_day_entry(campaign, day, frames) for day, frames in days]
    found += [_update_entry(campaign, one, (revised or {}).get(one.id, ())) for one in updates]
    found += [_voice_entry(row) for row in voices]
    found += [_correction_entry(one) for one in corrections]
    return stated + sorted(found, key=lambda entry: entry.published, reverse=True)


def _update_entry(campaign: Campaign, update: Update, revised: Sequence[Revision]) -> Entry:
    """An account as it reads now, with what was corrected in it: readers see the entry as changed."""
    moment = update.published_at or update.created_at
    told = [update.body]
    for one in revised:
        day = i18n.moment(one.at, campaign.timezone, "d MMMM yyyy")
        told.append(f"{i18n.gettext('Corrected on %(day)s') % {'day': day}}{i18n.gettext(': ')}{one.why}")
    return Entry(
        f"update:{update.pid}",
        update.title,
        "\n\n".join(told),
        f"/impact#update-{update.pid}",
        moment,
        max([moment, *(one.at for one in revised)]),
    )


def _statement(campaign: Campaign) -> list[Entry]:
    """A crisis statement, in the campaign's language: first in the feed for as long as it stands."""
    if campaign.statement_at is None:
        return []
    moment = campaign.statement_at
    said = str(campaign.statement.get(campaign.language, ""))
    key = f"statement:{campaign.pid}:{int(moment.timestamp())}"
    return [Entry(key, i18n.gettext("A statement"), said, "#statement", moment, moment)]


def _voice_entry(row: Testimonial) -> Entry:
    """What somebody told, chosen by the team; the name is part of the title, as agreed."""
    title = f"{i18n.gettext('Testimonial')} – {shown_name(row)}"
    moment = row.featured_at or row.created_at
    path = f"/voices#voice-{row.pid}"
    return Entry(f"voice:{row.pid}", title, row.text or row.transcript, path, moment, moment)


def _correction_entry(one: Correction) -> Entry:
    """What was wrong, and what is right: it reaches those who follow from afar, too."""
    title = i18n.gettext("Correction: %(right)s") % {"right": " ".join(one.right.split())[:140]}
    said = i18n.gettext("We said: “%(said)s” That was wrong.") % {"said": quoted(one.said)}
    path = f"/sources#correction-{one.pid}"
    return Entry(f"correction:{one.pid}", title, f"{said}\n\n{one.right}\n\n{one.why}", path, one.at, one.at)


def _day_entry(campaign: Campaign, day: Day, frames: Sequence[Frame]) -> Entry:
    published = clock.resolve_wall(day_date(campaign.starts_on, day.number), time(0), campaign.timezone)
    told = [frame.caption or frame.title for frame in frames]
    return Entry(
        key=f"day:{day.pid}",
        title=day.headline or day.beat or campaign.title,
        text="\n\n".join(part for part in (day.lead, *told) if part),
        path=f"/days/{day.number}",
        published=published,
        updated=max([published, *(frame.updated_at for frame in frames)]),
    )


def updated_at(campaign: Campaign, found: Sequence[Entry]) -> datetime:
    """When the feed last changed, in whole seconds."""
    latest = max([campaign.created_at, *(entry.updated for entry in found)])
    return latest.astimezone(UTC).replace(microsecond=0)


def atom(
    campaign: Campaign,
    organisation: str,
    found: Sequence[Entry],
    gone: Sequence[tuple[str, datetime]] = (),
) -> bytes:
    """An Atom document (RFC 4287) with stable ids and full addresses; text stays text.

    `gone`: keys of entries taken back, and when; readers are told to delete their copy (RFC 6721).
    """
    base = f"/c/{campaign.slug}"
    feed = ET.Element(_name("feed"), {"{http://www.w3.org/XML/1998/namespace}lang": campaign.language})
    _add(feed, "id", f"urn:septaine:campaign:{campaign.pid}")
    _add(feed, "title", campaign.title)
    if campaign.cause:
        _add(feed, "subtitle", campaign.cause)
    _add(feed, "updated", _instant(updated_at(campaign, found)))
    _link(feed, "self", f"{base}/feed.atom", "application/atom+xml")
    _link(feed, "alternate", base, "text/html")
    _add(ET.SubElement(feed, _name("author")), "name", organisation)
    _add(feed, "icon", absolute("/favicon.ico"))
    for entry in found:
        item = ET.SubElement(feed, _name("entry"))
        _add(item, "id", f"urn:septaine:{entry.key}")
        _add(item, "title", entry.title)
        _link(item, "alternate", base + entry.path, "text/html")
        _add(item, "published", _instant(entry.published))
        _add(item, "updated", _instant(entry.updated))
        _add(item, "content", entry.text, type="text")
    for key, at in gone:
        marks = {"ref": f"urn:septaine:{key}", "when": _instant(at)}
        ET.SubElement(feed, f"{{{TOMBSTONE}}}deleted-entry", marks)
    document: bytes = ET.tostring(feed, encoding="utf-8", xml_declaration=True)
    return document


def _name(tag: str) -> str:
    return f"{{{ATOM}}}{tag}"


def _add(parent: ET.Element, tag: str, text: str, **attributes: str) -> None:
    ET.SubElement(parent, _name(tag), attributes).text = _FORBIDDEN.sub("", text)


def _link(parent: ET.Element, rel: str, path: str, media_type: str) -> None:
    ET.SubElement(parent, _name("link"), {"rel": rel, "type": media_type, "href": absolute(path)})


def _instant(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def http_date(moment: datetime) -> str:
    """An instant as HTTP headers write it (RFC 9110, 5.6.7)."""
    return format_datetime(moment.astimezone(UTC).replace(microsecond=0), usegmt=True)


def ics(
    campaign: Campaign,
    days: Sequence[Day],
    promises: Sequence[Promise],
    sessions: Sequence[QaSession] = (),
) -> bytes:
    """An iCalendar document (RFC 5545): each day by its beat, the live sessions, the days the promises fall due.

    UIDs are stable; SEQUENCE grows with every change of the campaign or the day. Speaks the current language.
    """
    made = Calendar()
    made.add("prodid", "-//Septaine//Campaign//EN")
    made.add("version", "2.0")
    made.add("method", "PUBLISH")
    made.add("x-wr-calname", campaign.title)
    made.add("refresh-interval", timedelta(hours=6), parameters={"value": "DURATION"})
    named = {day.number: day for day in days}
    for number in range(1, campaign.length + 1):
        day = named.get(number)
        said = i18n.gettext("Day %(number)s") % {"number": number}
        beat = day.beat if day else ""
        title = f"{campaign.title} – {said}{' · ' if beat else ''}{beat}"
        on = day_date(campaign.starts_on, number)
        version = campaign.version + (day.version if day else 0)
        path = f"/c/{campaign.slug}/days/{number}"
        made.add_component(_event(campaign, f"day-{campaign.pid}-{number}", title, on, path, version))
    for promise in promises:
        path = f"/c/{campaign.slug}/impact"
        said = i18n.gettext("Promised for today: %(what)s") % {"what": promise.indicator}
        title = f"{campaign.title} – {said}"
        made.add_component(
            _event(campaign, f"promise-{promise.pid}", title, promise.due_on, path, campaign.version)
        )
    for qa in sessions:
        made.add_component(session_event(campaign, qa))
    document: bytes = made.to_ical()
    return document


def _event(campaign: Campaign, uid: str, title: str, on: date, path: str, version: int) -> Event:
    event = Event()
    event.add("uid", f"{uid}@septaine")
    event.add("sequence", version)
    # With METHOD it is when this document was written (RFC 5545, 3.8.7.2); by the hour, so that caches hold.
    event.add("dtstamp", clock.now().replace(minute=0, second=0, microsecond=0))
    event.add("dtstart", on)
    event.add("dtend", on + timedelta(days=1))
    event.add("summary", title)
    event.add("url", absolute(path))
    event.add("transp", "TRANSPARENT")
    sure = campaign.paused_at is None and campaign.state is not State.READY
    event.add("status", "CONFIRMED" if sure else "TENTATIVE")
    return event
