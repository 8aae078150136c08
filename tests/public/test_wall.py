"""The wall of a room: what it shows when, that no donor is on it, and what it says when all is paused."""

from collections.abc import Callable

import pytest
from bs4 import BeautifulSoup
from fastapi.testclient import TestClient
from sqlmodel import Session

from app.campaigns.models import Campaign
from app.campaigns.rules import State
from app.core import clock
from app.core.db import reading, transaction
from app.donations.models import Gift, LedgerEntry
from app.donations.rules import EntryKind, GiftState, Visibility
from app.intake import service as intake
from app.intake.rules import ItemState
from app.links import service as links
from app.public import wall
from app.testimonials.rules import Naming
from tests import factories
from tests.testimonials.scenes import Scene


@pytest.fixture
def scene(session: Session) -> Scene:
    made = Scene(session)
    session.commit()
    return made


def _give(campaign_id: int, amount: int = 4000) -> None:
    with transaction() as session:
        campaign = session.get_one(Campaign, campaign_id)
        common = {"organisation_id": campaign.organisation_id, "campaign_id": campaign.id, "currency": "EUR"}
        gift = Gift(
            **common,
            amount_minor=amount,
            state=GiftState.PAID,
            donor_name="Ada Lovelace",
            visibility=Visibility.PUBLIC,
            message="Bravo",
        )
        session.add(gift)
        session.flush()
        entry = LedgerEntry(
            **common,
            kind=EntryKind.GIFT,
            amount_minor=amount,
            gift_id=gift.id,
            source=f"gift:{gift.pid}",
            on_date=clock.today("Europe/Paris"),
        )
        session.add(entry)


def _text(client: TestClient, path: str = "/c/maia/wall", language: str = "en") -> str:
    answer = client.get(f"{path}?lang={language}")
    assert answer.status_code == 200
    return " ".join(BeautifulSoup(answer.text, "html.parser").get_text(" ").split())


def test_voices_and_acts_before_the_drive(scene: Scene, client: TestClient) -> None:
    shown = scene.told(text="J’ai lu le nom de ma rue.", naming=Naming.FIRST_NAME, name="Leïla")
    scene.accept(shown)
    scene.told(text="Pas encore lu par l’équipe.")
    scene.session.commit()
    text = _text(client)
    assert "J’ai lu le nom de ma rue." in text
    assert "Leïla" in text
    assert "Pas encore lu" not in text
    assert "challenges taken since the beginning" in text
    assert "Scan to follow the story" in text


def test_the_sum_and_no_donor(scene: Scene, client: TestClient) -> None:
    with transaction() as session:
        session.get_one(Campaign, scene.campaign.id).state = State.DRIVE
    _give(scene.campaign.id, 123_400)
    text = _text(client)
    assert "€1,234" in text
    assert "Scan to give" in text
    assert "testserver/c/maia/donate" in text
    assert "Ada" not in client.get("/c/maia/wall").text
    assert "Bravo" not in client.get("/c/maia/wall").text
    assert "1 234" in _text(client, language="fr").replace("\u202f", " ").replace("\xa0", " ")


def test_paused_it_says_the_statement_and_nothing_else(scene: Scene, client: TestClient) -> None:
    row = scene.told(text="J’ai lu le nom de ma rue.")
    scene.accept(row)
    scene.session.commit()
    with transaction() as session:
        campaign = session.get_one(Campaign, scene.campaign.id)
        campaign.paused_at, campaign.hold_statement = clock.now(), "Nous vérifions une information."
    text = _text(client)
    assert "Nous vérifions une information." in text
    assert "nom de ma rue" not in text
    assert "Scan" not in text
    with transaction() as session:
        campaign = session.get_one(Campaign, scene.campaign.id)
        campaign.statement = {"fr": "Voici ce qui s’est passé.", "en": "This is what happened."}
        campaign.statement_at = clock.now()
    assert "This is what happened." in _text(client)
    assert "Voici ce qui s’est passé." in _text(client, language="fr")


def test_the_code_may_be_that_of_a_link(scene: Scene, client: TestClient) -> None:
    with transaction() as session:
        link = links.add(session, session.get_one(Campaign, scene.campaign.id), label="Salle")
        code = link.code
    assert f"testserver/r/{code}" in client.get(f"/c/maia/wall?via={code}").text
    assert "testserver/c/maia" in client.get("/c/maia/wall?via=zzzzzz").text


def test_without_script_it_loads_itself_anew(scene: Scene, client: TestClient) -> None:
    text = client.get("/c/maia/wall").text
    assert '<noscript><meta http-equiv="refresh" content="15"></noscript>' in text
    assert "noindex" in text
    assert client.get("/c/maia/wall/state").status_code == 200


def test_a_change_is_a_new_event(scene: Scene, client: TestClient) -> None:
    source_version = _versions(scene)
    first = source_version()
    assert first == source_version()
    _give(scene.campaign.id)
    second = source_version()
    assert second != first
    row = scene.told(text="Une voix de plus.")
    scene.accept(row)
    scene.session.commit()
    third = source_version()
    assert third != second
    assert intake.move(scene.session, scene.item(row), ItemState.RESTRICTED)
    scene.session.commit()
    assert source_version() != third
    assert "Une voix de plus." not in client.get("/c/maia/wall").text


def _versions(scene: Scene) -> Callable[[], str]:
    def version() -> str:
        with reading() as session:
            return wall._version(session, session.get_one(Campaign, scene.campaign.id))

    return version


def test_a_draft_has_no_wall(session: Session, client: TestClient) -> None:
    campaign = factories.campaign(session, factories.organisation(session), state=State.DRAFT)
    session.commit()
    assert client.get(f"/c/{campaign.slug}/wall").status_code == 404
