"""The campaign's pages in every state and language; what has not come is nowhere."""

from datetime import timedelta

import brotli
import pytest
from bs4 import BeautifulSoup
from fastapi.testclient import TestClient
from sqlmodel import Session

from app.campaigns.models import PastSlug
from app.campaigns.rules import State
from app.core import clock
from app.core.assets import asset
from tests.conftest import NOW
from tests.public.stage import full_stage, give, tell_everything
from tests.watching import statements

FIRST_VIEW = 14_600  # bytes that the first round trips carry: ten segments of 1 460
XSS = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover=alert(1) x='",
    "</script><svg onload=alert(1)>",
    "{{7*7}}{% raw %}",
    "javascript:alert(1)",
    "<div hx-get=/x hx-trigger=load>",
]


def parts(html: str) -> BeautifulSoup:
    return BeautifulSoup(html, "html.parser")


def test_today_speaks(session: Session, client: TestClient) -> None:
    full_stage(session, slug="hope")
    session.commit()
    page = parts(client.get("/c/hope").text)
    assert page.html
    assert page.html["lang"] == "fr"
    assert page.h1
    assert page.h1.text == "Headline of day 3"
    assert "avec Maïa, ancienne élève" in page.get_text(" ", strip=True)
    drawers = page.select(".week li")
    assert len(drawers) == 7
    assert "is-open" in drawers[2]["class"]
    assert "aujourd’hui" in drawers[2].get_text()
    images = page.select(".frame img")
    assert [image["alt"] for image in images] == ["Alt 3.0"]
    assert all(image["width"] and image["height"] for image in images)
    video = page.select_one(".frame video")
    assert video is not None
    assert video["preload"] == "none"
    assert video.has_attr("controls")
    assert not video.has_attr("autoplay")
    assert len(page.select("#challenge input[type=radio]")) == 3
    assert page.select_one("#challenge input[checked]") is not None


def test_the_interface_switches_and_links_keep_it(session: Session, client: TestClient) -> None:
    full_stage(session, slug="hope")
    session.commit()
    page = parts(client.get("/c/hope?lang=en").text)
    assert page.html
    assert page.html["lang"] == "en"
    assert page.h1
    assert page.h1["lang"] == "fr"
    inner = [a["href"] for a in page.select("a[href^='/c/']") if "lang=fr" not in str(a["href"])]
    assert inner
    assert all("lang=en" in str(href) for href in inner if not str(href).endswith(".csv"))
    canonical = page.select_one("link[rel=canonical]")
    assert canonical
    assert canonical["href"] == "https://testserver/c/hope?lang=en"
    languages = [link["hreflang"] for link in page.select("link[rel=alternate][hreflang]")]
    assert languages == ["fr", "en", "x-default"]


def test_an_english_page_of_an_english_campaign_has_no_foreign_passages(
    session: Session, client: TestClient
) -> None:
    full_stage(session, slug="hope", language="en")
    session.commit()
    page = parts(client.get("/c/hope").text)
    assert page.html
    assert page.html["lang"] == "en"
    assert page.h1
    assert not page.h1.has_attr("lang")


@pytest.mark.parametrize(
    ("state", "days_on", "says", "form", "gives"),
    [
        (State.READY, -5, "Starts on", False, False),
        (State.LIVE, 0, "Day 3 of 7", True, False),
        (State.DRIVE, 0, "Day 3 of 7", True, True),
        (State.DRIVE, 6, "The 7 days are told", False, True),
        (State.REPORTING, 8, "the proof follows", False, False),
        (State.CLOSED, 80, "The account is closed", False, False),
    ],
)
def test_each_state_says_where_it_stands(
    session: Session,
    client: TestClient,
    state: State,
    days_on: int,
    says: str,
    form: bool,  # noqa: FBT001
    gives: bool,  # noqa: FBT001
) -> None:
    full_stage(session, slug="hope", state=state)
    session.commit()
    with clock.frozen(NOW + timedelta(days=days_on)):
        page = parts(client.get("/c/hope?lang=en").text)
    assert says in page.get_text(" ", strip=True)
    assert (page.select_one("#challenge form") is not None) is form
    assert (page.select_one('a[href^="/c/hope/donate"]') is not None) is gives
    assert "adults enrolled" in page.get_text()  # the promise stands in every state
    if state in (State.REPORTING, State.CLOSED):
        assert page.select_one('a[href^="/c/hope/impact"]') is not None
        assert len(page.select("#told + .rows a")) == 7


