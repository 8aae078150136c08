"""Feed, calendar, picture, site map: valid, stable, cacheable, and silent about days to come."""

import io
import json
import re
from datetime import UTC, date, datetime, timedelta
from xml.etree import ElementTree as ET

import pytest
from bs4 import BeautifulSoup
from fastapi.testclient import TestClient
from icalendar import Calendar
from PIL import Image
from sqlmodel import Session

from app.campaigns.rules import State
from app.core import clock
from app.impact.models import Update
from tests.challenges.stage import NOW
from tests.public.stage import full_stage

A = "{http://www.w3.org/2005/Atom}"
EVIL = "<script>alert(1)</script> & \x0b\x1f ]]> </content>"


def feed_of(client: TestClient) -> ET.Element:
    answer = client.get("/c/hope/feed.atom")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("application/atom+xml")
    return ET.fromstring(answer.content)  # noqa: S314 – our own answer


def test_the_feed_tells_the_days_that_have_come(session: Session, client: TestClient) -> None:
    made = full_stage(session, slug="hope")
    session.commit()
    feed = feed_of(client)
    entries = feed.findall(f"{A}entry")
    assert [entry.findtext(f"{A}title") for entry in entries] == [f"Headline of day {n}" for n in (3, 2, 1)]
    assert entries[0].findtext(f"{A}id") == f"urn:septaine:day:{made.days[3].pid}"
    assert "Caption 3.0" in str(entries[0].findtext(f"{A}content"))
    for element in (feed, *entries):
        assert element.findtext(f"{A}id")
        moment = datetime.fromisoformat(str(element.findtext(f"{A}updated")))
        assert moment.tzinfo is not None
        for link in element.findall(f"{A}link"):
            assert link.attrib["href"].startswith("https://testserver/c/hope")
    assert feed.find(f"{A}author/{A}name") is not None


def test_ids_survive_a_new_slug_and_new_words(session: Session, client: TestClient) -> None:
    made = full_stage(session, slug="hope")
    session.commit()
    before = [entry.findtext(f"{A}id") for entry in feed_of(client).findall(f"{A}entry")]
    made.days[3].headline = "Other words"
    session.commit()
    assert [entry.findtext(f"{A}id") for entry in feed_of(client).findall(f"{A}entry")] == before


def test_updates_of_impact_join_the_feed_once_published(session: Session, client: TestClient) -> None:
    made = full_stage(session, slug="hope", state=State.REPORTING)
    session.add(Update(campaign_id=made.campaign.id, title="Draft", body="Hidden"))
    session.add(Update(campaign_id=made.campaign.id, title="Twenty places", body="Done", published_at=NOW))
    session.commit()
    titles = [entry.findtext(f"{A}title") for entry in feed_of(client).findall(f"{A}entry")]
    assert titles[0] == "Twenty places"
    assert "Draft" not in titles


def test_words_stay_words_in_the_feed(session: Session, client: TestClient) -> None:
    made = full_stage(session, slug="hope", cause=EVIL)
    made.campaign.title = made.days[3].headline = made.days[3].lead = EVIL
    session.commit()
    feed = feed_of(client)
    assert not [element for element in feed.iter() if "script" in element.tag]
    assert "<script>alert(1)</script> & " in str(feed.findtext(f"{A}entry/{A}content"))


def test_while_paused_the_feed_says_only_that(session: Session, client: TestClient) -> None:
    full_stage(session, slug="hope", paused_at=NOW, hold_statement="We hold.")
    session.commit()
    entries = feed_of(client).findall(f"{A}entry")
    assert [entry.findtext(f"{A}content") for entry in entries] == ["We hold."]


@pytest.mark.parametrize("path", ["feed.atom", "calendar.ics", "og.png"])
def test_what_has_not_changed_is_not_sent_again(session: Session, client: TestClient, path: str) -> None:
    made = full_stage(session, slug="hope")
    session.commit()
    first = client.get(f"/c/hope/{path}")
    assert first.status_code == 200
    mark = first.headers["etag"].removeprefix("W/")
    same = {"If-None-Match": f'"other", W/{mark}'}
    again = client.get(f"/c/hope/{path}", headers=same)
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"].removeprefix("W/") == mark
    assert client.get(f"/c/hope/{path}", headers={"If-None-Match": '"x"'}).status_code == 200
    assert client.head(f"/c/hope/{path}").status_code == 200
    made.campaign.title = "A new title"
    session.commit()
    assert client.get(f"/c/hope/{path}", headers=same).status_code == 200


@pytest.mark.parametrize(
    "path", ["/c/hope/feed.atom", "/c/hope/calendar.ics", "/c/hope/og.png", "/sitemap.xml"]
)
@pytest.mark.parametrize(
    ("first", "then"), [("br", "br"), ("gzip", "br"), ("br", "identity"), ("identity", "br")]
)
def test_a_reader_that_compresses_need_not_fetch_again(
    session: Session, client: TestClient, path: str, first: str, then: str
) -> None:
    full_stage(session, slug="hope")
    session.commit()
    whole = client.get(path, headers={"Accept-Encoding": first})
    squeezed = first if path != "/c/hope/og.png" else "identity"
    assert whole.headers.get("content-encoding", "identity") == squeezed
    mark = whole.headers["etag"]
    for given in (mark, mark.removeprefix("W/"), f'"other", {mark}', "*"):
        again = client.get(path, headers={"Accept-Encoding": then, "If-None-Match": given})
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["etag"] == mark
        assert "Accept-Encoding" in again.headers["vary"]
    other = client.get(path, headers={"Accept-Encoding": then, "If-None-Match": 'W/"other"'})
    assert (other.status_code, other.headers["etag"]) == (200, mark)


