"""What is counted of a look: a person once a day, a place, a link; machines and previews apart; nobody's address."""

from collections.abc import Mapping
from datetime import timedelta

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import text
from sqlalchemy.exc import OperationalError
from sqlmodel import select

from app.campaigns.models import Campaign
from app.campaigns.rules import State
from app.core import clock
from app.core.db import reading, transaction
from app.launch import service as launch
from app.links import counting, noting, queries, service
from app.links.counting import Counter, place_of
from app.links.models import TrackedLink, VisitCount, VisitKey, VisitMark
from app.links.rules import Channel, Place, Target
from app.links.service import Wanted
from app.main import routers
from tests import factories
from tests.conftest import NOW
from tests.links.conftest import INSTAGRAM, House

GOOGLE = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"
FACEBOOK = "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)"


def _counts() -> list[VisitCount]:
    with reading() as session:
        return list(session.exec(select(VisitCount).order_by(VisitCount.id)).all())


def _sums() -> dict[str, int]:
    names = ("people", "newcomers", "reached", "came", "visits", "bots", "previews")
    return {name: sum(getattr(one, name) for one in _counts()) for name in names}


def _link(house: House, **values: object) -> TrackedLink:
    wanted = Wanted(**{"label": "Affiche", "place": Target.CAMPAIGN, **values})
    made = service.make(house.session, house.owner, house.campaign, wanted)
    house.session.commit()
    return made


def test_a_person_is_one_however_much_they_read(house: House, client: TestClient, visits: Counter) -> None:
    for path in ("", "/days/1", "/days/2", "/donate", "/voices", ""):
        assert client.get(f"/c/maia{path}").status_code == 200
    assert visits.flush() == 6
    assert _sums() == {
        "people": 1,
        "newcomers": 1,
        "reached": 4,
        "came": 0,
        "visits": 6,
        "bots": 0,
        "previews": 0,
    }
    assert {one.place for one in _counts()} == {Place.CAMPAIGN, Place.DAY, Place.DONATE, Place.VOICES}
    with clock.frozen(NOW + timedelta(days=1)):
        client.get("/c/maia")
        visits.flush()
    assert (_sums()["people"], _sums()["newcomers"]) == (2, 1)  # known from the day before


def test_a_day_ends_where_the_campaign_is(house: House, client: TestClient, visits: Counter) -> None:
    late = NOW.replace(hour=22, minute=30)  # half past eleven in Paris
    for moment in (late, late + timedelta(hours=1)):
        with clock.frozen(moment):
            client.get("/c/maia")
    visits.flush()
    assert [one.on_date.isoformat() for one in _counts()] == ["2027-03-03", "2027-03-04"]


def test_by_which_link_somebody_came(house: House, client: TestClient, visits: Counter) -> None:
    own = _link(house, influencer=house.influencer, channel="instagram", place=Target.DAY, day_number=3)
    other = _link(house, label="Vitrine")
    client.get(client.get(f"/r/{own.code}").headers["location"])
    client.get(f"/c/maia/donate?via={own.code}")
    client.get(client.get(f"/r/{other.code}").headers["location"])
    assert visits.flush() == 3
    with reading() as session:
        campaign = session.get_one(Campaign, house.campaign.id)
        by_link = {one.link.label: one.figures for one in queries.views(session, campaign)}
        assert queries.people_by_channel(session, campaign.id, own.id) == [(Channel.INSTAGRAM, 1)]
        assert queries.totals(session, campaign.id)[1] == 1
    assert (by_link["Affiche"].people, by_link["Affiche"].visits) == (1, 2)
    assert (by_link["Vitrine"].people, by_link["Vitrine"].visits) == (1, 1)
    assert {one.influencer_id for one in _counts() if one.link_id == own.id} == {house.influencer.id}
    assert _sums()["people"] == 1


def test_a_link_of_another_campaign_counts_nowhere_else(
    house: House, client: TestClient, visits: Counter
) -> None:
    second = factories.campaign(house.session, house.organisation, slug="autre")
    link = service.make(house.session, house.owner, second, Wanted("Autre", Target.CAMPAIGN))
    house.session.commit()
    client.get(f"/c/maia?via={link.code}")
    visits.flush()
    assert [(one.campaign_id, one.link_id) for one in _counts()] == [(house.campaign.id, 0)]


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({"User-Agent": GOOGLE}, "bots"),
        ({"User-Agent": FACEBOOK}, "previews"),
        ({"User-Agent": "WhatsApp/2.23.20.0 A"}, "previews"),
        ({"Sec-Purpose": "prefetch;prerender"}, "previews"),
        ({"Purpose": "prefetch"}, "previews"),
        ({"X-Purpose": "preview"}, "previews"),
        ({"User-Agent": ""}, "bots"),
        ({}, "visits"),
    ],
)
def test_machines_are_counted_apart(
    house: House, client: TestClient, visits: Counter, headers: Mapping[str, str], expected: str
) -> None:
    client.get("/c/maia", headers=dict(headers))
    visits.flush()
    sums = _sums()
    assert {name for name in ("visits", "bots", "previews") if sums[name]} == {expected}
    assert sums["people"] == (expected == "visits")


def test_a_head_request_of_a_link_is_a_preview(house: House, client: TestClient, visits: Counter) -> None:
    link = _link(house)
    assert client.head(f"/r/{link.code}").status_code == 302
    client.get(f"/r/{link.code}")  # followed: counted where it leads
    assert visits.flush() == 1
    assert [(one.link_id, one.previews) for one in _counts()] == [(link.id, 1)]


