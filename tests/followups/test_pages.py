"""The question, the answer, what the public reads, and the team's page: each works, refuses, keeps to its own."""

import re

import pytest
from bs4 import BeautifulSoup
from fastapi.testclient import TestClient
from sqlmodel import select

from app.core import clock, db
from app.followups import jobs
from app.followups.models import FollowUpAsked
from app.followups.rules import Lasted
from app.mail.models import OutgoingMail
from app.people.rules import Role
from tests import factories
from tests.followups.conftest import Over


def link(recipient: str) -> str:
    with db.reading() as session:
        mail = session.exec(select(OutgoingMail).where(OutgoingMail.recipient == recipient)).one()
    found = re.search(r"(/after/[\w-]+)", mail.text)
    assert found is not None
    return found[1]


def answer_of() -> FollowUpAsked:
    with db.reading() as session:
        return session.exec(select(FollowUpAsked)).one()


@pytest.fixture
def opened(over: Over) -> Over:
    """Both kinds of people are asked; it is the moment they are."""
    over.follower("ana@example.org", language="en")
    over.session.commit()
    return over


def test_an_answer_is_given_and_changed(opened: Over, client: TestClient) -> None:
    with clock.frozen(opened.at(30)):
        jobs.ask_what_lasted()
        here = link("ana@example.org")
        page = client.get(f"{here}?said=still")
        assert page.status_code == 200
        assert page.headers["cache-control"] == "no-store"
        assert "noindex" in page.headers["x-robots-tag"]
        soup = BeautifulSoup(page.text, "html.parser")
        assert [one["value"] for one in soup.select("[name=lasted][checked]")] == ["still"]
        assert answer_of().answered_at is None, "opening it says nothing: programs open links too"
        assert client.post(here, data={"lasted": "still", "changed": "A page each night."}).status_code == 303
        assert (answer_of().lasted, answer_of().changed) == (Lasted.STILL, "A page each night.")
        assert "Thank you" in client.get(here).text
        client.post(here, data={"lasted": "stopped"})
        assert (answer_of().lasted, answer_of().changed) == (Lasted.STOPPED, "")


def test_a_bad_answer_keeps_what_was_typed(opened: Over, client: TestClient) -> None:
    with clock.frozen(opened.at(30)):
        jobs.ask_what_lasted()
        here = link("ana@example.org")
        refused = client.post(here, data={"changed": "My own words."})
        assert refused.status_code == 422
        assert "My own words." in refused.text
        assert client.post(here, data={"lasted": "perhaps"}).status_code == 422
        assert client.post(here, data={"lasted": "still", "more": "1"}).status_code == 422
    assert answer_of().answered_at is None


def test_a_donor_says_what_changed(over: Over, client: TestClient) -> None:
    over.donor("dan@example.org")
    over.session.commit()
    with clock.frozen(over.at(30)):
        jobs.ask_what_lasted()
        here = link("dan@example.org")
        assert BeautifulSoup(client.get(here).text, "html.parser").select("[name=lasted]") == []
        assert client.post(here, data={"changed": ""}).status_code == 422
        assert client.post(here, data={"changed": "Ma mère y va."}).status_code == 303
    assert (answer_of().lasted, answer_of().changed) == (None, "Ma mère y va.")


def test_whoever_stops_it_is_not_asked_again(opened: Over, client: TestClient) -> None:
    with clock.frozen(opened.at(30)):
        jobs.ask_what_lasted()
        here = link("ana@example.org")
        assert client.post(f"{here}/stop").status_code == 303
        assert client.post(f"{here}/stop").status_code == 303
        assert "You will not be asked again." in client.get(here).text
    with clock.frozen(opened.at(90)):
        assert jobs.ask_what_lasted() == 0


def test_a_link_that_is_over_or_wrong(opened: Over, client: TestClient) -> None:
    assert client.get("/after/nothing-of-ours").status_code == 410
    assert client.post("/after/nothing-of-ours", data={"lasted": "still"}).status_code == 410


def test_what_the_public_reads(opened: Over, client: TestClient) -> None:
    path = f"/c/{opened.campaign.slug}/after?lang=en"
    assert "We ask on" in client.get(path).text
    with clock.frozen(opened.at(30)):
        jobs.ask_what_lasted()
        client.post(link("ana@example.org"), data={"lasted": "still", "changed": "Only for the team."})
        text = client.get(path).text
    assert "1 person was asked, 1 answered: 100%" in " ".join(text.split())
    assert "Fewer than ten" in text
    assert "Only for the team." not in text
    assert "Yes, I still do it" not in text


def test_the_team_reads_the_words_and_calls_off(opened: Over, client: TestClient) -> None:
    base = f"/studio/campaigns/{opened.campaign.pid}/after"
    csrf = factories.sign_in(opened.session, client, opened.alice)
    assert client.post(f"{base}/off", data={"csrf": csrf, "days": "90"}).status_code == 303
    assert "called off" in client.get(base).text
    assert client.post(f"{base}/on", data={"csrf": csrf, "days": "90"}).status_code == 303
    assert client.post(f"{base}/on", data={"csrf": csrf, "days": "45"}).status_code == 422
    with clock.frozen(opened.at(30)):
        jobs.ask_what_lasted()
        client.post(link("ana@example.org"), data={"lasted": "sometimes", "changed": "On Sundays."})
    page = client.get(base).text
    assert "On Sundays." in page
    assert "Now and then" in page


def test_others_are_kept_out(opened: Over, client: TestClient) -> None:
    base = f"/studio/campaigns/{opened.campaign.pid}/after"
    moderator = factories.member(opened.session, opened.org, Role.MODERATOR, "Mona")
    csrf = factories.sign_in(opened.session, client, moderator)
    assert client.post(f"{base}/off", data={"csrf": csrf, "days": "90"}).status_code == 403
    stranger = factories.member(opened.session, factories.organisation(opened.session, "Autre"), name="Zoé")
    csrf = factories.sign_in(opened.session, client, stranger)
    assert client.get(base).status_code == 404
    assert client.post(f"{base}/off", data={"csrf": csrf, "days": "90"}).status_code == 404