@pytest.mark.parametrize(
    "path",
    [
        "/c/hope",
        "/c/hope/days/3",
        "/c/hope/days/1",
        "/c/hope/days/7",
        "/c/hope/how-we-count",
        "/c/hope/impact",
        "/c/hope/donate",
    ],
)
def test_a_pause_is_said_on_every_page(session: Session, client: TestClient, path: str) -> None:
    full_stage(session, slug="hope", state=State.DRIVE, paused_at=NOW, hold_statement="We hold <b>still</b>.")
    session.commit()
    answer = client.get(path)
    assert answer.status_code == 200
    assert "We hold &lt;b&gt;still&lt;/b&gt;." in answer.text
    page = parts(answer.text)
    assert page.select_one("#challenge form") is None
    assert page.select_one('a[href="/c/hope/donate"]') is None


def test_a_draft_and_an_unknown_slug_do_not_exist(session: Session, client: TestClient) -> None:
    full_stage(session, slug="hope", state=State.DRAFT)
    session.commit()
    for path in ("", "/days/1", "/how-we-count", "/feed.atom", "/calendar.ics", "/og.png"):
        assert client.get(f"/c/hope{path}").status_code == 404
        assert client.get(f"/c/nothing{path}").status_code == 404


def test_an_old_slug_leads_to_the_new_one(session: Session, client: TestClient) -> None:
    made = full_stage(session, slug="hope")
    session.add(PastSlug(slug="espoir", campaign_id=made.campaign.id))
    session.commit()
    answer = client.get("/c/espoir/days/2?lang=en")
    assert (answer.status_code, answer.headers["location"]) == (308, "/c/hope/days/2?lang=en")


def test_days_past_and_to_come(session: Session, client: TestClient) -> None:
    full_stage(session, slug="hope")
    session.commit()
    past = parts(client.get("/c/hope/days/1?lang=en").text)
    assert past.h1
    assert past.h1.text == "Headline of day 1"
    assert "counts as late" in past.get_text()
    coming = client.get("/c/hope/days/5?lang=en")
    assert coming.status_code == 200
    assert "Beat 5" in coming.text
    assert "This drawer opens on Friday 5 March." in coming.text
    for hidden in ("Headline of day 5", "Lead of day 5", "Challenge 5", "Story 5", "Caption 5", "Alt 5"):
        assert hidden not in coming.text
    for number in (0, 8, -1, 10**9):
        assert client.get(f"/c/hope/days/{number}").status_code == 404


@pytest.mark.parametrize(
    "path", ["/", "/c/hope", "/c/hope/feed.atom", "/c/hope/calendar.ics", "/sitemap.xml"]
)
@pytest.mark.parametrize(("state", "shown"), [(State.READY, 0), (State.LIVE, 3), (State.DRIVE, 3)])
def test_days_to_come_leak_nowhere(
    session: Session, client: TestClient, path: str, state: State, shown: int
) -> None:
    full_stage(session, slug="hope", state=state)
    session.commit()
    text = client.get(path).text
    for number in range(shown + 1, 8):
        for hidden in ("Headline of day", "Lead of day", "Challenge", "How to"):
            assert f"{hidden} {number}" not in text
        assert f"Caption {number}." not in text
        assert f"Story {number}." not in text
        if path == "/sitemap.xml":
            assert f"/days/{number}<" not in text


