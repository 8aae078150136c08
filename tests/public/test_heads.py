"""The head of every public page of a campaign: what other sites and machines are told of it."""

import json
from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from fastapi.testclient import TestClient
from sqlmodel import Session

from app.campaigns.rules import State
from app.core import clock
from tests.public.stage import full_stage

PAGES = ["", "/days/3", "/how-we-count", "/donate", "/impact"]
TITLES = {"": "{}", "/donate": "Give – {}", "/impact": "The proof – {}"}


def head(client: TestClient, path: str) -> BeautifulSoup:
    answer = client.get(path)
    assert answer.status_code == 200
    return BeautifulSoup(answer.text, "html.parser")


def meta(page: BeautifulSoup, name: str) -> str:
    found = page.select_one(f'meta[property="{name}"], meta[name="{name}"]')
    assert found is not None, name
    return str(found["content"])


@pytest.mark.parametrize("tail", PAGES)
def test_every_page_can_be_passed_on(session: Session, client: TestClient, tail: str) -> None:
    made = full_stage(session, slug="hope", state=State.DRIVE)
    session.commit()
    page = head(client, f"/c/hope{tail}")
    assert page.select_one("link[rel=canonical]")["href"] == f"https://testserver/c/hope{tail}"  # type: ignore[index]
    languages = [link["hreflang"] for link in page.select("link[rel=alternate][hreflang]")]
    assert languages == ["fr", "en", "x-default"]
    assert meta(page, "og:url") == f"https://testserver/c/hope{tail}"
    assert meta(page, "og:image") == "https://testserver/c/hope/og.png"
    assert meta(page, "og:site_name") == made.organisation.name
    assert meta(page, "og:locale") == "fr_FR"
    assert meta(page, "og:description") == meta(page, "description") != ""
    assert page.title
    assert meta(page, "og:title") == page.title.text
    block = page.select_one('script[type="application/ld+json"]')
    assert block is not None
    assert json.loads(block.text)["potentialAction"]["target"] == "https://testserver/c/hope/donate"


@pytest.mark.parametrize("tail", TITLES)
def test_the_title_follows_the_language_that_was_asked_for(
    session: Session, client: TestClient, tail: str
) -> None:
    made = full_stage(session, slug="hope")
    session.commit()
    page = head(client, f"/c/hope{tail}?lang=en")
    assert meta(page, "og:title") == TITLES[tail].format(made.campaign.title)
    assert page.select_one("link[rel=canonical]")["href"] == f"https://testserver/c/hope{tail}?lang=en"  # type: ignore[index]
    drawers = [str(link["href"]) for link in page.select(".week a")]
    assert drawers
    assert all(address.endswith("lang=en") for address in drawers)


@pytest.mark.parametrize("tail", ["/donate", "/impact"])
def test_nothing_is_offered_while_nothing_is_taken(session: Session, client: TestClient, tail: str) -> None:
    full_stage(session, slug="live", state=State.LIVE)
    full_stage(session, slug="paused", state=State.DRIVE, paused_at=clock.now())
    session.commit()
    for slug in ("live", "paused"):
        block = head(client, f"/c/{slug}{tail}").select_one('script[type="application/ld+json"]')
        assert block is not None
        assert "potentialAction" not in json.loads(block.text)


@pytest.mark.parametrize("tail", ["/donate", "/impact"])
def test_before_the_launch_no_day_is_done(session: Session, client: TestClient, tail: str) -> None:
    today = clock.today("Europe/Paris")
    full_stage(session, slug="hope", state=State.READY, starts_on=today - timedelta(days=2))
    session.commit()
    week = head(client, f"/c/hope{tail}?lang=en").select_one(".week")
    assert week is not None
    assert "to come" in week.get_text()
    assert "done" not in week.get_text()
