"""Following on a device by its routes: what a browser may send, what it is answered, and what the team reads."""

import json
import re
from collections.abc import Iterator

import pytest
from bs4 import BeautifulSoup
from fastapi.testclient import TestClient
from sqlmodel import Session, select

from app.campaigns.rules import State
from app.core import db
from app.core.settings import get_settings
from app.followers import jobs, noticing
from app.followers.models import FollowDevice
from app.followers.rules import USUAL, mask_of
from app.links.models import TrackedLink
from app.people.rules import Role
from app.push import door
from tests import factories
from tests.followers.stage import Stage, stage, tell
from tests.push.stage import Browser, Service, listening

HERE = "/c/lanternes/follow/device"
PAGE = "/c/lanternes/follow"


@pytest.fixture
def here(session: Session) -> Stage:
    made = stage(session)
    session.commit()
    return made


@pytest.fixture
def server() -> Iterator[Service]:
    with listening() as service:
        yield service


def asked(browser: Browser, **values: object) -> dict[str, object]:
    chosen = [one.value for one in USUAL]
    return {**browser.subscription(), "topics": chosen, "language": "fr", **values}


def rows() -> list[FollowDevice]:
    with db.reading() as session:
        return list(session.exec(select(FollowDevice)))


def test_begun_known_told_and_stopped(here: Stage, client: TestClient, server: Service) -> None:
    browser = Browser(server.host)
    endpoint = {"endpoint": browser.endpoint}
    assert client.post(f"{HERE}/known", data=endpoint).status_code == 404
    assert client.post(HERE, data=asked(browser)).status_code == 204
    [row] = rows()
    assert (row.organisation_id, row.language, row.topics) == (here.organisation.id, "fr", mask_of(USUAL))
    assert client.post(f"{HERE}/known", data=endpoint).status_code == 204
    tell(here.session)
    assert noticing.tell_due() == 1
    assert "Jour 3" in browser.read(server.taken[0][2])["body"]
    for _ in range(2):  # a second time there is nothing to forget
        assert client.post(f"{HERE}/stop", data=endpoint).status_code == 204
    assert rows() == []
    assert "set-cookie" not in client.get(PAGE).headers


def test_the_link_it_came_by_first_is_kept(here: Stage, client: TestClient, server: Service) -> None:
    first, other = (TrackedLink(campaign_id=here.campaign.id, code=code) for code in ("k7m2xq", "p3n4rt"))
    here.session.add_all([first, other])
    here.session.flush()
    kept = first.id
    here.session.commit()
    page = client.get(f"{PAGE}?via=k7m2xq").text
    assert re.search(rf'action="{HERE}\?[^"]*via=k7m2xq', page)
    browser = Browser(server.host)
    for code in ("k7m2xq", "p3n4rt", ""):
        assert client.post(f"{HERE}?via={code}", data=asked(browser)).status_code == 204
    assert [row.link_id for row in rows()] == [kept]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"topics": []}, "Choose at least one."),
        ({"topics": ["everything"]}, "Choose one of the options."),
        ({"endpoint": ""}, "Your browser gave no answer."),
        ({"language": "de"}, "Your browser gave no answer."),
        ({"p256dh": "AAAA"}, "could not be read"),
        ({"email": "nora@example.org"}, "Your browser gave no answer."),
    ],
)
def test_what_is_wrong_is_said_in_words(
    here: Stage, client: TestClient, server: Service, change: dict[str, object], words: str
) -> None:
    answer = client.post(HERE, data=asked(Browser(server.host), **change))
    assert answer.status_code == 422
    assert answer.headers["content-type"].startswith("text/plain")
    assert words in answer.text
    assert rows() == []