@pytest.mark.parametrize("state", [State.READY, State.LIVE, State.DRIVE, State.REPORTING, State.CLOSED])
@pytest.mark.parametrize("path", ["/", "/c/hope", "/c/hope/days/3", "/c/hope/how-we-count"])
def test_few_queries_a_page(session: Session, client: TestClient, path: str, state: State) -> None:
    full_stage(session, slug="hope", state=state)
    session.commit()
    with statements() as sent:
        assert client.get(path).status_code == 200
    assert 1 <= len(sent) <= (8 if state in (State.READY, State.LIVE) else 9), sent


def test_ten_suffice_with_everything_a_campaign_may_have(session: Session, client: TestClient) -> None:
    made = full_stage(session, slug="hope", state=State.DRIVE)
    made.campaign.mini_goals = [{"day": 1, "amount_minor": 1_000, "title": "Twelve chairs"}]
    tell_everything(session, made)
    session.commit()
    with statements() as sent:
        page = parts(client.get("/c/hope?lang=en").text).get_text(" ", strip=True)
    for part in ("Twelve chairs", "Bakery 1", "Bakery 2", "It was ten, not eleven", "Somebody told this"):
        assert part in page
    assert len(sent) <= 10, sent


@pytest.mark.parametrize("length", [7, 31])
def test_the_first_view_is_small(session: Session, client: TestClient, length: int) -> None:
    made = full_stage(session, slug="hope", state=State.DRIVE, length=length)
    give(session, made, 123_456, "two")
    for day in made.days.values():
        day.lead = "Une phrase assez longue pour ressembler à ce que les gens écrivent vraiment. " * 4
    session.commit()
    style = brotli.compress(asset("public.css").content, quality=11)
    for path in ("/c/hope", "/c/hope/days/1", "/"):
        html = brotli.compress(client.get(path).content, quality=5)
        assert len(html) + len(style) <= FIRST_VIEW, (path, len(html), len(style))


@pytest.mark.parametrize("evil", XSS)
def test_words_stay_words(session: Session, client: TestClient, evil: str) -> None:
    made = full_stage(session, slug="hope", state=State.DRIVE, title=evil, summary=evil, cause=evil)
    made.campaign.headline = made.campaign.drive_title = made.campaign.drive_ask = evil
    day, challenge = made.days[3], made.challenges[3]
    day.beat = day.headline = day.lead = evil
    challenge.title = challenge.how_to = evil
    challenge.levels = [{"title": evil, "detail": evil}] * 3
    made.organisation.name = made.organisation.legal_name = evil
    session.commit()
    for path in ("/", "/c/hope", "/c/hope/days/3", "/c/hope/how-we-count"):
        answer = client.get(path)
        assert answer.status_code == 200
        page = parts(answer.text)
        for element in page.find_all(True):
            assert not [name for name in element.attrs if name.startswith("on")]
            assert not str(element.get("href", "")).startswith("javascript:")
        for script in page.find_all("script"):
            assert script.get("src") or script["type"] == "application/ld+json"
        assert not page.select("[hx-get]")
        assert not page.select("svg[onload], img[src=x]")
        assert "49{%" not in answer.text


def test_home_is_honest_when_nothing_is_public(session: Session, client: TestClient) -> None:
    full_stage(session, state=State.DRAFT, title="Hidden")
    session.commit()
    answer = client.get("/")
    assert "No campaign is public at the moment" in answer.text
    assert "Hidden" not in answer.text


def test_home_lists_what_runs_and_what_is_over(session: Session, client: TestClient) -> None:
    full_stage(session, slug="runs", title="Runs", state=State.DRIVE)
    full_stage(session, slug="over", title="Over", state=State.CLOSED)
    session.commit()
    page = parts(client.get("/").text)
    assert [a["href"] for a in page.select(".campaign-card a")] == ["/c/runs"]
    assert "Day 3 of 7 · the drive is open" in page.get_text()
    assert [a["href"] for a in page.select("#past + .rows a")] == ["/c/over", "/c/over/impact"]
