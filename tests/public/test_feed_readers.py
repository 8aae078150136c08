"""Feed and calendar as programs read them: nothing malformed, nothing fetched twice, nothing lost."""

from datetime import timedelta

import feedparser
import pytest
from fastapi.testclient import TestClient
from icalendar import Calendar
from sqlmodel import Session

from app.campaigns.rules import day_date
from tests.followers.stage import Stage, corrected, stage


@pytest.fixture
def here(session: Session) -> Stage:
    made = stage(session, title="La semaine <de> Maïa & Léo", language="fr")
    made.publish()
    corrected(made)
    session.commit()
    return made


def test_a_reader_finds_nothing_wrong_and_fetches_once(here: Stage, client: TestClient) -> None:
    answer = client.get("/c/lanternes/feed.atom")
    read = feedparser.parse(answer.content, response_headers=dict(answer.headers))
    assert not read.bozo, read.get("bozo_exception")
    assert read.version == "atom10"
    assert read.feed.title == "La semaine <de> Maïa & Léo"
    assert read.feed.language == "fr"
    titles = [entry.title for entry in read.entries]
    assert "Les premières chaises sont là" in titles
    for entry in read.entries:
        assert entry.id.startswith("urn:septaine:")
        assert entry.link.startswith("https://testserver/c/lanternes")
        assert entry.published_parsed
        assert entry.updated_parsed
    again = {"If-None-Match": answer.headers["etag"], "If-Modified-Since": answer.headers["last-modified"]}
    for known in (again, {"If-None-Match": again["If-None-Match"]}):
        second = client.get("/c/lanternes/feed.atom", headers=known)
        assert (second.status_code, second.content) == (304, b"")


def test_a_calendar_read_and_written_again_is_the_same(here: Stage, client: TestClient) -> None:
    answer = client.get("/c/lanternes/calendar.ics")
    read = Calendar.from_ical(answer.content)
    assert isinstance(read, Calendar)
    assert Calendar.from_ical(read.to_ical()) == read
    assert read.to_ical() == answer.content
    days = [event for event in read.walk("VEVENT") if str(event["uid"]).startswith("day-")]
    campaign = here.campaign
    assert [event.decoded("dtstart") for event in days] == [
        day_date(campaign.starts_on, number) for number in range(1, campaign.length + 1)
    ]
    assert all(event.decoded("dtend") - event.decoded("dtstart") == timedelta(days=1) for event in days)
    assert "Son atelier" in str(days[2]["summary"])
    assert str(days[2]["url"]) == "https://testserver/c/lanternes/days/3"
