"""The private page: a link opens it, a cookie keeps it, a mail finds it again, and nobody learns who is known."""

import re

import pytest
from fastapi.testclient import TestClient
from sqlmodel import Session, select

from app.campaigns.models import Campaign
from app.core.db import reading
from app.mail.models import OutgoingMail
from app.supporters import service
from app.supporters.access import cookie_name
from app.supporters.models import Supporter
from tests import factories


@pytest.fixture
def campaign(session: Session) -> Campaign:
    made = factories.campaign(session, factories.organisation(session), slug="hope")
    session.commit()
    return made


def link_of(session: Session, campaign: Campaign, email: str = "") -> str:
    lucie = service.begin(session, organisation_id=campaign.organisation_id, language="en", email=email)
    address = service.new_link(session, lucie)
    session.commit()
    return address.removeprefix("https://testserver")


def mails() -> list[OutgoingMail]:
    with reading() as session:
        return list(session.exec(select(OutgoingMail)))


def csrf_of(page: str) -> str:
    found = re.search(r'name="csrf" value="([^"]+)"', page)
    assert found is not None
    return found[1]


def test_the_link_leads_to_a_clean_address(session: Session, client: TestClient, campaign: Campaign) -> None:
    answer = client.get(link_of(session, campaign))
    assert answer.status_code == 303
    assert answer.headers["location"] == "/mine"
    assert cookie_name() in answer.headers["set-cookie"]
    assert "HttpOnly" in answer.headers["set-cookie"]
    page = client.get("/mine")
    assert page.status_code == 200
    assert page.headers["cache-control"] == "no-store"
    assert "What you sent" in page.text


def test_without_a_link_it_is_closed(client: TestClient, campaign: Campaign) -> None:
    assert client.get("/mine").status_code == 410
    assert client.get("/mine/nobody-knows-this").status_code == 410
    client.cookies.set(cookie_name(), "made-up")
    assert client.get("/mine").status_code == 410


def test_unknown_links_are_not_tried_for_ever(client: TestClient, campaign: Campaign) -> None:
    answers = [client.get(f"/mine/guess-{number}").status_code for number in range(21)]
    assert answers == [410] * 20 + [429]


def test_an_address_brings_the_link_by_mail(session: Session, client: TestClient, campaign: Campaign) -> None:
    client.get(link_of(session, campaign))
    token = csrf_of(client.get("/mine").text)
    wrong = client.post("/mine/address", data={"csrf": token, "email": "not an address"})
    assert wrong.status_code == 422
    assert "not an address" in wrong.text
    right = client.post("/mine/address", data={"csrf": token, "email": "Lucie@example.org"})
    assert right.status_code == 303
    (mail,) = mails()
    assert mail.recipient == "lucie@example.org"
    found = re.search(r"https://testserver(/mine/\S+)", mail.text)
    assert found is not None
    client.cookies.clear()
    assert client.get(found[1]).headers["location"] == "/mine"
    assert "lucie@example.org" in client.get("/mine").text


def test_forms_of_other_sites_change_nothing(
    session: Session, client: TestClient, campaign: Campaign
) -> None:
    client.get(link_of(session, campaign))
    assert client.post("/mine/address", data={"email": "a@example.org"}).status_code == 403
    assert client.post("/mine/leave").status_code == 403
    assert mails() == []


def test_leaving_forgets_the_browser(session: Session, client: TestClient, campaign: Campaign) -> None:
    path = link_of(session, campaign)
    client.get(path)
    left = client.post("/mine/leave", data={"csrf": csrf_of(client.get("/mine").text)})
    assert left.status_code == 200
    assert "has forgotten you" in left.text
    assert client.get("/mine").status_code == 410
    assert client.get(path).status_code == 303, "the link stays good"


def test_asking_tells_nobody_who_is_known(session: Session, client: TestClient, campaign: Campaign) -> None:
    link_of(session, campaign, "lucie@example.org")
    assert client.get("/c/hope/mine").status_code == 200
    known, unknown = (
        client.post("/c/hope/mine", data={"email": email})
        for email in ("lucie@example.org", "nobody@example.org")
    )
    assert known.status_code == unknown.status_code == 200
    assert known.text.replace("lucie@", "x@") == unknown.text.replace("nobody@", "x@")
    assert [mail.recipient for mail in mails()] == ["lucie@example.org"]
    assert client.post("/c/hope/mine", data={"email": "nonsense"}).status_code == 422


def test_one_mailbox_is_not_flooded(session: Session, client: TestClient, campaign: Campaign) -> None:
    link_of(session, campaign, "lucie@example.org")
    answers = [client.post("/c/hope/mine", data={"email": "lucie@example.org"}).status_code for _ in range(4)]
    assert answers == [200, 200, 200, 429]
    with reading() as fresh:
        assert len(fresh.exec(select(Supporter)).all()) == 1