def test_only_the_services_of_browsers(
    here: Stage, client: TestClient, server: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(get_settings(), "environment", "production")
    answer = client.post(HERE, data=asked(Browser(server.host)))
    assert (answer.status_code, rows()) == (422, [])
    assert "a service we do not know" in answer.text


def test_nobody_stops_another_by_guessing_or_from_elsewhere(
    here: Stage, client: TestClient, server: Service
) -> None:
    browser = Browser(server.host)
    client.post(HERE, data=asked(browser))
    client.post(f"{HERE}/stop", data={"endpoint": f"{browser.endpoint}d"})
    assert client.post(f"{HERE}/stop").status_code == 422
    elsewhere = {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}
    for path in ("", "/stop", "/known"):
        data = {"endpoint": browser.endpoint}
        assert client.post(f"{HERE}{path}", data=data, headers=elsewhere).status_code == 403
    other = factories.campaign(
        here.session, factories.organisation(here.session, "Les Phares"), slug="phares"
    )
    here.session.commit()
    assert (
        client.post("/c/phares/follow/device/known", data={"endpoint": browser.endpoint}).status_code == 404
    )
    client.post("/c/phares/follow/device/stop", data={"endpoint": browser.endpoint})
    assert [row.campaign_id for row in rows()] == [here.campaign.id] != [other.id]


def test_a_draft_has_no_followers_and_a_closed_campaign_no_more(
    here: Stage, client: TestClient, server: Service
) -> None:
    here.campaign.state = State.CLOSED
    here.session.add(here.campaign)
    here.session.commit()
    answer = client.post(HERE, data=asked(Browser(server.host)))
    assert (answer.status_code, answer.text) == (422, "This campaign is over: there is nothing more to tell.")
    assert "On this device" not in client.get(PAGE).text
    here.campaign.state = State.DRAFT
    here.session.add(here.campaign)
    here.session.commit()
    assert client.post(HERE, data=asked(Browser(server.host))).status_code == 404


def test_a_flood_is_held(here: Stage, client: TestClient) -> None:
    answers = [client.post(f"{HERE}/stop", data={"endpoint": "https://x"}).status_code for _ in range(121)]
    assert answers[-2:] == [204, 429]


def test_the_page_holds_it_ready_and_shows_nothing_without_script(here: Stage, client: TestClient) -> None:
    page = BeautifulSoup(client.get(PAGE).text, "html5lib")
    place = page.select_one("#device")
    assert place is not None
    assert place.has_attr("hidden")
    assert place["data-key"] == door.public_key()
    assert place["data-scope"] == f"/follow/{here.campaign.pid}/"
    headings = [one.get_text() for one in page.select("main h2")]
    assert headings == ["By e-mail", "On this device", "Without an address"]
    chosen = [one["value"] for one in place.select("[name=topics]") if one.has_attr("checked")]
    assert chosen == ["story", "challenge", "drive", "accounts", "corrections"]


def test_the_helper_shows_and_opens_and_does_nothing_else(here: Stage, client: TestClient) -> None:
    answer = client.get("/follow/sw.js")
    assert answer.headers["content-type"].startswith("text/javascript")
    assert answer.headers["cache-control"] == "no-cache"
    assert "service-worker-allowed" not in answer.headers, "its own folder is all it may see"
    assert "{icon}" not in answer.text
    assert [one for one in ("fetch", "caches", "claim(", "sync") if one in answer.text] == []


def test_a_home_screen_opens_the_page_where_one_follows(here: Stage, client: TestClient) -> None:
    page = BeautifulSoup(client.get(PAGE).text, "html5lib")
    link = page.select_one("link[rel=manifest]")
    assert link is not None
    told = json.loads(client.get(str(link["href"])).text)
    assert (told["start_url"], told["display"], told["name"]) == (PAGE, "standalone", here.campaign.title)
    assert all(client.get(icon["src"]).status_code == 200 for icon in told["icons"])


def test_the_studio_counts_devices_beside_letters(here: Stage, client: TestClient, server: Service) -> None:
    factories.sign_in(here.session, client, factories.member(here.session, here.organisation, Role.MODERATOR))
    room = f"/studio/campaigns/{here.campaign.pid}/followers"
    assert "Nobody follows yet" in client.get(room).text
    client.post(HERE, data=asked(Browser(server.host)))
    tell(here.session)
    shown = client.get(room).text
    assert "Follow on a device" in shown
    assert "1 device waits for its turn or for the morning" in shown
    noticing.tell_due()
    jobs.tell_followers()
    assert "1 device told" in client.get(room).text
