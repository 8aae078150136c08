"""Taking a challenge through the page: plain form, fragment, and everything that must be refused."""

import re

import pytest
from bs4 import BeautifulSoup
from fastapi.testclient import TestClient
from sqlmodel import Session, select

from app.campaigns.rules import State
from app.challenges.models import ChallengeAct
from app.core import db
from tests.challenges.stage import NOW
from tests.public.stage import full_stage

URL = "/c/hope/days/3/challenge"
PARTIAL = {"HX-Request": "true", "HX-Request-Type": "partial"}


def acts() -> list[ChallengeAct]:
    with db.reading() as session:
        return list(session.exec(select(ChallengeAct)).all())


@pytest.fixture(autouse=True)
def _week(session: Session) -> None:
    full_stage(session, slug="hope")
    session.commit()


def test_without_script_one_tap_leads_back_and_says_so(client: TestClient) -> None:
    answer = client.post(URL, data={"level": "1"})
    assert answer.status_code == 303
    assert re.fullmatch(
        r"/c/hope\?level=1&told=[0-9a-z]{16}\.\d+\.[\w-]{22}&ok=challenge-taken#challenge",
        answer.headers["location"],
    )
    assert not answer.headers.get("set-cookie")
    (act,) = acts()
    assert (act.level, act.late) == (1, False)
    page = BeautifulSoup(client.get(answer.headers["location"]).text, "html.parser")
    assert "C’est compté. Merci." in page.get_text()
    assert "1 geste compté" in page.get_text()
    chosen = page.select_one("#challenge input[checked]")
    assert chosen is not None
    assert chosen["value"] == "1"


def test_the_page_keeps_the_language_the_person_chose(client: TestClient) -> None:
    answer = client.post(f"{URL}?lang=en", data={"level": "0"})
    assert "lang=en" in answer.headers["location"]


def test_with_htmx_the_section_comes_back_alone(client: TestClient) -> None:
    answer = client.post(URL, data={"level": "2", "text": "Deux pages <b>lues</b>"}, headers=PARTIAL)
    assert answer.status_code == 200
    assert answer.text.lstrip().startswith('<section id="challenge"')
    assert "<html" not in answer.text
    assert "C’est noté" in answer.text
    assert "0 geste compté" in answer.text  # the team reads words first
    assert acts()[0].text == "Deux pages <b>lues</b>"
    assert acts()[0].filed
    again = client.post(URL, data={"level": "0"}, headers=PARTIAL)
    assert "C’est noté" in again.text
    assert [(act.level, act.text) for act in acts()] == [(0, "Deux pages <b>lues</b>")]


def test_one_tap_can_change_its_level(client: TestClient) -> None:
    client.post(URL, data={"level": "2"}, headers=PARTIAL)
    again = client.post(URL, data={"level": "0"}, headers=PARTIAL)
    assert "C’est changé" in again.text
    assert [act.level for act in acts()] == [0]


def test_a_past_day_counts_late_and_leads_back_to_its_page(client: TestClient) -> None:
    answer = client.post("/c/hope/days/1/challenge", data={"level": "0"})
    assert answer.headers["location"].startswith("/c/hope/days/1?")
    assert acts()[0].late


@pytest.mark.parametrize(
    ("data", "says"),
    [
        ({}, "À remplir."),
        ({"level": "3"}, "Choisissez"),
        ({"level": "-1"}, "Choisissez"),
        ({"level": "0", "text": "x" * 601}, "600"),
        ({"level": "0", "participant": "me"}, ""),
    ],
)
def test_bad_input_is_refused_beside_the_field_and_kept(
    client: TestClient, data: dict[str, str], says: str
) -> None:
    for headers in ({}, PARTIAL):
        answer = client.post(URL, data=data, headers=headers)
        assert answer.status_code == 422
        page = BeautifulSoup(answer.text, "html.parser")
        assert page.select_one(".errors") is not None
        assert says in page.get_text()
        if "text" in data:
            kept = page.select_one("textarea")
            assert kept is not None
            assert kept.text.strip() == data["text"]
            assert kept["aria-invalid"] == "true"
    assert acts() == []


def test_machines_are_thanked_and_not_counted(client: TestClient) -> None:
    answer = client.post(URL, data={"level": "0", "website": "https://spam.example"})
    assert answer.status_code == 303
    assert acts() == []


@pytest.mark.parametrize("number", [4, 7, 8, 0])
def test_days_to_come_and_no_days_do_not_exist(client: TestClient, number: int) -> None:
    assert client.post(f"/c/hope/days/{number}/challenge", data={"level": "0"}).status_code == 404
    assert acts() == []


def test_a_paused_campaign_refuses_in_words(session: Session, client: TestClient) -> None:
    full_stage(session, slug="held", paused_at=NOW)
    session.commit()
    for headers in ({}, PARTIAL):
        answer = client.post("/c/held/days/3/challenge", data={"level": "0"}, headers=headers)
        assert answer.status_code == 409
        assert "suspendue" in answer.text
    assert acts() == []


def test_a_finished_campaign_refuses(session: Session, client: TestClient) -> None:
    full_stage(session, slug="done", state=State.CLOSED)
    session.commit()
    assert client.post("/c/done/days/3/challenge", data={"level": "0"}).status_code == 409


def test_another_browser_is_another_person_and_the_same_is_not(client: TestClient) -> None:
    for agent in ("phone one", "phone two", "phone one"):
        client.post(URL, data={"level": "0"}, headers={"User-Agent": agent})
    assert len(acts()) == 2
    assert all("testclient" not in act.participant for act in acts())


def test_posts_from_other_sites_and_gets_change_nothing(client: TestClient) -> None:
    evil = {"Origin": "https://evil.example"}
    assert client.post(URL, data={"level": "0"}, headers=evil).status_code == 403
    assert client.get(URL).status_code == 405
    assert acts() == []


def test_a_flood_is_slowed(client: TestClient) -> None:
    answers = [
        client.post(URL, data={"level": "0"}, headers={"User-Agent": f"agent {n}"}).status_code
        for n in range(31)
    ]
    assert answers[:30] == [303] * 30
    assert answers[30] == 429


def test_a_nul_that_no_hand_can_type_is_dropped(client: TestClient) -> None:
    assert client.post(URL, data={"level": "0", "text": "Deux\x00 pages"}).status_code == 303
    assert acts()[0].text == "Deux pages"