def test_what_is_no_page_is_not_counted(house: House, client: TestClient, visits: Counter) -> None:
    for path in ("/widget", "/overlay", "/overlay/state", "/feed.atom", "/days/9", "/og.png"):
        client.get(f"/c/maia{path}")
    client.get("/c/maia/days/1", headers={"HX-Request": "true"})
    client.get("/c/no-such")
    assert visits.flush() == 0


def test_the_team_is_not_counted(house: House, client: TestClient, visits: Counter) -> None:
    factories.sign_in(house.session, client, house.owner)
    client.get("/c/maia")
    assert visits.flush() == 0


def test_a_draft_is_not_counted(house: House) -> None:
    house.campaign.state = State.DRAFT
    house.session.add(house.campaign)
    house.session.commit()
    with transaction() as session:
        assert noting.note(session, [_look()]) == 0


def _look(**values: object) -> noting.Look:
    plain = {
        "at": NOW,
        "slug": "maia",
        "place": Place.CAMPAIGN,
        "code": "",
        "address": "203.0.113.9",
        "agent": INSTAGRAM,
        "referrer": "",
        "utm_source": "",
        "language": "fr",
        "ahead": False,
        "inside": False,
    }
    return noting.Look(**{**plain, **values})


def _note(*looks: noting.Look) -> None:
    with transaction() as session:
        noting.note(session, looks)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({}, Channel.INSTAGRAM),  # the browser inside the app
        ({"referrer": "https://l.instagram.com/"}, Channel.INSTAGRAM),
        ({"referrer": "https://t.co/abc"}, Channel.X),
        ({"utm_source": "Newsletter"}, Channel.MAIL),
        ({"utm_source": "nonsense", "referrer": "https://www.google.fr/"}, Channel.SEARCH),
    ],
)
def test_the_way(house: House, values: Mapping[str, object], expected: Channel) -> None:
    _note(_look(**values))
    assert [one.channel for one in _counts()] == [expected]


def test_within_the_campaign_the_way_stays(house: House) -> None:
    agent = INSTAGRAM.split(" Instagram")[0] + " Version/18.5 Safari/604.1"
    _note(
        _look(agent=agent, referrer="https://bsky.app/"),
        _look(agent=agent, place=Place.DONATE, inside=True, at=NOW + timedelta(seconds=9)),
    )
    assert {(one.place, one.channel) for one in _counts()} == {
        (Place.CAMPAIGN, Channel.BLUESKY),
        (Place.DONATE, Channel.BLUESKY),
    }


def test_no_address_and_no_browser_is_kept(house: House) -> None:
    _note(_look())
    with reading() as session:
        tables = ("visit_mark", "visit_count", "visit_key")
        kept = str([session.execute(text(f"SELECT * FROM {name}")).all() for name in tables])  # noqa: S608
    assert "203.0" not in kept
    assert "iPhone" not in kept


def test_at_the_close_nobody_can_be_recognised(house: House, client: TestClient, visits: Counter) -> None:
    _note(_look())
    with transaction() as session:
        campaign = session.get_one(Campaign, house.campaign.id)
        campaign.state = State.REPORTING
        session.flush()
        noting.forget_visitors(session, campaign_id=campaign.id)
        launch._mark_moment(session, campaign, State.CLOSED)
        campaign.state = State.CLOSED
    client.get("/c/maia")
    visits.flush()
    with reading() as session:
        assert session.exec(select(VisitMark)).all() == []
        assert session.exec(select(VisitKey)).all() == []
    assert (_sums()["visits"], _sums()["people"]) == (2, 1)


def test_old_marks_are_forgotten(house: House) -> None:
    _note(_look())
    with clock.frozen(NOW + noting.MARKS_KEPT), transaction() as session:
        assert noting.forget_old_marks(session) == 0
    with clock.frozen(NOW + noting.MARKS_KEPT + timedelta(days=1)), transaction() as session:
        assert noting.forget_old_marks(session) == 1


def test_two_campaigns_cannot_be_laid_beside_each_other(house: House) -> None:
    factories.campaign(house.session, house.organisation, slug="autre")
    house.session.commit()
    _note(_look(), _look(slug="autre"))
    with reading() as session:
        marks = session.exec(select(VisitMark.mark)).all()
    assert len(set(marks)) == 2


def test_what_cannot_be_written_waits(
    house: House, client: TestClient, visits: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    client.get("/c/maia")
    client.get("/c/maia/voices")

    def broken(*_: object) -> int:
        raise OperationalError("INSERT", {}, Exception("away"))

    with monkeypatch.context() as patched:
        patched.setattr(counting, "note", broken)
        with pytest.raises(OperationalError):
            visits.flush()
        visits.stop()  # says so once, and does not raise
    assert visits.flush() == 2
    assert _sums()["visits"] == 2


def test_no_more_is_held_than_there_is_room(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counting, "MOST", 10)
    counter = Counter()
    for number in range(25):
        counter.add(_look(address=f"203.0.{number}.1"))
    assert counter.flush() == 10


def test_a_stopping_process_writes_what_it_took(house: House) -> None:
    counter = Counter(every=3600)
    counter.start()
    counter.add(_look())
    counter.stop()
    assert _sums()["people"] == 1


def test_every_page_of_a_campaign_has_its_place() -> None:
    paths = {route.path for one in routers() for route in one.routes if hasattr(route, "path")}
    found = {path: place_of(path) for path in paths if path.startswith("/c/{slug}")}
    assert found["/c/{slug}"] is Place.CAMPAIGN
    assert found["/c/{slug}/days/{number}"] is Place.DAY
    assert found["/c/{slug}/voices/questions/{qid}"] is Place.VOICES
    assert found["/c/{slug}/voices/live/{sid}/stream"] is None
    assert found["/c/{slug}/who"] is Place.OTHER
    assert place_of("/studio") is None
