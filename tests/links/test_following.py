"""A short link leads to its page and nowhere else, and says by which link somebody came all the way to the gift."""

from urllib.parse import parse_qs, urlsplit

import pytest
from fastapi.testclient import TestClient
from sqlmodel import select

from app.campaigns.rules import State
from app.challenges.models import Challenge, ChallengeAct
from app.core import clock
from app.core.db import reading
from app.links import rules, service
from app.links.models import TrackedLink
from app.links.rules import Target
from app.links.service import Wanted
from app.questions.models import Question
from app.testimonials.models import Testimonial as Told
from tests.links.conftest import House


def _link(house: House, **values: object) -> TrackedLink:
    wanted = Wanted(**{"label": "Affiche", "place": Target.CAMPAIGN, **values})
    made = service.make(house.session, house.owner, house.campaign, wanted)
    house.session.commit()
    return made


@pytest.mark.parametrize(
    ("place", "day", "path", "anchor"),
    [
        (Target.CAMPAIGN, 0, "/c/maia", ""),
        (Target.DAY, 3, "/c/maia/days/3", ""),
        (Target.CHALLENGE, 3, "/c/maia/days/3", "challenge"),
        (Target.DONATE, 0, "/c/maia/donate", ""),
        (Target.VOICES, 0, "/c/maia/voices", ""),
        (Target.IMPACT, 0, "/c/maia/impact", ""),
        (Target.SOURCES, 0, "/c/maia/sources", ""),
    ],
)
def test_a_link_leads_to_its_page(
    house: House, client: TestClient, place: Target, day: int, path: str, anchor: str
) -> None:
    link = _link(house, place=place, day_number=day)
    answer = client.get(f"/r/{link.code}")
    assert answer.status_code == 302
    assert answer.headers["cache-control"] == "no-store"
    to = urlsplit(answer.headers["location"])
    assert (to.scheme, to.netloc, to.path, to.fragment) == ("", "", path, anchor)
    assert parse_qs(to.query) == {"via": [link.code]}
    assert client.get(answer.headers["location"]).status_code == 200


def test_capitals_are_the_same_code_and_other_measures_are_kept(house: House, client: TestClient) -> None:
    link = _link(house, utm={"utm_source": "affiche", "utm_medium": "papier"})
    asked = "?utm_medium=print&utm_campaign=a%26b&next=https://evil.example&utm_nonsense=1"
    answer = client.get(f"/r/{link.code.upper()}{asked}")
    to = urlsplit(answer.headers["location"])
    assert to.netloc == ""
    assert parse_qs(to.query) == {
        "utm_source": ["affiche"],
        "utm_medium": ["print"],
        "utm_campaign": ["a&b"],
        "via": [link.code],
    }


@pytest.mark.parametrize("code", ["zzzzzz", "%2F%2Fevil.example", "a" * 200, "222222?x=//evil.example"])
def test_an_unknown_code_says_so(house: House, client: TestClient, code: str) -> None:
    answer = client.get(f"/r/{code}")
    assert answer.status_code == 404
    assert "location" not in answer.headers


def test_the_page_of_an_unknown_code_helps(house: House, client: TestClient) -> None:
    assert "no zeros and no ones" in client.get("/r/zzzzzz").text


def test_a_retired_link_leads_to_the_campaign(house: House, client: TestClient) -> None:
    link = _link(house, place=Target.DONATE)
    service.retire(house.session, house.owner, link)
    house.session.commit()
    assert urlsplit(client.get(f"/r/{link.code}").headers["location"]).path == "/c/maia"
    service.restore(house.session, house.owner, link)
    house.session.commit()
    assert urlsplit(client.get(f"/r/{link.code}").headers["location"]).path == "/c/maia/donate"


def test_a_link_of_a_draft_is_not_there_yet(house: House, client: TestClient) -> None:
    link = _link(house)
    house.campaign.state = State.DRAFT
    house.session.add(house.campaign)
    house.session.commit()
    assert client.get(f"/r/{link.code}").status_code == 404


def test_the_way_is_kept_from_page_to_page(house: House, client: TestClient) -> None:
    link = _link(house)
    text = client.get(f"/c/maia?via={link.code}").text
    assert f"/c/maia/days/1?via={link.code}" in text
    assert f"/c/maia/voices?via={link.code}" in text
    assert 'rel="canonical" href="https://testserver/c/maia"' in text  # what is passed on names nobody
    assert "via=" not in client.get("/c/maia").text
    assert "/days/1?via=" not in client.get("/c/maia?via=%22%3E%3Cscript%3E").text


def test_what_somebody_does_says_by_which_link(house: House, client: TestClient) -> None:
    link = _link(house, influencer=house.influencer)
    house.session.add(
        Challenge(
            campaign_id=house.campaign.id,
            day_id=house.day.id,
            title="Lire à voix haute",
            unit_one="geste",
            unit_many="gestes",
            levels=[{"title": one, "detail": ""} for one in ("A", "B", "C")],
        )
    )
    house.session.commit()
    asked = {"text": "Combien de personnes apprennent à lire ici ?", "sure": "1"}
    assert client.post(f"/c/maia/voices/questions?via={link.code}", data=asked).status_code == 303
    assert client.post(f"/c/maia/days/3/challenge?via={link.code}", data={"level": "0"}).status_code == 303
    told = {
        "text": "J’ai appris à lire à trente ans.",
        "naming": "anonymous",
        "language": "fr",
        "uses": ["page"],
        "age": "adult",
    }
    assert client.post(f"/c/maia/voices?via={link.code}", data=told).status_code == 200
    with reading() as session:
        assert session.exec(select(Question.link_id)).all() == [link.id]
        assert session.exec(select(ChallengeAct.link_id)).all() == [link.id]
        assert session.exec(select(Told.link_id)).all() == [link.id]


def test_codes_are_unambiguous() -> None:
    codes = {rules.new_code() for _ in range(2000)}
    assert len(codes) > 1990
    assert not set("".join(codes)) & set("01oilu")
    assert all(rules.read_code(code.upper()) == code for code in codes)
    assert rules.read_code("a b") == rules.read_code("") == rules.read_code("../etc") == ""


def test_a_code_given_is_noted_with_its_time(house: House) -> None:
    assert _link(house).created_at == clock.now()