def test_the_feed_knows_when_it_changed(session: Session, client: TestClient) -> None:
    full_stage(session, slug="hope")
    session.commit()
    stamp = client.get("/c/hope/feed.atom").headers["last-modified"]
    assert re.fullmatch(r"\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT", stamp)
    ask = {"If-Modified-Since": stamp}
    assert client.get("/c/hope/feed.atom", headers=ask).status_code == 304
    assert client.get("/c/hope/feed.atom", headers={"If-Modified-Since": "rubbish"}).status_code == 200
    with clock.frozen(NOW + timedelta(days=1)):  # another day has come
        assert client.get("/c/hope/feed.atom", headers=ask).status_code == 200


def test_the_calendar_names_every_day_by_date_and_beat(session: Session, client: TestClient) -> None:
    made = full_stage(session, slug="hope", title="Maïa, sa semaine; la nôtre")
    session.commit()
    answer = client.get("/c/hope/calendar.ics")
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    assert all(len(line) <= 75 for line in answer.content.split(b"\r\n"))
    events = Calendar.from_ical(answer.content).walk("VEVENT")
    assert len(events) == 8  # seven days and one promise
    assert [event.decoded("dtstart") for event in events[:7]] == [date(2027, 3, n) for n in range(1, 8)]
    assert "Maïa, sa semaine; la nôtre" in str(events[0]["summary"])
    assert "Beat 5" in str(events[4]["summary"])
    assert "adults enrolled" in str(events[7]["summary"])
    before = {str(event["uid"]): int(event["sequence"]) for event in events}
    assert len(before) == 8
    made.days[2].version += 1
    made.days[2].beat = "Changed"
    session.commit()
    after = Calendar.from_ical(client.get("/c/hope/calendar.ics").content).walk("VEVENT")
    assert {str(event["uid"]) for event in after} == set(before)
    grown = [str(event["uid"]) for event in after if int(event["sequence"]) > before[str(event["uid"])]]
    assert grown == [f"day-{made.campaign.pid}-2@septaine"]


def test_the_picture_is_what_sharing_expects(session: Session, client: TestClient) -> None:
    full_stage(session, slug="hope")
    session.commit()
    answer = client.get("/c/hope/og.png")
    assert answer.headers["content-type"] == "image/png"
    assert answer.headers["cross-origin-resource-policy"] == "cross-origin"
    with Image.open(io.BytesIO(answer.content)) as image:
        assert image.size == (1200, 630)


def test_the_head_says_what_sharing_needs(session: Session, client: TestClient) -> None:
    full_stage(session, slug="hope", state=State.DRIVE, title='Maïa </script> "&"')
    session.commit()
    page = BeautifulSoup(client.get("/c/hope").text, "html.parser")

    def meta(name: str) -> str:
        found = page.select_one(f'meta[property="{name}"], meta[name="{name}"]')
        assert found is not None, name
        return str(found["content"])

    assert meta("og:title") == 'Maïa </script> "&"'
    assert meta("og:image") == "https://testserver/c/hope/og.png"
    assert meta("og:image:alt")
    assert meta("twitter:card") == "summary_large_image"
    assert meta("description")
    block = page.select_one('script[type="application/ld+json"]')
    assert block is not None
    assert "</" not in block.text
    data = json.loads(block.text)
    assert data["name"] == 'Maïa </script> "&"'
    assert data["potentialAction"]["@type"] == "DonateAction"
    assert data["startDate"] == "2027-03-01"


def test_the_site_map_names_public_pages_in_both_languages(session: Session, client: TestClient) -> None:
    full_stage(session, slug="hope")
    full_stage(session, slug="secret", state=State.DRAFT)
    session.commit()
    answer = client.get("/sitemap.xml")
    root = ET.fromstring(answer.content)  # noqa: S314 – our own answer
    places = [loc.text for loc in root.iter("{http://www.sitemaps.org/schemas/sitemap/0.9}loc")]
    assert "https://testserver/c/hope/days/3" in places
    assert "https://testserver/c/hope/days/4" not in places
    assert not [place for place in places if "secret" in str(place)]
    links = list(root.iter("{http://www.w3.org/1999/xhtml}link"))
    assert len(links) == 3 * len(places)


def test_robots_manifest_and_icon(client: TestClient) -> None:
    robots = client.get("/robots.txt").text
    assert "Disallow: /studio" in robots
    assert "Sitemap: https://testserver/sitemap.xml" in robots
    manifest = client.get("/manifest.webmanifest").json()
    assert {"192x192", "512x512"} <= {icon["sizes"] for icon in manifest["icons"]}
    for icon in manifest["icons"]:
        assert client.get(icon["src"]).status_code == 200
    assert client.get("/favicon.ico").content.startswith(b"\x89PNG")


def test_a_feed_of_a_day_without_words_is_still_valid(session: Session, client: TestClient) -> None:
    made = full_stage(session, slug="hope")
    for day in made.days.values():
        day.headline = day.beat = day.lead = ""
    session.commit()
    assert all(entry.findtext(f"{A}title") for entry in feed_of(client).findall(f"{A}entry"))
    assert datetime.fromisoformat(str(feed_of(client).findtext(f"{A}updated"))) <= NOW.astimezone(UTC)
